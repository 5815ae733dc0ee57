//! Opaque secrets: random text that is shown once and kept only as its SHA-256.
//!
//! A plain hash suffices because every secret made here carries at least 112 random bits (ASVS 6.5.2, 11.5.1): there is nothing to
//! guess, so nothing to slow down. Passwords are another matter and belong to [`super::password`].
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::CryptoRng;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;

/// Random bytes in an opaque token: 256 bits.
const RANDOM_BYTES: usize = 32;
/// Characters those bytes take in base64url without padding.
const RANDOM_CHARS: usize = 43;

/// Text that must reach its owner and nobody else. It does not print itself into logs: `Debug` is redacted and there is no `Display`.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes text as secret.
    pub fn new(text: String) -> Self {
        Secret(text)
    }

    /// The text, for the one answer that shows it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored instead of the text.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The SHA-256 of a secret. Compared in constant time; there is no `PartialEq` to compare it otherwise.
#[derive(Clone, Copy)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of a secret's text.
    pub fn of(text: &str) -> Self {
        Digest(Sha256::digest(text.as_bytes()).into())
    }

    /// Reads a stored digest; `None` unless it is 32 bytes long.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Digest)
    }

    /// The bytes to store and to look up by. An index over them leaks nothing useful through its timing: whoever probes it knows
    /// the secret's text only, and cannot steer its hash.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether both are the digest of the same text, in constant time.
    pub fn same(&self, other: &Digest) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(…)")
    }
}

/// An opaque token: the prefix, then 256 random bits in base64url.
pub fn opaque(prefix: &str, rng: &mut (impl CryptoRng + ?Sized)) -> Secret {
    let mut bytes = [0; RANDOM_BYTES];
    rng.fill_bytes(&mut bytes);
    Secret(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
}

/// Whether text could have come from [`opaque`] with this prefix: refuses the rest before any look-up.
pub fn is_opaque(prefix: &str, text: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|rest| rest.len() == RANDOM_CHARS && URL_SAFE_NO_PAD.decode(rest).is_ok())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at what must not be")]
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn opaque_tokens_are_recognized_and_differ() {
        let mut rng = StdRng::seed_from_u64(1);
        let (a, b) = (opaque("pvr_", &mut rng), opaque("pvr_", &mut rng));
        assert_ne!(a.expose(), b.expose());
        assert_eq!(a.expose().len(), 4 + RANDOM_CHARS);
        assert!(is_opaque("pvr_", a.expose()));
        for wrong in [
            "",
            "pvr_",
            &a.expose()[4..],
            &a.expose()[..46],
            &format!("{}A", a.expose()),
            &a.expose().replace("pvr_", "pvd_"),
            &format!("pvr_{}", "+".repeat(RANDOM_CHARS)),
            // The last character carries four bits only; one with the other two set is not what was issued.
            &format!("pvr_{}", "_".repeat(RANDOM_CHARS)),
        ] {
            assert!(!is_opaque("pvr_", wrong), "{wrong}");
        }
    }

    #[test]
    fn digests_are_sha256_and_compare_by_content() {
        // FIPS 180-2, appendix B.1.
        let abc = [
            0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96,
            0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
        ];
        assert_eq!(Digest::of("abc").as_bytes(), &abc);
        assert!(Digest::from_bytes(&abc).unwrap().same(&Digest::of("abc")));
        assert!(!Digest::of("abc").same(&Digest::of("abd")));
        assert!(Digest::from_bytes(&abc[1..]).is_none());
    }

    #[test]
    fn neither_prints_itself() {
        let secret = Secret::new("pvr_abc".into());
        assert_eq!(format!("{secret:?} {:?}", secret.digest()), "Secret(…) Digest(…)");
    }
}

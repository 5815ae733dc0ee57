//! Taking a second factor: a code of the authenticator app, or one of the recovery codes. Each is good once.
use super::secret::Digest;
use super::totp;
use super::vault::Vault;
use domain::core::instant::Instant;
use persistence::access::credential::Credential;

/// What a client shows beside the password.
#[derive(Debug, Clone, Default)]
pub struct Proof {
    pub totp_code: Option<String>,
    pub recovery_code: Option<String>,
}

impl Proof {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.totp_code.is_none() && self.recovery_code.is_none()
    }
}

/// Holds a proof against the user's second factor. What is used up by it is taken out of `credential`, which its caller keeps in the same
/// transaction.
pub fn take(credential: &mut Credential, proof: &Proof, vault: &Vault, now: Instant) -> bool {
    if let Some(code) = &proof.totp_code {
        let secret = credential
            .totp_secret
            .as_deref()
            .and_then(|s| vault.open_sealed(credential.user_id, s));
        let Some(secret) = secret else {
            tracing::error!(target: "security", user_id = %credential.user_id, "a second factor does not open");
            return false;
        };
        return match totp::verify(&secret, code, now.utc(), credential.totp_last_step) {
            Ok(step) => {
                credential.totp_last_step = Some(step);
                true
            }
            Err(_) => false,
        };
    }
    let Some(code) = &proof.recovery_code else { return false };
    // One that is unreadable keeps its place and matches nothing.
    let read = |text: &String| unhex(text).and_then(|b| Digest::from_bytes(&b)).or(Digest::from_bytes(&[0; 32]));
    let stored: Vec<Digest> = credential.recovery_hashes.iter().filter_map(read).collect();
    match totp::redeem(&stored, code) {
        Some(i) => {
            credential.recovery_hashes.remove(i);
            true
        }
        None => false,
    }
}

/// The digests of fresh recovery codes, as they are kept.
pub fn kept(codes: &[super::secret::Secret]) -> Vec<String> {
    codes
        .iter()
        .map(|code| hex(totp::recovery_digest(code.expose()).as_bytes()))
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |i: usize| text.get(i..i + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..text.len()).step_by(2).map(digit).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at what must not be")]
    use super::*;
    use chrono::DateTime;
    use rand::SeedableRng;
    use rand::rngs::StdRng;
    use uuid::Uuid;

    #[test]
    fn a_recovery_code_is_good_once_and_a_stranger_never() {
        let mut rng = StdRng::seed_from_u64(2);
        let codes = totp::recovery_codes(&mut rng);
        let mut credential = Credential {
            user_id: Uuid::from_u128(7),
            password_hash: None,
            totp_secret: None,
            totp_confirmed: true,
            totp_last_step: None,
            recovery_hashes: kept(&codes),
            session_version: 1,
        };
        let vault = Vault::new(&[3; 32]);
        let now = Instant::new(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let with = |code: &str| Proof {
            totp_code: None,
            recovery_code: Some(code.to_owned()),
        };
        let typed = codes[4].expose().to_lowercase();
        assert!(take(&mut credential, &with(&typed), &vault, now));
        assert_eq!(credential.recovery_hashes.len(), codes.len() - 1);
        assert!(!take(&mut credential, &with(&typed), &vault, now));
        assert!(!take(&mut credential, &with(""), &vault, now));
        assert!(!take(&mut credential, &Proof::default(), &vault, now));
    }
}

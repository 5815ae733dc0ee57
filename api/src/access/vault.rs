//! Secrets that must be read back, such as the shared secret of a second factor: sealed under a key that is kept in the data directory and
//! never in the database, so that a copy of the database alone gives nobody a second factor.
//!
//! ChaCha20-Poly1305 (RFC 8439) with a random nonce of 96 bits; what is sealed is bound to its owner's id, so that one user's secret can't be
//! put in the place of another's.
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use rand::CryptoRng;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use uuid::Uuid;

/// Bytes of a key.
const KEY: usize = 32;
/// Bytes of a nonce.
const NONCE: usize = 12;

/// Seals and opens.
pub struct Vault(ChaCha20Poly1305);

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(…)")
    }
}

impl Vault {
    /// A vault of a key in hand.
    pub fn new(key: &[u8; KEY]) -> Self {
        Vault(ChaCha20Poly1305::new(&Key::from(*key)))
    }

    /// The vault whose key is in a file, made now if there is none: 32 random bytes, mode 0600. Of two that start at once one makes the
    /// file and both read it.
    ///
    /// # Errors
    /// When the file can't be read or written, is open to others, or is not 32 bytes long.
    pub fn open(path: &Path, rng: &mut (impl CryptoRng + ?Sized)) -> io::Result<Self> {
        if !path.exists() {
            let mut key = [0; KEY];
            rng.fill_bytes(&mut key);
            let new = path.with_extension(format!("{}.new", std::process::id()));
            let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
            file.write_all(&key)?;
            file.sync_all()?;
            // A link fails where the name is taken: the first stays.
            match fs::hard_link(&new, path) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => fs::remove_file(&new)?,
            }
        }
        if fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
            return Err(io::Error::other(format!("{}: open to others; set mode 0600", path.display())));
        }
        let wrong = |_| io::Error::other(format!("{}: not a key of 32 bytes", path.display()));
        let key: [u8; KEY] = fs::read(path)?.try_into().map_err(wrong)?;
        Ok(Vault::new(&key))
    }

    /// Seals a secret for its owner: nonce, then the sealed bytes and their tag. None if it is beyond any length we have.
    pub fn seal(&self, owner: Uuid, secret: &[u8], rng: &mut (impl CryptoRng + ?Sized)) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE];
        rng.fill_bytes(&mut nonce);
        let payload = Payload {
            msg: secret,
            aad: owner.as_bytes(),
        };
        let sealed = self.0.encrypt(&Nonce::from(nonce), payload).ok()?;
        Some([&nonce[..], &sealed].concat())
    }

    /// Opens what was sealed for this owner; none for anything else.
    pub fn open_sealed(&self, owner: Uuid, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let payload = Payload {
            msg: sealed,
            aad: owner.as_bytes(),
        };
        self.0.decrypt(&Nonce::from(*nonce), payload).ok()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at what must not be")]
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn a_secret_opens_for_its_owner_alone_and_only_unchanged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.key");
        let mut rng = StdRng::seed_from_u64(11);
        let vault = Vault::open(&path, &mut rng).unwrap();
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let sealed = vault.seal(a, b"twenty bytes of it..", &mut rng).unwrap();
        assert!(!sealed.windows(6).any(|w| w == b"twenty"));
        let again = Vault::open(&path, &mut rng).unwrap();
        assert_eq!(again.open_sealed(a, &sealed).unwrap(), b"twenty bytes of it..");
        assert_eq!(again.open_sealed(b, &sealed), None);
        let mut changed = sealed.clone();
        changed[20] ^= 1;
        assert_eq!(again.open_sealed(a, &changed), None);
        assert_eq!(again.open_sealed(a, &sealed[..8]), None);
        assert_ne!(vault.seal(a, b"twenty bytes of it..", &mut rng).unwrap(), sealed);
    }

    #[test]
    fn a_key_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.key");
        fs::write(&path, [7; KEY]).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(Vault::open(&path, &mut StdRng::seed_from_u64(1)).is_err());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(Vault::open(&path, &mut StdRng::seed_from_u64(1)).is_ok());
        fs::write(&path, [7; 31]).unwrap();
        assert!(Vault::open(&path, &mut StdRng::seed_from_u64(1)).is_err());
    }
}

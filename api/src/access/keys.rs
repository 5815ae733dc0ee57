//! The keys that sign access tokens: ECDSA on P-256 (ES256), one file each, replaced without a moment in which a good token fails.
//!
//! Everything about a key follows from when it was made and when its successor was, so there is no state beside the files:
//! a new key is **published at once and signs after [`PUBLISH_AHEAD`]**, by when every cache of the JWKS (`max-age=300`) and every other
//! node (reload each five minutes) knows it; an old key is **kept for [`KEEP_RETIRED`]** after its successor began to sign, until the last
//! token it signed has expired. The first key of all signs at once.
//!
//! A file is `es256-<made, UTC>-<kid>.pem`, PKCS#8, mode 0600, in a directory of mode 0700, written beside and renamed into place. A file
//! that others may read, or whose name does not fit its key, stops the start rather than being trusted. How the files are read and written
//! is in `files.rs`.
use std::fmt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use jsonwebtoken::{DecodingKey, EncodingKey};
use p256::SecretKey;
use p256::elliptic_curve::sec1::ToEncodedPoint;
use p256::elliptic_curve::zeroize::Zeroizing;
use p256::pkcs8::EncodePrivateKey;
use rand::CryptoRng;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

mod files;

/// How long a new key is published before it signs.
pub const PUBLISH_AHEAD: TimeDelta = TimeDelta::minutes(10);
/// How long a key verifies after its successor began to sign: the longest life of a token, and five minutes for clocks that differ.
pub const KEEP_RETIRED: TimeDelta = TimeDelta::minutes(20);
/// The age of the newest key at which [`KeyRing::rotation_due`] asks for the next.
pub const ROTATE_EVERY: TimeDelta = TimeDelta::days(30);

/// What can go wrong with the key files. No variant carries key material.
#[derive(Debug)]
pub enum KeyError {
    /// The directory or a file in it cannot be read or written.
    Io(PathBuf, std::io::Error),
    /// Others than the owner may read this file or write into this directory; it needs mode 0600 or 0700.
    Exposed(PathBuf),
    /// This file is no P-256 key in PKCS#8 PEM, or its name does not fit the key.
    Unusable(PathBuf),
    /// The key could not be written as PKCS#8.
    Encoding,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyError::Io(path, e) => write!(f, "{}: {e}", path.display()),
            KeyError::Exposed(path) => write!(
                f,
                "{}: open to others; set mode 0600 on key files, 0700 on their directory",
                path.display()
            ),
            KeyError::Unusable(path) => write!(f, "{}: not a P-256 key in PKCS#8 PEM under its own name", path.display()),
            KeyError::Encoding => f.write_str("a key could not be encoded"),
        }
    }
}

impl std::error::Error for KeyError {}

/// One key pair. `Debug` shows its id only.
pub struct Key {
    kid: String,
    made: DateTime<Utc>,
    secret: SecretKey,
    encoding: EncodingKey,
    decoding: DecodingKey,
    x: String,
    y: String,
}

impl Key {
    fn generate(now: DateTime<Utc>, rng: &mut (impl CryptoRng + ?Sized)) -> Result<Self, KeyError> {
        let mut bytes = Zeroizing::new([0; 32]);
        // A scalar must be from 1 to the group's order less one; about one draw in 2^32 is not, and is drawn again (FIPS 186-5 A.2.2).
        let secret = loop {
            rng.fill_bytes(bytes.as_mut_slice());
            if let Ok(secret) = SecretKey::from_slice(bytes.as_slice()) {
                break secret;
            }
        };
        // Whole seconds, because that is what the file's name keeps.
        Self::of(secret, now.trunc_subsecs(0))
    }

    fn of(secret: SecretKey, made: DateTime<Utc>) -> Result<Self, KeyError> {
        let point = secret.public_key().to_encoded_point(false);
        let (Some(x), Some(y)) = (point.x(), point.y()) else {
            return Err(KeyError::Encoding);
        };
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        let der = secret.to_pkcs8_der().map_err(|_| KeyError::Encoding)?;
        Ok(Key {
            kid: thumbprint(&x, &y),
            made,
            encoding: EncodingKey::from_ec_der(der.as_bytes()),
            decoding: DecodingKey::from_ec_der(point.as_bytes()),
            secret,
            x,
            y,
        })
    }

    /// The key's id: its RFC 7638 thumbprint, 43 characters of base64url.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// When the key was made, in whole seconds.
    pub fn made(&self) -> DateTime<Utc> {
        self.made
    }

    pub(super) fn encoding(&self) -> &EncodingKey {
        &self.encoding
    }

    pub(super) fn decoding(&self) -> &DecodingKey {
        &self.decoding
    }

    /// The public half as a JWK (RFC 7517, RFC 7518 §6.2.1).
    fn jwk(&self) -> Value {
        json!({ "kty": "EC", "crv": "P-256", "x": self.x, "y": self.y, "use": "sig", "alg": "ES256", "kid": self.kid })
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("kid", &self.kid)
            .field("made", &self.made)
            .finish_non_exhaustive()
    }
}

/// RFC 7638 §3: the SHA-256 of the required members alone, in this order and without spaces.
fn thumbprint(x: &str, y: &str) -> String {
    let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(canonical))
}

/// All keys that sign, will sign, or still verify, oldest first. Never empty.
#[derive(Debug)]
pub struct KeyRing {
    keys: Vec<Key>,
    directory: Option<PathBuf>,
}

impl KeyRing {
    /// A ring with one fresh key and no files, which dies with the process.
    ///
    /// # Errors
    /// [`KeyError::Encoding`].
    pub fn in_memory(now: DateTime<Utc>, rng: &mut (impl CryptoRng + ?Sized)) -> Result<Self, KeyError> {
        Ok(KeyRing {
            keys: vec![Key::generate(now, rng)?],
            directory: None,
        })
    }

    /// Reads every key in the directory, and makes the directory and the first key where there is none. Call it again to see what other
    /// nodes have made.
    ///
    /// # Errors
    /// [`KeyError`] for whatever cannot be read, written or trusted.
    pub fn open(directory: &Path, now: DateTime<Utc>, rng: &mut (impl CryptoRng + ?Sized)) -> Result<Self, KeyError> {
        let keys = files::load_all(directory)?;
        let mut ring = KeyRing {
            keys,
            directory: Some(directory.to_owned()),
        };
        if ring.keys.is_empty() {
            // Of several servers that start at once on an empty directory, one makes the key, and the others read it.
            let _first = files::lock(directory)?;
            ring.keys = files::load_all(directory)?;
            if ring.keys.is_empty() {
                ring.add(now, rng)?;
            }
        }
        Ok(ring)
    }

    /// Makes the next key, which signs after [`PUBLISH_AHEAD`], and drops those that have served their time, with their files.
    ///
    /// # Errors
    /// [`KeyError`]; the ring is then as it was, but for keys that were due to go.
    pub fn rotate(&mut self, now: DateTime<Utc>, rng: &mut (impl CryptoRng + ?Sized)) -> Result<(), KeyError> {
        self.prune(now)?;
        self.add(now, rng)
    }

    /// Drops the keys whose last token has expired, with their files.
    ///
    /// # Errors
    /// [`KeyError::Io`] if a file cannot be removed; its key stays.
    pub fn prune(&mut self, now: DateTime<Utc>) -> Result<(), KeyError> {
        while self.keys.len() > 1 && self.is_over(0, now) {
            self.remove_first()?;
        }
        Ok(())
    }

    /// For the day a key has leaked: a fresh key that signs at once, and none of the old ones. Every access token dies with them; whoever
    /// holds a refresh token gets a new one, others sign in again.
    ///
    /// # Errors
    /// [`KeyError`]; call it again until there is none.
    pub fn replace_all(&mut self, now: DateTime<Utc>, rng: &mut (impl CryptoRng + ?Sized)) -> Result<(), KeyError> {
        let old = self.keys.len();
        self.add(now, rng)?;
        for _ in 0..old {
            self.remove_first()?;
        }
        Ok(())
    }

    /// Whether the newest key is old enough to make the next.
    pub fn rotation_due(&self, now: DateTime<Utc>) -> bool {
        self.keys.last().is_none_or(|k| now - k.made >= ROTATE_EVERY)
    }

    /// The key that signs at this time: the newest that has been public long enough, else the oldest there is.
    pub(super) fn signing(&self, now: DateTime<Utc>) -> Option<&Key> {
        let ready = (0..self.keys.len()).rev().find(|i| self.signs_from(*i) <= now);
        self.keys.get(ready.unwrap_or(0))
    }

    /// The key of this id, unless its time is over. Looked up in memory only: an id is never a path or an address.
    pub(super) fn verifying(&self, kid: &str, now: DateTime<Utc>) -> Option<&Key> {
        let i = self.keys.iter().position(|k| k.kid == kid)?;
        if self.is_over(i, now) { None } else { self.keys.get(i) }
    }

    /// The public keys for `/.well-known/jwks.json` (RFC 7517 §5): those that sign, will sign, or still verify.
    pub fn jwks(&self, now: DateTime<Utc>) -> Value {
        let keys: Vec<_> = (0..self.keys.len())
            .filter(|i| !self.is_over(*i, now))
            .map(|i| self.keys[i].jwk())
            .collect();
        json!({ "keys": keys })
    }

    fn signs_from(&self, i: usize) -> DateTime<Utc> {
        let made = self.keys[i].made;
        if i == 0 { made } else { made + PUBLISH_AHEAD }
    }

    fn is_over(&self, i: usize, now: DateTime<Utc>) -> bool {
        i + 1 < self.keys.len() && self.signs_from(i + 1) + KEEP_RETIRED <= now
    }

    fn add(&mut self, now: DateTime<Utc>, rng: &mut (impl CryptoRng + ?Sized)) -> Result<(), KeyError> {
        let key = Key::generate(now, rng)?;
        if let Some(directory) = &self.directory {
            files::save(directory, &key)?;
        }
        self.keys.push(key);
        Ok(())
    }

    fn remove_first(&mut self) -> Result<(), KeyError> {
        if let (Some(directory), Some(key)) = (&self.directory, self.keys.first()) {
            files::remove(directory, key)?;
        }
        self.keys.remove(0);
        Ok(())
    }
}

#[cfg(test)]
mod tests;

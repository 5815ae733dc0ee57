//! Key files: read with suspicion, written so that a crash leaves either the whole file or none.
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDateTime, Utc};
use p256::SecretKey;
use p256::elliptic_curve::zeroize::Zeroizing;
use p256::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};

use super::{Key, KeyError};

/// How a key file's name tells when the key was made.
const MADE: &str = "%Y%m%dT%H%M%SZ";
/// A PKCS#8 P-256 key in PEM takes about 240 bytes; whatever is longer than this is none.
const MAX_BYTES: u64 = 4096;

/// All keys of the directory, oldest first. Makes the directory, with mode 0700, if there is none.
pub(super) fn load_all(directory: &Path) -> Result<Vec<Key>, KeyError> {
    let io = |e| KeyError::Io(directory.to_owned(), e);
    DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(io)?;
    // Whoever may write into the directory may put a key of their own there, and sign with it. Reading names harms nobody.
    if fs::metadata(directory).map_err(io)?.permissions().mode() & 0o022 != 0 {
        return Err(KeyError::Exposed(directory.to_owned()));
    }
    let mut keys = Vec::new();
    for entry in fs::read_dir(directory).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if path.extension().is_some_and(|e| e == "pem") {
            keys.push(load(&path)?);
        }
    }
    // Two nodes may make a key in the same second; both must then agree which is the newer.
    keys.sort_by(|a, b| (a.made, &a.kid).cmp(&(b.made, &b.kid)));
    Ok(keys)
}

/// Keeps other processes from making a first key, until it is dropped.
pub(super) fn lock(directory: &Path) -> Result<File, KeyError> {
    let locked = File::open(directory).and_then(|folder| folder.lock().map(|()| folder));
    locked.map_err(|e| KeyError::Io(directory.to_owned(), e))
}

fn load(path: &Path) -> Result<Key, KeyError> {
    let io = |e| KeyError::Io(path.to_owned(), e);
    let unusable = || KeyError::Unusable(path.to_owned());
    let file = File::open(path).map_err(io)?;
    let metadata = file.metadata().map_err(io)?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(KeyError::Exposed(path.to_owned()));
    }
    if !metadata.is_file() || metadata.len() > MAX_BYTES {
        return Err(unusable());
    }
    let mut pem = Zeroizing::new(String::with_capacity(MAX_BYTES as usize));
    file.take(MAX_BYTES).read_to_string(&mut pem).map_err(|e| match e.kind() {
        ErrorKind::InvalidData => unusable(),
        _ => io(e),
    })?;
    let secret = SecretKey::from_pkcs8_pem(&pem).map_err(|_| unusable())?;
    let made = made(path).ok_or_else(unusable)?;
    let key = Key::of(secret, made)?;
    // The name says when the key signs, so a key under another's name is a mistake or worse.
    if path.file_name().is_some_and(|n| n == name(&key).as_str()) {
        Ok(key)
    } else {
        Err(unusable())
    }
}

/// Writes a key for good: a hidden file first, flushed to disk, then renamed, then the directory flushed.
pub(super) fn save(directory: &Path, key: &Key) -> Result<(), KeyError> {
    let path = directory.join(name(key));
    let hidden = directory.join(format!(".{}.tmp", name(key)));
    let pem = key.secret.to_pkcs8_pem(LineEnding::LF).map_err(|_| KeyError::Encoding)?;
    write(&hidden, pem.as_bytes())
        .and_then(|()| fs::rename(&hidden, &path))
        .and_then(|()| flush(directory))
        .map_err(|e| {
            // Nothing more can be done about the half-written file than to try; it is ignored when keys are read.
            let _ = fs::remove_file(&hidden);
            KeyError::Io(path, e)
        })
}

/// Removes a key's file; another node may have done so before.
pub(super) fn remove(directory: &Path, key: &Key) -> Result<(), KeyError> {
    let path = directory.join(name(key));
    match fs::remove_file(&path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(KeyError::Io(path, e)),
        _ => flush(directory).map_err(|e| KeyError::Io(path, e)),
    }
}

fn write(path: &PathBuf, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn flush(directory: &Path) -> std::io::Result<()> {
    File::open(directory)?.sync_all()
}

fn name(key: &Key) -> String {
    format!("es256-{}-{}.pem", key.made.format(MADE), key.kid)
}

fn made(path: &Path) -> Option<DateTime<Utc>> {
    let stamp = path.file_name()?.to_str()?.strip_prefix("es256-")?.get(..16)?;
    Some(NaiveDateTime::parse_from_str(stamp, MADE).ok()?.and_utc())
}

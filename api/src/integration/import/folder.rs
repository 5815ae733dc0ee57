//! Where uploaded files are: in a folder of their own below the data folder, each under its import's id, never under a name that was sent.
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// The folder of uploads.
pub fn folder(data: &Path) -> PathBuf {
    data.join("imports")
}

/// The file of an import.
pub fn file(data: &Path, import: Uuid) -> PathBuf {
    folder(data).join(import.to_string())
}

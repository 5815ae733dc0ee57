//! Where uploaded files are: in a folder of their own below the data folder, each under its import's id, never under a name that was sent.
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use uuid::Uuid;

/// The folder of uploads.
pub fn folder(data: &Path) -> PathBuf {
    data.join("imports")
}

/// The file of an import.
pub fn file(data: &Path, import: Uuid) -> PathBuf {
    folder(data).join(import.to_string())
}

/// What an upload that was cut off is called.
pub const PART: &str = ".part";

/// Removes what uploads left behind that were cut off with the process, once they are a day old.
///
/// # Errors
/// When the folder can't be read.
pub fn sweep(data: &Path) -> std::io::Result<usize> {
    let mut removed = 0;
    let Ok(entries) = std::fs::read_dir(folder(data)) else {
        return Ok(0);
    };
    for entry in entries {
        let entry = entry?;
        let old = |at: SystemTime| at.elapsed().is_ok_and(|age| age > Duration::from_secs(86_400));
        let part = entry.file_name().to_string_lossy().ends_with(PART);
        if part && entry.metadata()?.modified().is_ok_and(old) {
            std::fs::remove_file(entry.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}

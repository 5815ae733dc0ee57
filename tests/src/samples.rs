//! Sample files, which are not the project's own: they lie in the folder `SAMPLES`, by default `../shared/data`. Where it is missing,
//! `scripts/test` leaves the tests of them out and says so by their names, which begin with `samples_`.
use std::path::{Path, PathBuf};

/// The folder of the sample files.
pub fn folder() -> PathBuf {
    let told = std::env::var_os("SAMPLES").map(PathBuf::from);
    // A relative path is meant from the project, where scripts run, and not from this crate, where tests do.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(told.unwrap_or("../shared/data".into()));
    assert!(
        folder.is_dir(),
        "{} is not there: set SAMPLES to the folder of the sample files",
        folder.display()
    );
    folder
}

/// A file of ours that says how a sample is read, such as a mapping of its headings.
pub fn ours(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name)
}

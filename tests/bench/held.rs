//! Keeps the files of databases in memory while they are measured, as a busy server does by using them. A host that takes the memory of
//! files back within a minute would have the disk measured instead.
use memmap2::Mmap;
use std::fs::File;
use std::path::{Path, PathBuf};

/// How much a file may grow before it is locked anew, in bytes.
const GROWN: u64 = 64 << 20;

/// A file that is locked in memory.
#[derive(Debug)]
pub struct Held {
    path: PathBuf,
    locked: Option<Mmap>,
}

impl Held {
    pub fn new(path: &Path) -> Held {
        Held {
            path: path.to_owned(),
            locked: None,
        }
    }

    /// Locks the file as it is now. Where that is not allowed (`ulimit -l`), says so once and goes on.
    pub fn hold(&mut self) {
        let Ok(file) = File::open(&self.path) else { return };
        let size = file.metadata().unwrap().len();
        if self.locked.as_ref().is_some_and(|map| size < map.len() as u64 + GROWN) {
            return;
        }
        #[expect(
            unsafe_code,
            reason = "nothing is read through the mapping, so it does not matter that SQLite writes to the file"
        )]
        let map = unsafe { Mmap::map(&file) }.unwrap();
        if let Err(error) = map.lock() {
            eprintln!("{} may be read from the disk: {error}", self.path.display());
        }
        self.locked = Some(map);
    }
}

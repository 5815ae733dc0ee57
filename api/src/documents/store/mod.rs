//! Where the contents of documents are: an interface, and the places behind it, chosen by address. A content is written once under an id
//! that nobody had before, never changed, and removed when no version has it.
mod folder;

use crate::http::upload::Received;
use actix_web::web::Bytes;
use domain::core::error::Result;
use folder::Folder;
use futures_util::Stream;
use std::future::Future;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use uuid::Uuid;

/// Something that takes its time.
pub type Doing<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;
/// The bytes of a content, read as they are asked for.
pub type Pieces = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// A place for contents.
pub trait Contents: Send + Sync {
    /// The folder in which uploads arrive before they are put here.
    fn incoming(&self) -> PathBuf;
    /// Keeps a file under an id: durably, once this returns.
    fn put(&self, id: Uuid, file: Received) -> Doing<'_, ()>;
    /// A range of a content's bytes.
    fn read(&self, id: Uuid, range: Range<u64>) -> Doing<'_, Pieces>;
    /// Removes a content; one that is not there is gone already.
    fn remove(&self, id: Uuid) -> Doing<'_, ()>;
    /// The ids here whose last byte is this one: a part of all that can be held in memory.
    fn some(&self, last: u8) -> Doing<'_, Vec<Uuid>>;
}

/// The address of a place: a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Folder(PathBuf),
}

impl std::str::FromStr for Place {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("file", path)) if !path.is_empty() => Ok(Place::Folder(PathBuf::from(path))),
            _ => Err(format!("'{text}' is no place for documents: give file:PATH")),
        }
    }
}

impl Place {
    /// Opens it; without one, the folder `documents` of the data folder.
    ///
    /// # Errors
    /// In words, when it can't be used.
    pub fn open(place: Option<&Place>, data: &Path) -> Result<Arc<dyn Contents>, String> {
        Ok(match place {
            None => Arc::new(Folder::new(data.join("documents"))),
            Some(Place::Folder(path)) => Arc::new(Folder::new(path.clone())),
        })
    }
}

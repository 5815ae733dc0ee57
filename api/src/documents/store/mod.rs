//! Where the contents of documents are: an interface, and the places behind it, chosen by address. A content is written once under an id
//! that nobody had before, never changed, and removed when no version has it.
mod address;
mod careful;
mod credentials;
mod folder;
mod s3;

pub use address::Place;

use crate::http::upload::Received;
use actix_web::web::Bytes;
use domain::core::error::Result;
use futures_util::Stream;
use std::future::Future;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::pin::Pin;
use uuid::Uuid;

/// Something that takes its time.
pub type Doing<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;
/// The bytes of a content, read as they are asked for.
pub type Pieces = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// What is answered while the place can't be reached.
pub const AWAY: &str = "documents_away";

/// A place for contents. While it can't be reached, each of these fails with `documents_away`, and while it has no room, with `storage_full`.
pub trait Contents: Send + Sync {
    /// The folder in which uploads arrive before they are put here.
    fn incoming(&self) -> PathBuf;
    /// Keeps a file under an id: durably, once this returns. What has this id already is never overwritten.
    fn put(&self, id: Uuid, file: Received) -> Doing<'_, ()>;
    /// A range of a content's bytes.
    fn read(&self, id: Uuid, range: Range<u64>) -> Doing<'_, Pieces>;
    /// Removes a content; one that is not there is gone already.
    fn remove(&self, id: Uuid) -> Doing<'_, ()>;
    /// The ids here whose last byte is this one: a part of all that can be held in memory.
    fn some(&self, last: u8) -> Doing<'_, Vec<Uuid>>;
    /// Whether contents could be put here now, as far as that can be told in a moment.
    fn ready(&self) -> Doing<'_, ()>;
}

/// Runs what waits for the disk on a thread that may wait.
async fn waiting<T: Send + 'static>(body: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(body)
        .await
        .map_err(|e| domain::core::error::Error::Internal(e.to_string()))?
}

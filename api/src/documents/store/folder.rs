//! Contents in a folder: each a file under its id, in one of 256 folders by the last byte of the id, so that none grows too large.
use super::{Contents, Doing, Pieces, waiting};
use crate::http::upload::{Received, storage};
use actix_web::web::Bytes;
use domain::core::error::Error;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::PathBuf;
use uuid::Uuid;

/// Bytes read at once: what a slow reader holds.
const PIECE: u64 = 32 << 10;
/// Bytes written to see whether there is room.
const PROBE: usize = 64 << 10;

/// The folder.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(path: PathBuf) -> Self {
        Folder(path)
    }
    fn shelf(&self, last: u8) -> PathBuf {
        self.0.join(format!("{last:02x}"))
    }
    fn file(&self, id: Uuid) -> PathBuf {
        let last = id.as_bytes().last().copied().unwrap_or_default();
        self.shelf(last).join(id.to_string())
    }
}

impl Contents for Folder {
    fn incoming(&self) -> PathBuf {
        self.0.join("incoming")
    }

    fn put(&self, id: Uuid, file: Received) -> Doing<'_, ()> {
        let (root, at) = (self.0.clone(), self.file(id));
        Box::pin(waiting(move || {
            if let Some(shelf) = at.parent().filter(|shelf| !shelf.is_dir()) {
                let made = std::fs::create_dir_all(shelf).and_then(|()| File::open(&root)?.sync_all());
                made.map_err(|e| storage(&e))?;
            }
            file.place(&at)
        }))
    }

    fn read(&self, id: Uuid, range: Range<u64>) -> Doing<'_, Pieces> {
        let at = self.file(id);
        Box::pin(async move {
            let from = range.start;
            let file = waiting(move || {
                let lost = |e: io::Error| Error::Internal(format!("the content {id} can't be read: {e}"));
                let mut file = File::open(at).map_err(lost)?;
                file.seek(SeekFrom::Start(from)).map_err(lost)?;
                Ok(file)
            })
            .await?;
            let left = range.end.saturating_sub(range.start);
            let pieces = futures_util::stream::try_unfold((file, left), |(file, left)| async move {
                if left == 0 {
                    return Ok(None);
                }
                // Read when it is asked for, so that a slow reader holds one piece and no thread.
                let read = tokio::task::spawn_blocking(move || piece(file, left)).await;
                let (file, bytes) = read.map_err(io::Error::other)??;
                let left = left - bytes.len() as u64;
                Ok(Some((bytes, (file, left))))
            });
            Ok(Box::pin(pieces) as Pieces)
        })
    }

    fn remove(&self, id: Uuid) -> Doing<'_, ()> {
        let at = self.file(id);
        Box::pin(waiting(move || match std::fs::remove_file(at) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(storage(&e)),
            _ => Ok(()),
        }))
    }

    fn some(&self, last: u8) -> Doing<'_, Vec<Uuid>> {
        let shelf = self.shelf(last);
        Box::pin(waiting(move || {
            let entries = match std::fs::read_dir(shelf) {
                Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
                entries => entries.map_err(|e| storage(&e))?,
            };
            let mut found = Vec::new();
            for entry in entries {
                let name = entry.map_err(|e| storage(&e))?.file_name();
                // What was not put here by us is none of ours.
                found.extend(name.to_str().and_then(|name| Uuid::try_parse(name).ok()));
            }
            Ok(found)
        }))
    }

    fn ready(&self) -> Doing<'_, ()> {
        let folder = self.incoming();
        Box::pin(waiting(move || {
            // A disk that is full takes no block, whatever it says of itself.
            let probe = folder.join(format!("{}.part", Uuid::now_v7()));
            let wrote = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&probe, [0; PROBE]));
            let gone = std::fs::remove_file(&probe);
            wrote.and(gone).map_err(|e| storage(&e))
        }))
    }
}

fn piece(mut file: File, left: u64) -> io::Result<(File, Bytes)> {
    let mut bytes = vec![0; left.min(PIECE) as usize];
    let n = file.read(&mut bytes)?;
    if n == 0 {
        // An answer that ends before its length is seen to be cut off.
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    bytes.truncate(n);
    Ok((file, Bytes::from(bytes)))
}

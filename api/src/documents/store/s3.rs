//! Contents in a bucket of a server that speaks S3: each an object under its id, in one of 256 folders by the last byte of the id, so that
//! the sweep can list them part by part. Requests are bounded in time, tried again a few times with growing pauses and jitter, and fail
//! with 503 when that does not help: the server goes on with everything else.
use super::address::Bucket;
use super::careful::Careful;
use super::{AWAY, Contents, Doing, Pieces, credentials, waiting};
use crate::http::upload::{Received, storage};
use actix_web::web::Bytes;
use domain::core::error::{Error, Result};
use futures_util::{Stream, StreamExt, TryStreamExt};
use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey};
use object_store::path::Path;
use object_store::{
    BackoffConfig, ClientOptions, GetOptions, GetRange, MultipartUpload, ObjectStore, ObjectStoreExt, PutMode, PutPayload, RetryConfig,
};
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use uuid::Uuid;

/// What is sent at once, in bytes: larger contents go in parts of this size, of which S3 takes ten thousand.
const PART: u64 = 8 << 20;
/// How many contents are on their way at a time: each holds a part in memory.
const TURNS: usize = 8;
/// How long the server may take to take a connection, and to say something.
const CONNECT: Duration = Duration::from_secs(3);
const SILENCE: Duration = Duration::from_secs(15);
/// How often a request is tried again, and how long after the first attempt at the latest.
const RETRIES: usize = 4;
const TRYING: Duration = Duration::from_secs(10);
/// How long a reader waits for the first byte before they hear that it is not to be had.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long the server may take to say that it is there.
const PROBE: Duration = Duration::from_millis(900);

/// The bucket.
#[derive(Debug, Clone)]
pub struct S3 {
    store: Arc<AmazonS3>,
    prefix: Path,
    incoming: PathBuf,
    turns: Arc<Semaphore>,
}

/// What a failure of the server means to the caller. What it wrote about it may be long and name keys; the log takes the beginning.
fn away(what: &str, error: &object_store::Error) -> Error {
    let text = error.to_string();
    let error = text.split('<').next().unwrap_or_default();
    tracing::error!(what, error, "the place of documents does not do what it should");
    Error::Unavailable(AWAY)
}

type Arriving = Pin<Box<dyn Stream<Item = object_store::Result<Bytes>> + Send>>;

impl S3 {
    /// A client of the server, which is not asked anything yet. Credentials come from the environment, as all tools for S3 read it.
    ///
    /// # Errors
    /// In words, when the settings can't be right.
    pub fn open(bucket: &Bucket, incoming: PathBuf) -> Result<Self, String> {
        // One that is chosen already is the same one: it is the only one that is linked in.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let plain = bucket.endpoint.as_deref().is_some_and(|endpoint| endpoint.starts_with("http://"));
        let options = ClientOptions::new()
            .with_allow_http(plain)
            .with_connect_timeout(CONNECT)
            .with_read_timeout(SILENCE)
            // A slow reader may take their time: what counts is that the server is not silent.
            .with_timeout_disabled();
        let mut builder = AmazonS3Builder::from_env()
            .with_bucket_name(&bucket.name)
            .with_client_options(options)
            .with_http_connector(Careful)
            .with_retry(RetryConfig {
                backoff: BackoffConfig {
                    init_backoff: Duration::from_millis(100),
                    max_backoff: Duration::from_secs(2),
                    base: 2.0,
                },
                max_retries: RETRIES,
                retry_timeout: TRYING,
            });
        if let Some(endpoint) = &bucket.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        if let Some(region) = &bucket.region {
            builder = builder.with_region(region);
        }
        let key = builder.get_config_value(&AmazonS3ConfigKey::AccessKeyId);
        let missing = key.is_none_or(|key| key.is_empty());
        if let Some(file) = std::env::var_os("AWS_SHARED_CREDENTIALS_FILE").filter(|_| missing) {
            let profile = std::env::var("AWS_PROFILE").unwrap_or_else(|_| "default".to_owned());
            let found = credentials::read(file.as_ref(), &profile)?;
            builder = builder.with_access_key_id(found.key).with_secret_access_key(found.secret);
            if let Some(token) = found.token {
                builder = builder.with_token(token);
            }
        }
        let store = builder.build().map_err(|e| format!("the documents' bucket can't be used: {e}"))?;
        Ok(S3 {
            store: Arc::new(store),
            prefix: Path::from(bucket.prefix.as_str()),
            incoming,
            turns: Arc::new(Semaphore::new(TURNS)),
        })
    }

    fn shelf(&self, last: u8) -> Path {
        self.prefix.clone().join(format!("{last:02x}"))
    }
    fn key(&self, id: Uuid) -> Path {
        let last = id.as_bytes().last().copied().unwrap_or_default();
        self.shelf(last).join(id.to_string())
    }

    async fn keep(self, id: Uuid, file: Received) -> Result<()> {
        let _turn = self.turns.acquire().await.map_err(|e| Error::Internal(e.to_string()))?;
        let (at, path, size) = (self.key(id), file.path().to_owned(), file.size);
        let source = waiting(move || File::open(path).map_err(|e| storage(&e))).await?;
        if size <= PART {
            let (_, bytes) = part(source, size).await?;
            let kept = self
                .store
                .put_opts(&at, PutPayload::from_bytes(bytes), PutMode::Create.into())
                .await;
            return kept.map(|_| ()).map_err(|e| away("put", &e));
        }
        let mut upload = self.store.put_multipart(&at).await.map_err(|e| away("put", &e))?;
        let sent = parts(upload.as_mut(), source, size).await;
        if sent.is_err() && upload.abort().await.is_err() {
            tracing::warn!(content = %id, "the parts of a content that was not kept are left to the bucket's own rules");
        }
        sent
    }

    /// Begins to read, or says that it can't.
    async fn open_at(&self, id: Uuid, range: Range<u64>) -> Result<Arriving> {
        let (at, options) = (self.key(id), GetOptions::default().with_range(Some(GetRange::Bounded(range))));
        match tokio::time::timeout(PATIENCE, self.store.get_opts(&at, options)).await {
            Ok(Ok(found)) => Ok(Box::pin(found.into_stream())),
            Ok(Err(object_store::Error::NotFound { .. })) => Err(Error::Internal(format!("the content {id} is not in its bucket"))),
            Ok(Err(error)) => Err(away("get", &error)),
            Err(_) => {
                tracing::error!(content = %id, "the place of documents did not answer in time");
                Err(Error::Unavailable(AWAY))
            }
        }
    }
}

/// The next part of a file, and the file behind it.
async fn part(mut file: File, left: u64) -> Result<(File, Bytes)> {
    waiting(move || {
        let mut bytes = vec![0; left.min(PART) as usize];
        file.read_exact(&mut bytes).map_err(|e| storage(&e))?;
        Ok((file, Bytes::from(bytes)))
    })
    .await
}

/// Sends a file in parts and puts them together.
async fn parts(upload: &mut dyn MultipartUpload, mut file: File, size: u64) -> Result<()> {
    let mut left = size;
    while left > 0 {
        let (rest, bytes) = part(file, left).await?;
        file = rest;
        left -= bytes.len() as u64;
        upload.put_part(PutPayload::from_bytes(bytes)).await.map_err(|e| away("put", &e))?;
    }
    upload.complete().await.map(|_| ()).map_err(|e| away("put", &e))
}

/// A content that is being read.
struct Reading {
    from: S3,
    id: Uuid,
    left: Range<u64>,
    arriving: Arriving,
    /// How often in a row it broke off.
    broken: usize,
}

impl Reading {
    /// The next piece. A connection that breaks off, as servers do with readers that are slow, is begun again where it was.
    async fn next(mut self) -> io::Result<Option<(Bytes, Self)>> {
        loop {
            if self.left.is_empty() {
                return Ok(None);
            }
            match self.arriving.next().await {
                Some(Ok(piece)) if piece.is_empty() => {}
                Some(Ok(piece)) => {
                    self.left.start += piece.len() as u64;
                    self.broken = 0;
                    return Ok(Some((piece, self)));
                }
                // An answer that ends before its length is seen to be cut off.
                _ if self.broken == RETRIES => return Err(io::ErrorKind::UnexpectedEof.into()),
                _ => {
                    self.broken += 1;
                    let again = self.from.open_at(self.id, self.left.clone()).await;
                    self.arriving = again.map_err(|e| io::Error::other(e.to_string()))?;
                }
            }
        }
    }
}

impl Contents for S3 {
    fn incoming(&self) -> PathBuf {
        self.incoming.clone()
    }

    fn put(&self, id: Uuid, file: Received) -> Doing<'_, ()> {
        // A caller who goes away leaves no parts in the bucket: what was begun is ended.
        let keeping = tokio::spawn(self.clone().keep(id, file));
        Box::pin(async { keeping.await.map_err(|e| Error::Internal(e.to_string()))? })
    }

    fn read(&self, id: Uuid, range: Range<u64>) -> Doing<'_, Pieces> {
        Box::pin(async move {
            if range.is_empty() {
                return Ok(Box::pin(futures_util::stream::empty()) as Pieces);
            }
            let reading = Reading {
                from: self.clone(),
                id,
                left: range.clone(),
                arriving: self.open_at(id, range).await?,
                broken: 0,
            };
            Ok(Box::pin(futures_util::stream::try_unfold(reading, Reading::next)) as Pieces)
        })
    }

    fn remove(&self, id: Uuid) -> Doing<'_, ()> {
        Box::pin(async move {
            match self.store.delete(&self.key(id)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
                Err(error) => Err(away("delete", &error)),
            }
        })
    }

    fn some(&self, last: u8) -> Doing<'_, Vec<Uuid>> {
        Box::pin(async move {
            let shelf = self.shelf(last);
            let found = self.store.list(Some(&shelf)).try_filter_map(|object| async move {
                // What was not put here by us is none of ours.
                Ok(object.location.filename().and_then(|name| Uuid::try_parse(name).ok()))
            });
            found.try_collect().await.map_err(|e| away("list", &e))
        })
    }

    fn ready(&self) -> Doing<'_, ()> {
        Box::pin(async move {
            // One object at most, of a shelf of its own: it is the answer that counts.
            let shelf = self.prefix.clone().join("ready");
            let mut asked = self.store.list(Some(&shelf));
            match tokio::time::timeout(PROBE, asked.try_next()).await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) => Err(away("list", &error)),
                Err(_) => Err(Error::Unavailable(AWAY)),
            }
        })
    }
}

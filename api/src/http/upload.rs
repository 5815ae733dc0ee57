//! Receiving a file: streamed to disk as it comes, unpacked on the way, its digest checked, and put in its place only when it is whole.
//! Imports and documents come in this way.
use super::body::unsupported;
use super::problem::Failure;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Payload};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::core::error::Error;
use futures_util::StreamExt;
use sha2::{Digest, Sha256, Sha512};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use uuid::Uuid;

/// What an upload that was cut off is called.
const PART: &str = ".part";

/// What is to be received.
#[derive(Debug, Clone)]
pub struct Expected {
    /// The folder of its kind, below the data folder; made where it is not there.
    pub folder: PathBuf,
    /// The most that it may hold, unpacked, in bytes.
    pub most: u64,
    /// Whether it may come packed, as `Content-Encoding` says.
    pub packed: bool,
}

/// How many times its packed size a file may be.
const RATIO: u64 = 100;
/// What may be unpacked before the ratio counts: small files of spaces are no bomb.
const FREE: u64 = 1 << 20;
/// How long the next piece of an upload may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A file that arrived whole, not yet in its place; removed again unless it is put there.
pub struct Received {
    path: PathBuf,
    /// Unpacked, in bytes.
    pub size: u64,
    /// SHA-256 of it as RFC 9530 writes it.
    pub digest: String,
    placed: bool,
}

impl Received {
    /// A file of the server's own making, where uploads arrive.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn made(folder: &Path, bytes: &[u8]) -> Result<Received, Error> {
        std::fs::create_dir_all(folder).map_err(|e| storage(&e))?;
        let path = folder.join(format!("{}{PART}", Uuid::now_v7()));
        let mut out = File::create_new(&path).map_err(|e| storage(&e))?;
        // From here on it is removed unless it is placed.
        let received = Received {
            path,
            size: bytes.len() as u64,
            digest: format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(bytes))),
            placed: false,
        };
        out.write_all(bytes).and_then(|()| out.sync_all()).map_err(|e| storage(&e))?;
        Ok(received)
    }

    /// Where it is now.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts it where it is looked for, on the same disk, durably; what was there before is gone.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn place(mut self, at: &Path) -> Result<(), Error> {
        let folder = at.parent().unwrap_or(Path::new("."));
        let put = std::fs::rename(&self.path, at).and_then(|()| File::open(folder)?.sync_all());
        put.map_err(|e| storage(&e))?;
        self.placed = true;
        Ok(())
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        if !self.placed
            && let Err(error) = std::fs::remove_file(&self.path)
        {
            tracing::warn!(%error, "a part of an upload could not be removed");
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Packing {
    None,
    Gzip,
    Zstd,
}

/// What `Content-Digest` and `Repr-Digest` (RFC 9530) say of the bytes on the wire: of a whole file, both say the same.
#[derive(Debug, Default, Clone)]
struct Told {
    sha256: Vec<Vec<u8>>,
    sha512: Vec<Vec<u8>>,
}

fn packing(request: &HttpRequest, allowed: bool) -> Result<Packing, Failure> {
    match request
        .headers()
        .get("Content-Encoding")
        .map(|v| v.to_str().unwrap_or("?").trim().to_ascii_lowercase())
        .as_deref()
    {
        None | Some("" | "identity") => Ok(Packing::None),
        Some("gzip" | "x-gzip") if allowed => Ok(Packing::Gzip),
        Some("zstd") if allowed => Ok(Packing::Zstd),
        Some(_) if allowed => Err(unsupported("accept-encoding", "gzip, zstd")),
        Some(_) => Err(unsupported("accept-encoding", "identity")),
    }
}

/// The longest of these headers.
pub const DIGESTS: usize = 500;

/// Refuses digests that are none, before anything is read.
///
/// # Errors
/// `invalid_parameter`.
pub fn check_digests(request: &HttpRequest) -> Result<(), Failure> {
    told(request).map(|_| ())
}

fn told(request: &HttpRequest) -> Result<Told, Failure> {
    let mut told = Told::default();
    for field in ["Content-Digest", "Repr-Digest"] {
        let wrong = || Failure::Parameter(field.to_owned(), "invalid_parameter");
        for header in request.headers().get_all(field) {
            let header = header.to_str().ok().filter(|text| text.len() <= DIGESTS).ok_or_else(wrong)?;
            for item in header.split(',') {
                let (name, value) = item.trim().split_once('=').ok_or_else(wrong)?;
                let value = value.strip_prefix(':').and_then(|v| v.strip_suffix(':')).ok_or_else(wrong)?;
                let value = STANDARD.decode(value).map_err(|_| wrong())?;
                match name {
                    "sha-256" => told.sha256.push(value),
                    "sha-512" => told.sha512.push(value),
                    // Others are older and weaker; RFC 9530 says to pass them over.
                    _ => {}
                }
            }
        }
    }
    Ok(told)
}

/// What a failure to write a file means to the caller.
pub fn storage(error: &io::Error) -> Error {
    tracing::error!(%error, "a file could not be stored");
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::Unavailable("storage_full"),
        _ => Error::Internal(error.to_string()),
    }
}

fn too_large() -> Failure {
    Failure::Protocol(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", None)
}

/// Takes the body of a request.
///
/// # Errors
/// 400 `digest_mismatch`, `invalid_encoding` or `incomplete_body`, 408, 413, 415, 503 `storage_full`; then nothing is kept.
pub async fn receive(request: &HttpRequest, payload: &mut Payload, expected: Expected) -> Result<Received, Failure> {
    let Expected { folder, most, packed } = expected;
    let (packing, told) = (packing(request, packed)?, told(request)?);
    let length = request
        .headers()
        .get("Content-Length")
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.parse::<u64>().ok());
    if length.is_some_and(|n| n > most) {
        return Err(too_large());
    }
    let path = folder.join(format!("{}{PART}", Uuid::now_v7()));
    let (send, pieces) = std::sync::mpsc::sync_channel::<Bytes>(4);
    let storing = tokio::task::spawn_blocking(move || store(&folder, path, packing, most, &told, Wire::new(pieces)));
    let mut cut = None;
    let mut waiting = Some(send);
    while let Some(send) = waiting.take() {
        match tokio::time::timeout(PATIENCE, payload.next()).await {
            Ok(Some(Ok(piece))) => {
                // The disk may be slower than the network: the piece waits on a thread that may wait.
                let sent = tokio::task::spawn_blocking(move || send.send(piece).is_ok().then_some(send)).await;
                waiting = sent.map_err(|e| Error::Internal(e.to_string()))?;
            }
            Ok(None) => {}
            Ok(Some(Err(_))) => cut = Some(Failure::Body("incomplete_body", "The upload was cut off.".to_owned())),
            Err(_) => cut = Some(Failure::Protocol(StatusCode::REQUEST_TIMEOUT, "timeout", None)),
        }
    }
    let stored = storing.await.map_err(|e| Error::Internal(e.to_string()))?;
    match cut {
        Some(cut) => Err(cut),
        None => stored,
    }
}

/// The bytes of the wire as they are read: counted, and their digests taken.
struct Wire {
    pieces: std::sync::mpsc::Receiver<Bytes>,
    rest: Bytes,
    read: u64,
    sha256: Sha256,
    sha512: Option<Sha512>,
}

impl Wire {
    fn new(pieces: std::sync::mpsc::Receiver<Bytes>) -> Self {
        Wire {
            pieces,
            rest: Bytes::new(),
            read: 0,
            sha256: Sha256::new(),
            sha512: None,
        }
    }
}

impl Read for Wire {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            match self.pieces.recv() {
                Ok(piece) => self.rest = piece,
                Err(_) => return Ok(0),
            }
        }
        let n = out.len().min(self.rest.len());
        let piece = self.rest.split_to(n);
        out[..n].copy_from_slice(&piece);
        self.read += n as u64;
        self.sha256.update(&piece);
        if let Some(sha512) = &mut self.sha512 {
            sha512.update(&piece);
        }
        Ok(n)
    }
}

enum Unpack {
    None(Wire),
    Gzip(Box<flate2::read::MultiGzDecoder<Wire>>),
    Zstd(zstd::stream::read::Decoder<'static, io::BufReader<Wire>>),
}

impl Unpack {
    fn wire(&mut self) -> &mut Wire {
        match self {
            Unpack::None(wire) => wire,
            Unpack::Gzip(decoder) => decoder.get_mut(),
            Unpack::Zstd(decoder) => decoder.get_mut().get_mut(),
        }
    }
}

impl Read for Unpack {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Unpack::None(wire) => wire.read(out),
            Unpack::Gzip(decoder) => decoder.read(out),
            Unpack::Zstd(decoder) => decoder.read(out),
        }
    }
}

fn store(folder: &Path, path: PathBuf, packing: Packing, most: u64, told: &Told, mut wire: Wire) -> Result<Received, Failure> {
    std::fs::create_dir_all(folder).map_err(|e| storage(&e))?;
    wire.sha512 = (!told.sha512.is_empty()).then(Sha512::new);
    let mut source = match packing {
        Packing::None => Unpack::None(wire),
        Packing::Gzip => Unpack::Gzip(Box::new(flate2::read::MultiGzDecoder::new(wire))),
        Packing::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::new(wire).map_err(|e| storage(&e))?;
            // A larger window would cost more memory than any file of rows needs.
            decoder.window_log_max(27).map_err(|e| storage(&e))?;
            Unpack::Zstd(decoder)
        }
    };
    let mut out = File::create_new(&path).map_err(|e| storage(&e))?;
    let mut received = Received {
        path,
        size: 0,
        digest: String::new(),
        placed: false,
    };
    let (mut buffer, mut sha) = (vec![0; 64 << 10], Sha256::new());
    loop {
        let unreadable = |e: io::Error| Failure::Body("invalid_encoding", e.to_string());
        let n = source.read(&mut buffer).map_err(unreadable)?;
        if n == 0 {
            break;
        }
        let piece = buffer.get(..n).unwrap_or_default();
        received.size += n as u64;
        let read = source.wire().read;
        if received.size > most || received.size > FREE + RATIO * read {
            return Err(too_large());
        }
        sha.update(piece);
        out.write_all(piece).map_err(|e| storage(&e))?;
    }
    // What stands behind the packed part belongs to the digest as well.
    io::copy(source.wire(), &mut io::sink()).map_err(|e| storage(&e))?;
    let wire = source.wire();
    let same = |told: &[Vec<u8>], found: &[u8]| told.iter().all(|told| told == found);
    let right =
        same(&told.sha256, &wire.sha256.clone().finalize()) && wire.sha512.take().is_none_or(|sha| same(&told.sha512, &sha.finalize()));
    if !right {
        return Err(Failure::Protocol(StatusCode::BAD_REQUEST, "digest_mismatch", None));
    }
    out.sync_all().map_err(|e| storage(&e))?;
    received.digest = format!("sha-256=:{}:", STANDARD.encode(sha.finalize()));
    Ok(received)
}

/// Removes from a folder what uploads left behind that were cut off with the process, once they are a day old.
///
/// # Errors
/// When the folder can't be read.
pub fn sweep(folder: &Path) -> io::Result<usize> {
    let mut removed = 0;
    let Ok(entries) = std::fs::read_dir(folder) else {
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

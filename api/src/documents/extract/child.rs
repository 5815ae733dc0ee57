//! The process that reads a content: `peyvand extract`, started by the server for one file. It takes the bytes from its standard input
//! and writes the text to its standard output; what it may use it limits itself before it looks at the first byte.
use super::Reader;
use crate::documents::store::Pieces;
use domain::core::error::{Error, Result};
use futures_util::StreamExt;
use rlimit::Resource;
use std::io::{Read, Write};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

/// The largest content that is read, in bytes.
pub const LARGEST: u64 = 64 << 20;
/// The most text that is kept of one: beyond it nobody searches, and everybody would wait.
pub const TEXT: usize = 400 << 10;
/// Address space, in bytes, and time on the processor, in seconds, that reading may take.
const MEMORY: u64 = 2 << 30;
const SECONDS: u64 = 20;
/// How long it may take by the clock.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a reading came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    Text(String),
    /// It could not be read: why, for the log.
    Failed(String),
}

fn limit() -> std::io::Result<()> {
    rlimit::setrlimit(Resource::AS, MEMORY, MEMORY)?;
    rlimit::setrlimit(Resource::CPU, SECONDS, SECONDS)?;
    // No file is written, and none is left behind.
    rlimit::setrlimit(Resource::FSIZE, 0, 0)?;
    rlimit::setrlimit(Resource::CORE, 0, 0)
}

/// The text, cut after so many bytes, at a letter.
fn cut(mut text: String) -> String {
    if text.len() > TEXT {
        let end = (0..=TEXT).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
        text.truncate(end);
    }
    text
}

/// What the process does: reads standard input, writes the text to standard output.
///
/// # Errors
/// Why there is no text, in words.
pub fn run(reader: Reader) -> Result<(), String> {
    limit().map_err(|e| format!("the limits can't be set: {e}"))?;
    // Readers speak of what they stumble over; nobody listens.
    std::panic::set_hook(Box::new(|_| {}));
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| e.to_string())?;
    if bytes.len() as u64 > LARGEST {
        return Err("it is too large".to_owned());
    }
    // Deep structures are read by deep calls.
    let reading = std::thread::Builder::new().stack_size(64 << 20).spawn(move || reader.text(&bytes));
    let text = reading
        .map_err(|e| e.to_string())?
        .join()
        .map_err(|_| "its reader broke down".to_owned())??;
    std::io::stdout().lock().write_all(cut(text).as_bytes()).map_err(|e| e.to_string())
}

/// Reads a content in a process of its own.
///
/// # Errors
/// When the process can't be started or the content not be had: another attempt may go better. A content that breaks its reader is no error.
pub async fn read(reader: Reader, mut content: Pieces) -> Result<Reading> {
    let broken = |e: std::io::Error| Error::Internal(format!("a content can't be read for its text: {e}"));
    let mut command = Command::new(std::env::current_exe().map_err(broken)?);
    command
        .args(["extract", "--as", reader.word()])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().map_err(broken)?;
    let piped = || Error::Internal("a process without its pipes".to_owned());
    let mut stdin = child.stdin.take().ok_or_else(piped)?;
    let (stdout, stderr) = (child.stdout.take().ok_or_else(piped)?, child.stderr.take().ok_or_else(piped)?);
    let send = async move {
        while let Some(piece) = content.next().await {
            let piece = piece.map_err(broken)?;
            // It may have given up before the end.
            if stdin.write_all(&piece).await.is_err() {
                break;
            }
        }
        Ok::<_, Error>(())
    };
    let (mut text, mut why) = (Vec::new(), Vec::new());
    let (mut stdout, mut stderr) = (stdout.take(TEXT as u64), stderr.take(2000));
    let take = async { stdout.read_to_end(&mut text).await };
    let hear = async { stderr.read_to_end(&mut why).await };
    let all = async {
        let (sent, taken, heard) = tokio::join!(send, take, hear);
        sent?;
        taken.map_err(broken)?;
        heard.map_err(broken)?;
        child.wait().await.map_err(broken)
    };
    let Ok(status) = tokio::time::timeout(PATIENCE, all).await else {
        return Ok(Reading::Failed("it took too long".to_owned()));
    };
    match status?.success() {
        true => Ok(Reading::Text(String::from_utf8_lossy(&text).into_owned())),
        false => Ok(Reading::Failed(String::from_utf8_lossy(&why).trim().to_owned())),
    }
}

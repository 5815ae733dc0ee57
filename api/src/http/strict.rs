//! Requests whose ends are beyond doubt. The parser below us takes a line feed alone for the end of a header line, as RFC 9112 §2.2 lets
//! it; a proxy before us may not, and then both see different requests in the same bytes. So what arrives is looked at on its way to the
//! parser: where a request ends in any other way than plainly, a null takes the place of the line feed, which the parser refuses with 400
//! and the end of the connection.
//!
//! What is written waits for its reader so long and no longer. A stream goes on as fast as it is taken: one that nobody takes would hold
//! what it was opened with for ever, and never ask whether its session has ended.
use actix_web::rt::net::TcpStream;
use std::io::{ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// How much of a line is kept: more than any that says where a body ends.
const LINE: usize = 256;

/// What the next byte belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Head,
    /// A body of so many more bytes.
    Body(u64),
    ChunkSize,
    Chunk(u64),
    ChunkEnd,
    /// The empty line behind the last chunk.
    LastEnd,
    /// Behind something that was refused: nothing more is read from this connection.
    Refused,
}

/// Where in a request a connection is.
#[derive(Debug)]
struct Framing {
    at: At,
    line: Vec<u8>,
    last: u8,
    /// Whether the request line has been read; empty lines before it are nothing (RFC 9112 §2.2).
    begun: bool,
    length: Option<u64>,
    chunked: bool,
}

impl Default for Framing {
    fn default() -> Self {
        Framing {
            at: At::Head,
            line: Vec::with_capacity(LINE),
            last: 0,
            begun: false,
            length: None,
            chunked: false,
        }
    }
}

impl Framing {
    /// Looks at what has arrived, and spoils what must not pass.
    fn look(&mut self, bytes: &mut [u8]) {
        let mut from = 0;
        while let Some(rest) = bytes.get_mut(from..).filter(|rest| !rest.is_empty()) {
            from += match self.at {
                At::Refused => return,
                At::Body(left) => {
                    let n = rest.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                    self.at = if n as u64 == left { At::Head } else { At::Body(left - n as u64) };
                    n
                }
                At::Chunk(left) => {
                    let n = rest.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                    self.at = if n as u64 == left {
                        At::ChunkEnd
                    } else {
                        At::Chunk(left - n as u64)
                    };
                    n
                }
                _ => self.read_line(rest),
            };
        }
    }

    /// Takes the rest of a line, or as much of it as there is; how many bytes those are.
    fn read_line(&mut self, rest: &mut [u8]) -> usize {
        let end = rest.iter().position(|b| *b == b'\n');
        let part = &rest[..end.unwrap_or(rest.len())];
        if let Some(last) = part.last() {
            self.last = *last;
        }
        let room = LINE - self.line.len();
        self.line.extend_from_slice(&part[..part.len().min(room)]);
        let Some(end) = end else { return rest.len() };
        match (self.last == b'\r').then(|| self.ended()).flatten() {
            Some(at) => self.at = at,
            None => {
                self.at = At::Refused;
                rest[end] = 0;
            }
        }
        self.line.clear();
        self.last = 0;
        end + 1
    }

    /// What comes behind the line that has just ended; none where it is not to be had.
    fn ended(&mut self) -> Option<At> {
        let line = self.line.strip_suffix(b"\r").unwrap_or(&self.line);
        match self.at {
            At::Head if line.is_empty() && self.begun => {
                self.begun = false;
                match (std::mem::take(&mut self.chunked), self.length.take()) {
                    (false, None | Some(0)) => Some(At::Head),
                    (false, Some(length)) => Some(At::Body(length)),
                    (true, None) => Some(At::ChunkSize),
                    (true, Some(_)) => None,
                }
            }
            At::Head if line.is_empty() => Some(At::Head),
            At::Head if !self.begun => {
                self.begun = true;
                Some(At::Head)
            }
            At::Head => self.header().map(|()| At::Head),
            At::ChunkSize => {
                let size = line.split(|b| *b == b';').next()?.trim_ascii();
                let digits = !size.is_empty() && size.iter().all(u8::is_ascii_hexdigit);
                match u64::from_str_radix(std::str::from_utf8(size).ok().filter(|_| digits)?, 16).ok()? {
                    0 => Some(At::LastEnd),
                    size => Some(At::Chunk(size)),
                }
            }
            At::ChunkEnd => line.is_empty().then_some(At::ChunkSize),
            At::LastEnd => line.is_empty().then_some(At::Head),
            At::Body(_) | At::Chunk(_) | At::Refused => None,
        }
    }

    /// Reads a header that says where the body ends: once, and plainly.
    fn header(&mut self) -> Option<()> {
        let colon = self.line.iter().position(|b| *b == b':')?;
        let (name, value) = (&self.line[..colon], self.line[colon + 1..].trim_ascii());
        if name.eq_ignore_ascii_case(b"content-length") {
            let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
            let length = std::str::from_utf8(value).ok().filter(|_| digits)?.parse().ok()?;
            return self.length.replace(length).is_none().then_some(());
        }
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            let first = !std::mem::replace(&mut self.chunked, true);
            return (first && value.eq_ignore_ascii_case(b"chunked")).then_some(());
        }
        Some(())
    }
}

/// A connection that is read strictly.
#[derive(Debug)]
pub struct Strict {
    stream: TcpStream,
    framing: Framing,
    /// How long the other end may take nothing of what is written.
    patience: Duration,
    /// Runs while it takes nothing.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Strict {
    /// The connection, cut off when its other end takes nothing for so long.
    pub fn new(stream: TcpStream, patience: Duration) -> Strict {
        Strict {
            stream,
            framing: Framing::default(),
            patience,
            stalled: None,
        }
    }

    /// What became of a write: one that waits too long has failed.
    fn patiently(&mut self, cx: &mut Context<'_>, written: Poll<Result<usize>>) -> Poll<Result<usize>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(self.patience)));
        ready!(stalled.as_mut().poll(cx));
        self.stalled = None;
        // The system would hold what was written, and offer it on and on.
        let _ = self.stream.set_zero_linger();
        Poll::Ready(Err(ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Strict {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        if let Some(new) = buf.filled_mut().get_mut(before..) {
            self.framing.look(new);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Strict {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.patiently(cx, written)
    }
    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bufs: &[IoSlice<'_>]) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.patiently(cx, written)
    }
    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests;

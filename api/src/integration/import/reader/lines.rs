//! Raw lines of a file, each decoded alone, and the byte behind each.
//!
//! In every encoding that `detect` can choose but UTF-16, the bytes of a line feed and a carriage return stand for nothing else,
//! not even as the second byte of a Chinese or Japanese character, so the ends of lines show without decoding. UTF-16 is read by
//! units of two bytes. No such encoding has a state that outlives a line; the one that has, ISO-2022-JP, is never chosen.
use super::ROW_MAX;
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use std::borrow::Cow;
use std::io::{self, Read, Seek, SeekFrom};

/// How much of a file is looked at to tell its encoding and separator, and how much is read at a time.
pub const HEAD: usize = 64 << 10;

/// The beginning of a file, and the file behind it.
pub struct Head<R> {
    pub bytes: Vec<u8>,
    source: R,
}

impl<R: Read> Head<R> {
    pub fn read(mut source: R) -> io::Result<Head<R>> {
        let mut bytes = Vec::with_capacity(HEAD);
        source.by_ref().take(HEAD as u64).read_to_end(&mut bytes)?;
        Ok(Head { bytes, source })
    }
}

/// One line with its end; the last line of a file gets one if it has none.
pub enum Line<'a> {
    /// `intact` says that all bytes are text in the encoding; where they are not, U+FFFD stands for them.
    Text { text: &'a str, intact: bool },
    /// Longer than a row may be; it was skipped.
    TooLong,
}

pub struct Lines<R> {
    source: R,
    encoding: &'static Encoding,
    /// A lone carriage return ends a line too.
    returns: bool,
    buffer: Vec<u8>,
    /// The part of the buffer that is read.
    at: usize,
    /// Raw bytes before the buffer.
    before: u64,
    raw: Vec<u8>,
    text: String,
}

impl<R: Read> Lines<R> {
    pub fn new(head: Head<R>, encoding: &'static Encoding, mark: usize, returns: bool) -> Lines<R> {
        Lines {
            source: head.source,
            encoding,
            returns,
            buffer: head.bytes,
            at: mark,
            before: 0,
            raw: Vec::new(),
            text: String::new(),
        }
    }

    pub fn encoding(&self) -> &'static Encoding {
        self.encoding
    }

    /// Raw bytes of the file up to the end of the last line read.
    pub fn offset(&self) -> u64 {
        self.before + self.at as u64
    }

    /// The next line; none at the end of the file.
    pub fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        let most = if self.wide() { 2 * ROW_MAX } else { ROW_MAX };
        self.raw.clear();
        let (mut length, mut ended) = (0_usize, false);
        while !ended && self.fill()? {
            let rest = self.buffer.get(self.at..).unwrap_or_default();
            let (take, stop) = self.cut(rest);
            length = length.saturating_add(take);
            if length <= most {
                self.raw.extend_from_slice(rest.get(..take).unwrap_or_default());
            }
            self.at += take;
            ended = match stop {
                Stop::Feed => true,
                Stop::Return => {
                    // A line feed behind it belongs to the same end, if need be in the next buffer.
                    let unit = self.unit();
                    let feed = self.fill()? && self.value(self.at) == Some(u16::from(b'\n'));
                    if feed {
                        self.raw
                            .extend_from_slice(self.buffer.get(self.at..self.at + unit).unwrap_or_default());
                        self.at += unit;
                    }
                    true
                }
                Stop::None => false,
            };
        }
        if length == 0 {
            return Ok(None);
        }
        if length > most {
            return Ok(Some(Line::TooLong));
        }
        let (decoded, wrong) = self.encoding.decode_without_bom_handling(&self.raw);
        self.text.clear();
        self.text.push_str(match &decoded {
            Cow::Borrowed(text) => text,
            Cow::Owned(text) => text,
        });
        if !ended {
            self.text.push('\n');
        }
        Ok(Some(Line::Text {
            text: &self.text,
            intact: !wrong,
        }))
    }

    fn wide(&self) -> bool {
        self.encoding == UTF_16LE || self.encoding == UTF_16BE
    }

    fn unit(&self) -> usize {
        if self.wide() { 2 } else { 1 }
    }

    fn value(&self, at: usize) -> Option<u16> {
        let first = *self.buffer.get(at)?;
        if !self.wide() {
            return Some(u16::from(first));
        }
        let second = *self.buffer.get(at + 1)?;
        Some(if self.encoding == UTF_16LE {
            u16::from_le_bytes([first, second])
        } else {
            u16::from_be_bytes([first, second])
        })
    }

    /// How many bytes of `rest` belong to the line, and what stands at their end.
    fn cut(&self, rest: &[u8]) -> (usize, Stop) {
        let stop = |value: u8| match value {
            b'\n' => Stop::Feed,
            b'\r' if self.returns => Stop::Return,
            _ => Stop::None,
        };
        if !self.wide() {
            let found = rest.iter().position(|&b| b == b'\n' || (b == b'\r' && self.returns));
            return found.map_or((rest.len(), Stop::None), |i| {
                (i + 1, stop(rest.get(i).copied().unwrap_or_default()))
            });
        }
        let little = self.encoding == UTF_16LE;
        for (i, pair) in rest.chunks_exact(2).enumerate() {
            let [a, b] = *pair else { continue };
            let (low, high) = if little { (a, b) } else { (b, a) };
            let stop = if high == 0 { stop(low) } else { Stop::None };
            if !matches!(stop, Stop::None) {
                return (2 * i + 2, stop);
            }
        }
        // Half a unit waits for its other half; at the end of the file it is all there is.
        (if rest.len() > 1 { rest.len() & !1 } else { rest.len() }, Stop::None)
    }

    /// Reads on until a unit is there, or at the end of the file what is left of one; false if nothing is left.
    fn fill(&mut self) -> io::Result<bool> {
        while self.buffer.len() - self.at < self.unit() {
            self.buffer.drain(..self.at);
            self.before += self.at as u64;
            self.at = 0;
            let read = self.source.by_ref().take(HEAD as u64).read_to_end(&mut self.buffer)?;
            if read == 0 {
                return Ok(!self.buffer.is_empty());
            }
        }
        Ok(true)
    }
}

impl<R: Read + Seek> Lines<R> {
    /// Goes to a raw byte of the file; false if the file ends before it.
    pub fn seek(&mut self, offset: u64) -> io::Result<bool> {
        let end = self.source.seek(SeekFrom::End(0))?;
        self.source.seek(SeekFrom::Start(offset))?;
        self.buffer.clear();
        self.at = 0;
        self.before = offset;
        Ok(offset <= end)
    }
}

#[derive(Clone, Copy)]
enum Stop {
    Feed,
    Return,
    None,
}

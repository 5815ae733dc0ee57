//! An uploaded file as a stream of rows. Whatever the size of the file, memory holds one row and one buffer.
//!
//! A job may be killed after any row and must go on without losing or repeating one. So the reader works on raw lines: it cuts
//! the file at line ends first and decodes each line alone, and since a row always ends where a line ends, the raw byte behind
//! every row is known exactly in every encoding. Going on is one seek. (Decoding the file as one stream would give offsets into
//! text that exists nowhere, to be found again only by decoding from the start.)
mod card;
mod cards;
mod detect;
mod error;
mod json;
mod lines;
#[cfg(test)]
mod tests;

use domain::integration::card::Card;
use encoding_rs::Encoding;
pub use error::{BadRow, ReadError, RowError};
use lines::{Line, Lines};
use serde_json::{Map, Value};
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

/// The most bytes of one cell, as UTF-8.
pub const FIELD_MAX: usize = 1 << 20;
/// The most bytes of one row, as UTF-8.
pub const ROW_MAX: usize = 4 << 20;
/// The most columns.
pub const COLUMNS_MAX: usize = 1000;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A header row, then a row a record (RFC 4180).
    Csv,
    /// A JSON object a line.
    Ndjson,
    /// Visiting cards: vCard 2.1, 3.0 or 4.0, one after the other.
    Vcard,
}

/// What a caller knows about a file and the reader need not guess.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known {
    pub encoding: Option<&'static Encoding>,
    /// The separator of a CSV, an ASCII character.
    pub separator: Option<u8>,
}

/// Where reading goes on: behind the row of this number. A job stores it with the rows it commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Raw bytes of the file before it, a byte order mark included.
    pub offset: u64,
    /// Rows read before it; the header is none.
    pub number: u64,
    /// Lines before it, header and blank ones included.
    pub line: u64,
}

/// One row of data.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// 1 for the first row of data.
    pub number: u64,
    /// The line of the file it begins on, from 1; a quoted cell may take several.
    pub line: u64,
    /// The place behind it.
    pub next: Place,
    pub cells: Result<Cells, BadRow>,
}

/// What a row holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Cells {
    /// As many as there are headers.
    Csv(Vec<String>),
    Json(Map<String, Value>),
    Card(Box<Card>),
}

/// Reads a file row by row; an iterator that ends after the last row or the first [`ReadError`].
pub struct Reader<R> {
    lines: Lines<R>,
    format: Format,
    csv: Option<Csv>,
    headers: Vec<String>,
    place: Place,
    done: bool,
}

struct Csv {
    core: csv_core::Reader,
    separator: u8,
    output: Vec<u8>,
    ends: Vec<usize>,
}

struct Record {
    line: u64,
    text: String,
    cells: Result<Vec<String>, RowError>,
}

impl Reader<File> {
    /// Opens the file at a path.
    ///
    /// # Errors
    /// As [`Reader::new`].
    pub fn open(path: impl AsRef<Path>, format: Format, known: Known) -> Result<Reader<File>, ReadError> {
        Reader::new(File::open(path)?, format, known)
    }
}

impl<R: Read> Reader<R> {
    /// Looks at the first 64 KiB of a file for its encoding and separator, and reads the header row of a CSV. Text is taken for
    /// UTF-8 if that much of it is valid UTF-8; a row further down that is not is a [`RowError::Encoding`].
    ///
    /// # Errors
    /// When the file cannot be read or has no header that can be used.
    pub fn new(source: R, format: Format, known: Known) -> Result<Reader<R>, ReadError> {
        let head = lines::Head::read(source)?;
        let (encoding, mark) = detect::encoding(&head.bytes, known.encoding, format);
        let separator = known.separator.filter(u8::is_ascii);
        let separator = || separator.unwrap_or_else(|| detect::separator(&head.bytes[mark..], encoding));
        let csv = (format == Format::Csv).then(|| Csv::new(separator()));
        if format == Format::Vcard && !cards::begins(&head.bytes, encoding) {
            return Err(ReadError::NoCard);
        }
        let mut reader = Reader {
            lines: Lines::new(head, encoding, mark, format != Format::Ndjson),
            format,
            csv,
            headers: Vec::new(),
            place: Place {
                offset: mark as u64,
                number: 0,
                line: 0,
            },
            done: false,
        };
        if format == Format::Csv {
            reader.header()?;
        }
        Ok(reader)
    }

    /// The header row of a CSV as the file has it; empty for NDJSON.
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// The encoding, by its name in the WHATWG standard.
    pub fn encoding(&self) -> &'static str {
        self.lines.encoding().name()
    }

    /// What stands between the cells of a CSV.
    pub fn separator(&self) -> Option<char> {
        self.csv.as_ref().map(|csv| char::from(csv.separator))
    }

    /// The place before the next row.
    pub fn place(&self) -> Place {
        self.place
    }

    fn header(&mut self) -> Result<(), ReadError> {
        let mut record = self.record()?.ok_or(ReadError::NoHeader)?;
        // Excel's own hint about the separator, on a line of its own before the header.
        if record.line == 1 && detect::hint(&record.text).is_some() {
            record = self.record()?.ok_or(ReadError::NoHeader)?;
        }
        self.headers = record.cells.map_err(ReadError::BadHeader)?;
        if self.headers.iter().all(|cell| cell.trim().is_empty()) {
            return Err(ReadError::NoHeader);
        }
        Ok(())
    }

    /// The next record of a CSV.
    fn record(&mut self) -> Result<Option<Record>, ReadError> {
        let Some(csv) = &mut self.csv else { return Ok(None) };
        let row = self.place.number + 1;
        let (mut text, mut begins, mut bad) = (String::new(), self.place.line + 1, None);
        let (mut written, mut cells) = (0, 0);
        loop {
            let start = text.len();
            match self.lines.next_line()? {
                None if start == 0 => return Ok(None),
                None => return Err(ReadError::UnclosedQuote { row, line: begins }),
                Some(Line::Text { text: line, .. }) if start == 0 && line.trim_end_matches(['\r', '\n']).is_empty() => {
                    self.place.line += 1;
                    begins += 1;
                    continue;
                }
                Some(Line::Text { text: line, intact }) if start + line.len() <= ROW_MAX => {
                    text.push_str(line);
                    if !intact {
                        bad = Some(RowError::Encoding);
                    }
                }
                Some(_) => return Err(ReadError::RowTooLarge { row, line: begins }),
            }
            self.place.line += 1;
            self.place.offset = self.lines.offset();
            let mut input = text.get(start..).unwrap_or_default().as_bytes();
            loop {
                let (result, read, wrote, ended) = csv.core.read_record(input, &mut csv.output[written..], &mut csv.ends[cells..]);
                input = &input[read..];
                written += wrote;
                cells += ended;
                match result {
                    csv_core::ReadRecordResult::Record => {
                        let cells = bad.map_or_else(|| csv.cells(cells), Err);
                        let line = begins;
                        return Ok(Some(Record { line, text, cells }));
                    }
                    csv_core::ReadRecordResult::OutputEndsFull => {
                        bad = Some(RowError::TooManyColumns);
                        (written, cells) = (0, 0);
                    }
                    // A line comes with its end, so a record that has not ended with it stands in a quote and goes on.
                    _ => break,
                }
            }
        }
    }

    fn next_csv(&mut self) -> Result<Option<Row>, ReadError> {
        let Some(record) = self.record()? else { return Ok(None) };
        let expected = self.headers.len();
        let cells = record.cells.and_then(|mut cells| {
            while cells.len() > expected && cells.last().is_some_and(|cell| cell.trim().is_empty()) {
                cells.pop();
            }
            let found = cells.len();
            if found == expected {
                Ok(Cells::Csv(cells))
            } else {
                Err(RowError::Ragged { expected, found })
            }
        });
        let text = record.text;
        Ok(Some(self.row(record.line, cells.map_err(|error| BadRow { error, text }))))
    }

    fn next_json(&mut self) -> Result<Option<Row>, ReadError> {
        loop {
            let Some(line) = self.lines.next_line()? else { return Ok(None) };
            let cells = match line {
                Line::TooLong => Err(BadRow {
                    error: RowError::TooLarge,
                    text: String::new(),
                }),
                Line::Text { text, .. } if text.trim().is_empty() => {
                    self.place.line += 1;
                    continue;
                }
                Line::Text { text, intact } => {
                    let read = if intact { json::object(text) } else { Err(RowError::Encoding) };
                    read.map(Cells::Json).map_err(|error| BadRow {
                        error,
                        text: text.to_owned(),
                    })
                }
            };
            self.place.line += 1;
            self.place.offset = self.lines.offset();
            return Ok(Some(self.row(self.place.line, cells)));
        }
    }

    fn row(&mut self, line: u64, cells: Result<Cells, BadRow>) -> Row {
        self.place.number += 1;
        Row {
            number: self.place.number,
            line,
            next: self.place,
            cells,
        }
    }
}

impl<R: Read + Seek> Reader<R> {
    /// Goes on behind a row that was read before, by another reader of the same file: `place` is that row's [`Row::next`].
    ///
    /// # Errors
    /// When there is no such place in the file.
    pub fn resume(&mut self, place: Place) -> Result<(), ReadError> {
        if !self.lines.seek(place.offset)? {
            return Err(ReadError::NoSuchPlace);
        }
        if let Some(csv) = &mut self.csv {
            csv.core.reset();
            // A blank line is no record; having read one, the parser does not take the row's first character for a mark.
            csv.core.read_record(b"\n", &mut csv.output, &mut csv.ends);
        }
        self.place = place;
        self.done = false;
        Ok(())
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Row, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let next = match self.format {
            Format::Csv => self.next_csv(),
            Format::Ndjson => self.next_json(),
            Format::Vcard => self.next_card(),
        };
        self.done = !matches!(next, Ok(Some(_)));
        next.transpose()
    }
}

impl Csv {
    fn new(separator: u8) -> Csv {
        Csv {
            core: csv_core::ReaderBuilder::new().delimiter(separator).build(),
            separator,
            // Unquoting only shortens a row, and its ends are one for each cell and one to see that there are too many.
            output: vec![0; ROW_MAX],
            ends: vec![0; COLUMNS_MAX + 1],
        }
    }

    fn cells(&self, count: usize) -> Result<Vec<String>, RowError> {
        let ends = self.ends.get(..count).unwrap_or_default();
        if count > COLUMNS_MAX {
            return Err(RowError::TooManyColumns);
        }
        let mut start = 0;
        let mut cells = Vec::with_capacity(count);
        for (column, &end) in ends.iter().enumerate() {
            let cell = self.output.get(start..end).unwrap_or_default();
            if cell.len() > FIELD_MAX {
                return Err(RowError::FieldTooLarge { column });
            }
            cells.push(std::str::from_utf8(cell).map_err(|_| RowError::Encoding)?.to_owned());
            start = end;
        }
        Ok(cells)
    }
}

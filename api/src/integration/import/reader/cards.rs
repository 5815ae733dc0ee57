//! Cards, cut out of their file one by one.
use super::card;
use super::lines::Line;
use super::{BadRow, Cells, ROW_MAX, ReadError, Reader, Row, RowError};
use encoding_rs::Encoding;
use std::io::Read;

/// Whether a line says this, in any case, with whatever blanks around it.
fn says(line: &str, word: &str) -> bool {
    line.trim().trim_start_matches('\u{feff}').eq_ignore_ascii_case(word)
}

/// Whether a card begins in the first part of a file.
pub fn begins(head: &[u8], encoding: &'static Encoding) -> bool {
    let (text, _) = encoding.decode_without_bom_handling(head);
    text.lines().any(|line| says(line, "BEGIN:VCARD"))
}

/// A card on its way out of the file.
#[derive(Default)]
struct Cut {
    text: String,
    /// The line it begins on; 0 before it does.
    begun: u64,
    /// How many cards are open: one can carry another, its agent's, in 2.1.
    depth: usize,
    bad: Option<RowError>,
}

impl Cut {
    /// Takes a line; whether it is the card's last.
    fn take(&mut self, line: &str, number: u64) -> bool {
        if says(line, "BEGIN:VCARD") {
            self.depth += 1;
            if self.depth == 1 {
                self.begun = number;
            }
        }
        if self.depth == 0 {
            // What stands between cards is nobody's.
            return false;
        }
        if self.text.len() + line.len() > ROW_MAX {
            self.too_large();
        }
        if self.bad != Some(RowError::TooLarge) {
            self.text.push_str(line);
        }
        if says(line, "END:VCARD") {
            self.depth -= 1;
        }
        self.depth == 0
    }

    fn too_large(&mut self) {
        if self.depth > 0 {
            self.text.clear();
            self.bad = Some(RowError::TooLarge);
        }
    }
}

impl<R: Read> Reader<R> {
    /// The next card, from its first line to its last.
    pub(super) fn next_card(&mut self) -> Result<Option<Row>, ReadError> {
        let mut cut = Cut::default();
        loop {
            let number = self.place.line + 1;
            let ended = match self.lines.next_line()? {
                None if cut.depth == 0 => return Ok(None),
                None => {
                    cut.bad = cut.bad.or(Some(RowError::UnclosedCard));
                    break;
                }
                Some(Line::TooLong) => {
                    cut.too_large();
                    false
                }
                Some(Line::Text { text, intact }) => {
                    let ended = cut.take(text, number);
                    if !intact && cut.begun > 0 && cut.bad.is_none() {
                        cut.bad = Some(RowError::Encoding);
                    }
                    ended
                }
            };
            self.place.line = number;
            self.place.offset = self.lines.offset();
            if ended {
                break;
            }
        }
        let Cut { text, begun, bad, .. } = cut;
        let read = match bad {
            Some(error) => Err(error),
            None => card::read(&text).ok_or(RowError::UnclosedCard),
        };
        let cells = read.map(|card| Cells::Card(Box::new(card))).map_err(|error| BadRow { error, text });
        Ok(Some(self.row(begun, cells)))
    }
}

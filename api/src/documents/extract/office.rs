//! The text of office files (ECMA-376): zipped XML, of which nothing is ever unpacked to disk and no entity expanded.
use calamine::{Data, Reader, Xlsx};
use quick_xml::events::Event;
use std::io::{BufReader, Cursor, Read};
use zip::ZipArchive;

/// The most that all parts of a file may hold, unpacked, by their own word.
const UNPACKED: u64 = 256 << 20;
/// The most that is read of one part, whatever it says of itself.
const PART: u64 = 128 << 20;

fn words(e: impl std::fmt::Display) -> String {
    e.to_string()
}

fn open(bytes: &[u8]) -> Result<ZipArchive<Cursor<&[u8]>>, String> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(words)?;
    let mut unpacked = 0_u64;
    for i in 0..archive.len() {
        unpacked = unpacked.saturating_add(archive.by_index_raw(i).map_err(words)?.size());
    }
    match unpacked > UNPACKED {
        true => Err("it unpacks to more than it may".to_owned()),
        false => Ok(archive),
    }
}

/// The paragraphs of a text, its notes and comments, and what stands at the top and foot of its pages.
pub fn docx(bytes: &[u8]) -> Result<String, String> {
    let mut archive = open(bytes)?;
    let holds = |name: &str| {
        let part = name.strip_prefix("word/").and_then(|n| n.strip_suffix(".xml")).unwrap_or_default();
        let kind = part.trim_end_matches(|c: char| c.is_ascii_digit());
        matches!(kind, "document" | "header" | "footer" | "footnotes" | "endnotes" | "comments")
    };
    let mut names: Vec<String> = archive
        .file_names()
        .flatten()
        .map(|n| n.into_owned())
        .filter(|n| holds(n))
        .collect();
    if !names.iter().any(|n| n == "word/document.xml") {
        return Err("it has no text part".to_owned());
    }
    names.sort();
    let mut out = String::new();
    for name in names {
        let part = archive.by_name(&name).map_err(words)?.take(PART);
        paragraphs(quick_xml::Reader::from_reader(BufReader::new(part)), &mut out)?;
    }
    Ok(out)
}

/// The text in `w:t`, with a line for each paragraph and a tab where one stands.
fn paragraphs<R: std::io::BufRead>(mut reader: quick_xml::Reader<R>, out: &mut String) -> Result<(), String> {
    let (mut buffer, mut inside) = (Vec::new(), false);
    loop {
        match reader.read_event_into(&mut buffer).map_err(words)? {
            Event::Start(e) if e.local_name().as_ref() == b"t" => inside = true,
            Event::End(e) => match e.local_name().as_ref() {
                b"t" => inside = false,
                b"p" => out.push('\n'),
                _ => {}
            },
            Event::Empty(e) if matches!(e.local_name().as_ref(), b"tab" | b"br" | b"cr") => out.push(' '),
            Event::Text(text) if inside => out.push_str(&text.decode().map_err(words)?),
            // Only the five of XML itself and numbers; an entity that the file declares is none of ours.
            Event::GeneralRef(name) if inside => {
                let numbered = name.resolve_char_ref().map_err(words)?;
                let named = name.decode().map_err(words)?;
                match numbered {
                    Some(c) => out.push(c),
                    None => out.push_str(quick_xml::escape::resolve_predefined_entity(&named).unwrap_or(" ")),
                }
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
        buffer.clear();
    }
}

/// The cells of all sheets, a line for each row.
pub fn xlsx(bytes: &[u8]) -> Result<String, String> {
    open(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(words)?;
    let mut out = String::new();
    for name in book.sheet_names() {
        out.push_str(&name);
        out.push('\n');
        let mut cells = match book.worksheet_cells_reader(&name) {
            Ok(cells) => cells,
            // A sheet of charts has no cells.
            Err(_) => continue,
        };
        let mut row = 0;
        while let Some(cell) = cells.next_cell().map_err(words)? {
            if cell.get_position().0 != row {
                row = cell.get_position().0;
                out.push('\n');
            }
            out.push_str(&Data::from(cell.get_value().clone()).to_string());
            out.push(' ');
        }
        out.push('\n');
    }
    Ok(out)
}

//! What a file does not say about itself: its encoding and its separator.
use super::Format;
use super::lines::HEAD;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8};

const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The encoding, and how many bytes of mark stand before the text: by byte order mark, else as told, else UTF-8 if the head is
/// that, else what `chardetng` finds likely. JSON has no other encoding than UTF-8 (RFC 8259) but for a mark that says so.
pub fn encoding(head: &[u8], told: Option<&'static Encoding>, format: Format) -> (&'static Encoding, usize) {
    if let Some((encoding, mark)) = Encoding::for_bom(head) {
        return (encoding, mark);
    }
    if let Some(told) = told {
        return (told, 0);
    }
    let whole = match std::str::from_utf8(head) {
        Ok(_) => true,
        // The head may end inside a character.
        Err(error) => error.error_len().is_none() && head.len() == HEAD,
    };
    if whole || format == Format::Ndjson {
        return (UTF_8, 0);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(head, head.len() < HEAD);
    (detector.guess(None, Utf8Detection::Deny), 0)
}

/// The separator that Excel writes on a line of its own before the header (`sep=;`).
pub fn hint(line: &str) -> Option<u8> {
    match line.trim_end().strip_prefix("sep=")?.as_bytes() {
        [] => None,
        [one] => Some(*one),
        _ => None,
    }
}

/// The separator that gives the most rows the same number of cells as the header has, quotes respected; a comma if all give one.
pub fn separator(head: &[u8], encoding: &'static Encoding) -> u8 {
    let (text, _) = encoding.decode_without_bom_handling(head);
    if let Some(separator) = text.lines().next().and_then(hint) {
        return separator;
    }
    let cut = head.len() + 4 > HEAD;
    let score = |separator: &u8| {
        let counts = counts(&text, *separator, cut);
        let width = counts.first().copied().unwrap_or(0);
        let same = counts.iter().filter(|count| **count == width).count();
        let share = if width > 1 { same * 1000 / counts.len().max(1) } else { 0 };
        (share, width)
    };
    let best = SEPARATORS.iter().rev().max_by_key(|separator| score(separator));
    best.copied().unwrap_or(b',')
}

/// How many cells each of the first rows has; the last one is left out where the text was cut.
fn counts(text: &str, separator: u8, cut: bool) -> Vec<usize> {
    let mut core = csv_core::ReaderBuilder::new().delimiter(separator).build();
    let (mut input, mut output, mut ends) = (text.as_bytes(), [0; 1024], [0; 64]);
    let (mut counts, mut cells) = (Vec::new(), 0);
    loop {
        let (result, read, _, ended) = core.read_record(input, &mut output, &mut ends);
        input = input.get(read..).unwrap_or_default();
        cells += ended;
        match result {
            csv_core::ReadRecordResult::Record => {
                counts.push(std::mem::take(&mut cells));
                if counts.len() == 100 {
                    return counts;
                }
            }
            csv_core::ReadRecordResult::End => break,
            _ => {}
        }
    }
    if cut && counts.len() > 1 {
        counts.pop();
    }
    counts
}

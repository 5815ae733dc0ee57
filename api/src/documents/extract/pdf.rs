//! The text of PDFs. A PDF says where letters stand, not how they are read: Persian is drawn from left to right by nearly every program, and has
//! to be turned round to be text again.
use pdf_extract::{Document, MediaBox, Object, OutputDev, OutputError, Transform, output_doc};

/// The text of a whole PDF.
pub fn text(bytes: &[u8]) -> Result<String, String> {
    let mut document = Document::load_mem(bytes).map_err(|e| e.to_string())?;
    if document.is_encrypted() {
        // Many are locked with no password, only against being changed.
        document.decrypt("").map_err(|e| e.to_string())?;
    }
    spread_widths(&mut document);
    let mut reading = Reading::default();
    output_doc(&document, &mut reading).map_err(|e| e.to_string())?;
    reading.end_line();
    Ok(reading.text)
}

/// Writes the widths of letters one by one where a font gives them by ranges (ISO 32000-2, 9.7.4.3: `first last width`), which the reader takes
/// for something else, so that it does not know where letters stand.
fn spread_widths(document: &mut Document) {
    let fonts = |object: &Object| object.as_dict().is_ok_and(|d| d.has(b"W") && d.has(b"CIDSystemInfo"));
    let mut apart = Vec::new();
    for object in document.objects.values_mut().filter(|o| fonts(o)) {
        let Ok(font) = object.as_dict_mut() else { continue };
        match font.get(b"W") {
            Ok(Object::Array(widths)) => {
                let widths = spread(widths);
                font.set("W", widths);
            }
            Ok(Object::Reference(id)) => apart.push(*id),
            _ => {}
        }
    }
    for id in apart {
        if let Some(Object::Array(widths)) = document.objects.get_mut(&id) {
            *widths = spread(widths);
        }
    }
}

/// The most letters of a font.
const LETTERS: i64 = 1 << 16;

fn spread(widths: &[Object]) -> Vec<Object> {
    let mut out = Vec::with_capacity(widths.len());
    let mut rest = widths;
    loop {
        rest = match rest {
            [first, Object::Array(list), rest @ ..] => {
                out.extend([first.clone(), Object::Array(list.clone())]);
                rest
            }
            [first, last, width, rest @ ..] => {
                if let (Ok(from), Ok(to)) = (first.as_i64(), last.as_i64()) {
                    let count = to.saturating_sub(from).clamp(-1, LETTERS) + 1;
                    out.extend([first.clone(), Object::Array(vec![width.clone(); count as usize])]);
                }
                rest
            }
            _ => return out,
        };
    }
}

/// A piece of text where it stands.
#[derive(Debug, Clone)]
struct Glyph {
    text: String,
    left: f64,
    right: f64,
    size: f64,
}

/// Lines as they come, glyph by glyph.
#[derive(Default)]
struct Reading {
    text: String,
    line: Vec<Glyph>,
    /// The height of the line's letters on the page, from below.
    y: f64,
}

impl OutputDev for Reading {
    fn begin_page(&mut self, _: u32, _: &MediaBox, _: Option<(f64, f64, f64, f64)>) -> Result<(), OutputError> {
        Ok(())
    }
    fn end_page(&mut self) -> Result<(), OutputError> {
        self.end_line();
        self.text.push('\n');
        Ok(())
    }
    fn output_character(&mut self, at: &Transform, width: f64, _: f64, size: f64, text: &str) -> Result<(), OutputError> {
        // A square of the letters' size as it comes out on the page.
        let size = (at.m11 * at.m22 - at.m12 * at.m21).abs().sqrt() * size;
        let (x, y) = (at.m31, at.m32);
        if !self.line.is_empty() && (y - self.y).abs() > size * 0.5 {
            // A wider gap than between lines is one between paragraphs.
            let apart = (y - self.y).abs() > size * 2.2;
            self.end_line();
            if apart {
                self.text.push('\n');
            }
        }
        self.y = y;
        self.line.push(Glyph {
            text: text.to_owned(),
            left: x,
            right: x + width * size,
            size,
        });
        Ok(())
    }
    fn begin_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

impl Reading {
    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            return;
        }
        let rtl = line.iter().any(|g| g.text.chars().any(right_to_left));
        let line = if rtl { read(seen(line)) } else { spaced(line) };
        self.text.extend(line.iter().map(|g| g.text.as_str()));
        self.text.push('\n');
    }
}

/// Gaps between letters as spaces.
fn spaced(line: Vec<Glyph>) -> Vec<Glyph> {
    let mut out: Vec<Glyph> = Vec::with_capacity(line.len());
    for glyph in line {
        if let Some(last) = out.last() {
            let gap = glyph.left - last.right;
            // One that goes back by more than a letter begins elsewhere.
            let apart = gap > glyph.size * 0.15 || gap < -glyph.size * 1.5;
            if apart && !blank(&last.text) && !blank(&glyph.text) {
                out.push(Glyph {
                    text: " ".to_owned(),
                    left: last.right,
                    right: glyph.left,
                    size: glyph.size,
                });
            }
        }
        out.push(glyph);
    }
    out
}

fn blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

/// A line from left to right, marks behind their letters. Pieces that already run that way stay as they are.
fn seen(line: Vec<Glyph>) -> Vec<Glyph> {
    let mut pieces: Vec<Vec<Glyph>> = Vec::new();
    let mut marks = Vec::new();
    for glyph in line {
        if glyph.text.chars().all(is_mark) && !glyph.text.is_empty() {
            marks.push(glyph);
            continue;
        }
        match pieces.last_mut() {
            Some(piece) if piece.last().is_some_and(|last| glyph.left >= last.left - 0.01 * glyph.size) => piece.push(glyph),
            _ => pieces.push(vec![glyph]),
        }
    }
    let left = |piece: &Vec<Glyph>| piece.first().map_or(0.0, |g| g.left);
    pieces.sort_by(|a, b| left(a).total_cmp(&left(b)));
    let mut line = spaced(pieces.into_iter().flatten().collect());
    for mark in marks {
        let middle = (mark.left + mark.right) / 2.0;
        let away = |g: &Glyph| (g.left - middle).max(middle - g.right).max(0.0);
        let letters = line.iter_mut().filter(|g| !blank(&g.text) && g.right > g.left);
        if let Some(letter) = letters.min_by(|a, b| away(a).total_cmp(&away(b))) {
            letter.text.push_str(&mark.text);
        }
    }
    line
}

/// How a glyph is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Runs {
    Left,
    Right,
    Number,
    /// As those around it.
    Along,
}

fn runs(glyph: &Glyph) -> Runs {
    match glyph.text.chars().find(|c| c.is_alphanumeric()) {
        Some(c) if c.is_numeric() => Runs::Number,
        Some(c) if right_to_left(c) => Runs::Left,
        Some(_) => Runs::Right,
        None => Runs::Along,
    }
}

/// A line as it is seen, as it is read: the rule by which lines are laid out (Unicode Bidirectional Algorithm, L2), which undone is itself.
fn read(mut line: Vec<Glyph>) -> Vec<Glyph> {
    let kinds: Vec<Runs> = line.iter().map(runs).collect();
    let count = |kind| kinds.iter().filter(|k| **k == kind).count();
    // Persian lines hold many a foreign word, English ones seldom a Persian one.
    let base: u8 = if 3 * count(Runs::Left) >= count(Runs::Right) { 1 } else { 0 };
    let mut levels: Vec<u8> = kinds
        .iter()
        .map(|kind| match kind {
            Runs::Left => 1,
            Runs::Right | Runs::Number => 2 * base,
            Runs::Along => u8::MAX,
        })
        .collect();
    settle(&line, &kinds, &mut levels, base);
    for level in (1..=2).rev() {
        let mut from = 0;
        while from < line.len() {
            let len = levels[from..].iter().take_while(|l| **l >= level).count();
            if len > 1 {
                line[from..from + len].reverse();
                levels[from..from + len].reverse();
            }
            from += len.max(1);
        }
    }
    line
}

/// Gives what has no direction that of its neighbours: where both are alike, theirs; else the line's. Numbers are held together by what
/// stands between their digits, and not by spaces.
fn settle(line: &[Glyph], kinds: &[Runs], levels: &mut [u8], base: u8) {
    let mut from = 0;
    while from < line.len() {
        let len = kinds[from..].iter().take_while(|k| **k == Runs::Along).count();
        let end = from + len;
        if len > 0 {
            let before = from.checked_sub(1).map(|at| kinds[at]);
            let after = kinds.get(end).copied();
            let level = match (before, after) {
                (Some(Runs::Right), Some(Runs::Right | Runs::Number)) | (Some(Runs::Number), Some(Runs::Right)) => 2 * base,
                (Some(Runs::Number), Some(Runs::Number)) if len == 1 && !blank(&line[from].text) => 2 * base,
                (Some(Runs::Left), Some(Runs::Left)) => 1,
                _ => base,
            };
            levels[from..end].fill(level);
        }
        from = end.max(from + 1);
    }
    if base == 0 {
        // A number among Persian words of an English line.
        for at in 1..line.len().saturating_sub(1) {
            if kinds[at] == Runs::Number && levels[at - 1] == 1 {
                levels[at] = 2;
            }
        }
    }
}

/// A letter of Hebrew, Arabic and their neighbours; their digits run from left to right.
fn right_to_left(c: char) -> bool {
    matches!(c, '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}') && c.is_alphabetic()
}

/// A mark above or below a letter.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}' | '\u{0591}'..='\u{05C7}' | '\u{0610}'..='\u{061A}' | '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{06D6}'..='\u{06ED}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line of letters one wide, as they stand from left to right.
    fn line(seen: &str) -> Vec<Glyph> {
        let glyph = |(i, c): (usize, char)| Glyph {
            text: c.to_string(),
            left: i as f64,
            right: i as f64 + 1.0,
            size: 1.0,
        };
        seen.chars().enumerate().map(glyph).collect()
    }
    fn joined(line: Vec<Glyph>) -> String {
        line.into_iter().map(|g| g.text).collect()
    }

    #[test]
    fn what_is_seen_is_turned_into_what_is_read() {
        for (seen_, read_) in [
            ("مالس", "سلام"),
            ("؟دنیآ یم ۱۴۰۵/۱۲ خیرات رد ایآ", "آیا در تاریخ ۱۴۰۵/۱۲ می آیند؟"),
            ("تسا هدمآ Invoice 42-A هرامش", "شماره Invoice 42-A آمده است"),
            ("The word مالس is Persian", "The word سلام is Persian"),
            ("۳۱ ات ۱۲", "۱۲ تا ۳۱"),
        ] {
            assert_eq!(joined(read(seen(line(seen_)))), read_);
        }
    }

    #[test]
    fn the_order_in_which_letters_were_drawn_does_not_matter() {
        let mut drawn = line("مالس");
        drawn.reverse();
        assert_eq!(joined(read(seen(drawn))), "سلام");
        // A mark over the second letter from the right.
        let mut marked = line("تسد");
        marked.push(Glyph {
            text: "\u{064E}".to_owned(),
            left: 1.4,
            right: 1.4,
            size: 1.0,
        });
        assert_eq!(joined(read(seen(marked))), "دس\u{064E}ت");
    }

    #[test]
    fn widths_by_ranges_are_spread() {
        let list = |widths: &[i64]| Object::Array(widths.iter().map(|w| Object::Integer(*w)).collect());
        let n = Object::Integer;
        let found = spread(&[n(1), list(&[500, 600]), n(7), n(9), n(250), n(20), n(19), n(1), n(30)]);
        assert_eq!(found, [n(1), list(&[500, 600]), n(7), list(&[250, 250, 250]), n(20), list(&[])]);
    }

    #[test]
    fn gaps_are_spaces() {
        let mut apart = line("ab");
        apart[1].left += 0.5;
        apart[1].right += 0.5;
        assert_eq!(joined(spaced(apart)), "a b");
    }
}

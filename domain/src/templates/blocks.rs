//! The body as blocks: what Markdown (CommonMark with tables) says, with values in the place of their marks. PDF, page and plain text are all
//! made of these, so they say the same. HTML in the source is text; a picture is its description; a line break is a line break.
use super::fill::Marked;
use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// A piece of text in one style.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Span {
    /// May hold line breaks.
    pub text: String,
    pub bold: bool,
    pub italic: bool,
    pub code: bool,
    /// An address that is safe to open: http, https, mailto or tel.
    pub link: Option<String>,
}

/// Text in several styles.
pub type Line = Vec<Span>;

/// Whether a line runs from right to left in a text of a language: a Persian text does wherever it has a Persian letter or no letter at all, an
/// English one where it begins with one.
pub fn is_rtl(line: &[Span], persian: bool) -> bool {
    let mut letters = line.iter().flat_map(|span| span.text.chars()).filter(|c| c.is_alphabetic());
    match persian {
        true => {
            let mut any = false;
            letters.any(|c| {
                any = true;
                right_to_left(c)
            }) || !any
        }
        false => letters.next().is_some_and(right_to_left),
    }
}

/// A letter of Hebrew, Arabic and their neighbours.
fn right_to_left(c: char) -> bool {
    matches!(c, '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}')
}

/// To which side text is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// Where its language begins.
    #[default]
    Start,
    Left,
    Center,
    Right,
}

/// A part of a text, from top to bottom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// From 1, the largest, to 6.
    Heading(u8, Line),
    Paragraph(Line),
    /// Numbered from a number, or with bullets; each item has blocks of its own.
    List(Option<u64>, Vec<Vec<Block>>),
    Quote(Vec<Block>),
    Table(Table),
    Rule,
    PageBreak,
    /// Blocks that are set to one side.
    Aligned(Align, Vec<Block>),
}

/// A table: its head, its rows, and how its columns are set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    pub columns: Vec<Align>,
    pub head: Vec<Line>,
    pub rows: Vec<Vec<Line>>,
}

/// How deep lists and quotes stand in one another; deeper ones stand beside each other.
const DEPTH: usize = 8;

/// The line that begins a new page, as Pandoc writes it.
const PAGE_BREAK: &str = "\\newpage";

/// The blocks of a filled-in body.
pub fn blocks(marked: &Marked) -> Vec<Block> {
    let (mut out, mut piece, mut side) = (Vec::new(), String::new(), None);
    let mut flush = |piece: &mut String, side: Option<Align>, then: Option<Block>| {
        let found = markdown(marked, &std::mem::take(piece));
        match side {
            Some(side) if !found.is_empty() => out.push(Block::Aligned(side, found)),
            _ => out.extend(found),
        }
        out.extend(then);
    };
    // Lines of `:::` set what is between them to a side. A value never stands in these lines: its mark does.
    for line in marked.text().lines() {
        if line.trim() == PAGE_BREAK {
            flush(&mut piece, side, Some(Block::PageBreak));
        } else if let Some(fence) = line.strip_prefix(":::").map(str::trim).and_then(align) {
            flush(&mut piece, side, None);
            side = fence;
        } else {
            piece.push_str(line);
            piece.push('\n');
        }
    }
    flush(&mut piece, side, None);
    out
}

/// What a fence says: a side, or that it ends.
fn align(word: &str) -> Option<Option<Align>> {
    match word {
        "" => Some(None),
        "left" => Some(Some(Align::Left)),
        "center" => Some(Some(Align::Center)),
        "right" => Some(Some(Align::Right)),
        _ => None,
    }
}

fn markdown(marked: &Marked, text: &str) -> Vec<Block> {
    let mut builder = Builder {
        marked,
        frames: vec![Frame::Blocks(Holds::Document, Vec::new())],
        line: Vec::new(),
        bold: 0,
        italic: 0,
        verbatim: false,
        links: Vec::new(),
    };
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        builder.take(event);
    }
    builder.end_line();
    match builder.frames.into_iter().next() {
        Some(Frame::Blocks(_, blocks)) => blocks,
        _ => Vec::new(),
    }
}

/// What the blocks of a frame belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Document,
    Quote,
    Item,
    /// Too deep to be more than its blocks.
    Flat,
}

/// Something that has begun and not ended.
enum Frame {
    Blocks(Holds, Vec<Block>),
    List(Option<u64>, Vec<Vec<Block>>),
    Table(Table, Vec<Line>),
}

struct Builder<'a> {
    marked: &'a Marked,
    frames: Vec<Frame>,
    line: Line,
    bold: u32,
    italic: u32,
    verbatim: bool,
    links: Vec<Option<String>>,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.text(&text, self.verbatim),
            Event::Code(text) => self.text(&text, true),
            Event::SoftBreak | Event::HardBreak => self.text("\n", false),
            Event::Rule => self.push(Block::Rule),
            _ => {}
        }
    }

    fn text(&mut self, text: &str, code: bool) {
        let span = Span {
            text: self.marked.unmark(text),
            bold: self.bold > 0,
            italic: self.italic > 0,
            code,
            link: self.links.last().cloned().flatten(),
        };
        match self.line.last_mut() {
            Some(last) if (last.bold, last.italic, last.code, &last.link) == (span.bold, span.italic, span.code, &span.link) => {
                last.text.push_str(&span.text);
            }
            _ => self.line.push(span),
        }
    }

    fn push(&mut self, block: Block) {
        if let Some(Frame::Blocks(_, blocks)) = self.frames.last_mut() {
            blocks.push(block);
        }
    }

    /// Text that no paragraph holds, as in the items of a tight list, is one.
    fn end_line(&mut self) {
        let line = trimmed(std::mem::take(&mut self.line));
        if !line.is_empty() {
            self.push(Block::Paragraph(line));
        }
    }

    fn begin(&mut self, frame: Frame) {
        let deep = self.frames.len() > 2 * DEPTH;
        self.frames.push(if deep { Frame::Blocks(Holds::Flat, Vec::new()) } else { frame });
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Strong => self.bold += 1,
            Tag::Emphasis => self.italic += 1,
            Tag::Link { dest_url, .. } => {
                let address = self.marked.unmark(&dest_url);
                self.links.push(safe(&address).then_some(address));
            }
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => {
                self.end_line();
                self.verbatim = true;
            }
            Tag::Paragraph | Tag::Heading { .. } | Tag::HtmlBlock => self.end_line(),
            Tag::BlockQuote(_) => {
                self.end_line();
                self.begin(Frame::Blocks(Holds::Quote, Vec::new()));
            }
            Tag::List(first) => {
                self.end_line();
                self.begin(Frame::List(first, Vec::new()));
            }
            Tag::Item => self.begin(Frame::Blocks(Holds::Item, Vec::new())),
            Tag::Table(columns) => {
                self.end_line();
                let columns = columns.into_iter().map(column).collect();
                self.begin(Frame::Table(
                    Table {
                        columns,
                        ..Table::default()
                    },
                    Vec::new(),
                ));
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong => self.bold = self.bold.saturating_sub(1),
            TagEnd::Emphasis => self.italic = self.italic.saturating_sub(1),
            TagEnd::Link => {
                self.links.pop();
            }
            TagEnd::CodeBlock => {
                self.end_line();
                self.verbatim = false;
            }
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.end_line(),
            TagEnd::Heading(level) => {
                let line = trimmed(std::mem::take(&mut self.line));
                if !line.is_empty() {
                    self.push(Block::Heading(number(level), line));
                }
            }
            TagEnd::TableCell => {
                let cell = trimmed(std::mem::take(&mut self.line));
                match self.frames.last_mut() {
                    Some(Frame::Table(_, cells)) => cells.push(cell),
                    _ => self.push(Block::Paragraph(cell)),
                }
            }
            TagEnd::TableHead | TagEnd::TableRow => {
                if let Some(Frame::Table(table, cells)) = self.frames.last_mut() {
                    let cells = std::mem::take(cells);
                    match tag {
                        TagEnd::TableHead => table.head = cells,
                        _ => table.rows.push(cells),
                    }
                }
            }
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item | TagEnd::Table => {
                self.end_line();
                self.close();
            }
            _ => {}
        }
    }

    /// What has ended becomes a part of what it stands in.
    fn close(&mut self) {
        if self.frames.len() < 2 {
            return;
        }
        match self.frames.pop() {
            Some(Frame::Blocks(Holds::Item, blocks)) => match self.frames.last_mut() {
                Some(Frame::List(_, items)) => items.push(blocks),
                Some(Frame::Blocks(_, into)) => into.extend(blocks),
                _ => {}
            },
            Some(Frame::Blocks(Holds::Quote, blocks)) => self.push(Block::Quote(blocks)),
            Some(Frame::Blocks(_, blocks)) => match self.frames.last_mut() {
                Some(Frame::Blocks(_, into)) => into.extend(blocks),
                Some(Frame::List(_, items)) => items.push(blocks),
                _ => {}
            },
            Some(Frame::List(first, items)) => self.push(Block::List(first, items)),
            Some(Frame::Table(table, _)) => self.push(Block::Table(table)),
            None => {}
        }
    }
}

/// A line without white space at its ends; nothing where there is nothing else in it.
fn trimmed(mut line: Line) -> Line {
    if let Some(first) = line.first_mut() {
        first.text = first.text.trim_start().to_owned();
    }
    if let Some(last) = line.last_mut() {
        last.text = last.text.trim_end().to_owned();
    }
    line.retain(|span| !span.text.is_empty());
    line
}

fn column(alignment: Alignment) -> Align {
    match alignment {
        Alignment::None => Align::Start,
        Alignment::Left => Align::Left,
        Alignment::Center => Align::Center,
        Alignment::Right => Align::Right,
    }
}

fn number(level: HeadingLevel) -> u8 {
    level as u8
}

/// Whether an address may be opened from a letter.
fn safe(address: &str) -> bool {
    url::Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "mailto" | "tel"))
}

#[cfg(test)]
#[path = "blocks_tests.rs"]
mod tests;

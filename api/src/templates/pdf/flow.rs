//! Where things come to stand: blocks from top to bottom, and on to the next page where one is full. What is placed is noted page by page and
//! drawn afterwards, when it is known how many pages there are.
use super::Letter;
use super::text::{BLACK, GREY, Ink, Look, Set, Setter};
use domain::templates::blocks::{Align, Block, Line, Span, is_rtl};
use krilla::geom::Rect;
use std::ops::Range;
use std::rc::Rc;
use std::time::Instant;

/// The most pages of a letter.
pub const MAX_PAGES: usize = 200;

/// Something in its place on a page.
pub enum Item {
    Lines {
        set: Rc<Set>,
        lines: Range<usize>,
        left: f32,
        top: f32,
    },
    Box {
        place: Rect,
        ink: Ink,
    },
}

/// Why a letter could not be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooMuch {
    Pages,
    Time,
}

/// Space on the page that is being filled, and what came before.
pub struct Flow<'a> {
    pub setter: Setter,
    pub pages: Vec<Vec<Item>>,
    letter: &'a Letter,
    until: Instant,
    /// Where the next block begins.
    y: f32,
    top: f32,
    bottom: f32,
}

/// From where to where a block reaches across the page.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub left: f32,
    pub width: f32,
}

/// How the text of a block stands out.
#[derive(Debug, Clone, Copy)]
struct Manner {
    align: Align,
    ink: Ink,
}

impl<'a> Flow<'a> {
    pub fn new(letter: &'a Letter, top: f32, bottom: f32, until: Instant) -> Self {
        Flow {
            setter: Setter::new(),
            pages: vec![Vec::new()],
            letter,
            until,
            y: top,
            top,
            bottom,
        }
    }

    fn size(&self) -> f32 {
        self.letter.size()
    }

    /// The usual look of a line.
    pub fn look(&self, line: &[Span]) -> Look {
        Look {
            size: self.size(),
            bold: false,
            ink: BLACK,
            align: Align::Start,
            rtl: is_rtl(line, self.letter.persian),
            leading: if self.letter.persian { 1.75 } else { 1.5 },
        }
    }

    pub fn put(&mut self, item: Item) {
        if let Some(page) = self.pages.last_mut() {
            page.push(item);
        }
    }

    fn turn(&mut self) -> Result<(), TooMuch> {
        if self.pages.len() >= MAX_PAGES {
            return Err(TooMuch::Pages);
        }
        self.pages.push(Vec::new());
        self.y = self.top;
        Ok(())
    }

    /// Leaves some space, though never at the top of a page.
    pub fn space(&mut self, sizes: f32) {
        if self.y > self.top {
            self.y += sizes * self.size();
        }
    }

    /// Makes sure that so much fits, on the next page where it does not on this one.
    fn need(&mut self, height: f32) -> Result<(), TooMuch> {
        if self.y + height > self.bottom && self.y > self.top {
            self.turn()?;
        }
        Ok(())
    }

    /// A thin line across.
    pub fn rule(&mut self, column: Column) {
        if let Some(place) = Rect::from_xywh(column.left, self.y, column.width, 0.6) {
            self.put(Item::Box { place, ink: RULE });
        }
        self.y += 0.6;
    }

    /// Lines of text, over as many pages as they need.
    pub fn paragraph(&mut self, line: &[Span], column: Column, look: Look) -> Result<(), TooMuch> {
        let set = Rc::new(self.setter.set(line, column.width, look));
        self.lines(&set, column.left)
    }

    fn lines(&mut self, set: &Rc<Set>, left: f32) -> Result<(), TooMuch> {
        let mut from = 0;
        while from < set.lines() {
            let rest = set.lines() - from;
            let mut fit = set.fitting(from, self.bottom - self.y);
            let fresh = self.y <= self.top;
            // No single line is left behind at the foot of a page, none is carried over alone.
            if fit + 1 == rest && fit > 1 {
                fit -= 1;
            }
            if fit == 1 && rest > 1 && !fresh {
                fit = 0;
            }
            if fit == 0 && !fresh {
                self.turn()?;
                continue;
            }
            let lines = from..from + fit.max(1);
            let height = set.height(lines.clone());
            from = lines.end;
            self.put(Item::Lines {
                set: set.clone(),
                lines,
                left,
                top: self.y,
            });
            self.y += height;
        }
        Ok(())
    }

    /// Blocks one under the other.
    pub fn blocks(&mut self, blocks: &[Block], column: Column) -> Result<(), TooMuch> {
        let manner = Manner {
            align: Align::Start,
            ink: BLACK,
        };
        self.all(blocks, column, manner, 0.55)
    }

    fn all(&mut self, blocks: &[Block], column: Column, manner: Manner, gap: f32) -> Result<(), TooMuch> {
        for (i, block) in blocks.iter().enumerate() {
            if Instant::now() > self.until {
                return Err(TooMuch::Time);
            }
            if i > 0 {
                self.space(gap);
            }
            self.block(block, column, manner)?;
        }
        Ok(())
    }

    fn block(&mut self, block: &Block, column: Column, manner: Manner) -> Result<(), TooMuch> {
        match block {
            Block::Paragraph(line) => {
                let look = Look {
                    align: manner.align,
                    ink: manner.ink,
                    ..self.look(line)
                };
                self.paragraph(line, column, look)
            }
            Block::Heading(level, line) => {
                let usual = self.look(line);
                let look = Look {
                    size: usual.size * [1.6, 1.35, 1.2, 1.1, 1.0, 1.0][usize::from(*level).clamp(1, 6) - 1],
                    bold: true,
                    align: manner.align,
                    leading: 1.5,
                    ..usual
                };
                self.space(0.4);
                let set = Rc::new(self.setter.set(line, column.width, look));
                // It does not stand alone at the foot of a page.
                let follows = 2.0 * usual.size * usual.leading;
                self.need(set.height(0..set.lines()) + follows)?;
                self.lines(&set, column.left)
            }
            Block::List(first, items) => self.list(*first, items, column, manner),
            Block::Quote(inner) => self.quote(inner, column, manner),
            Block::Table(table) => {
                super::table::table(self, table, column)?;
                self.space(0.25);
                Ok(())
            }
            Block::Rule => {
                self.space(0.4);
                self.need(2.0)?;
                self.rule(column);
                self.space(0.4);
                Ok(())
            }
            Block::PageBreak => match self.pages.last().is_some_and(Vec::is_empty) {
                true => Ok(()),
                false => self.turn(),
            },
            Block::Aligned(align, inner) => self.all(inner, column, Manner { align: *align, ..manner }, 0.55),
        }
    }

    /// Bullets or numbers at the side where the language begins; the items beside them.
    fn list(&mut self, first: Option<u64>, items: &[Vec<Block>], column: Column, manner: Manner) -> Result<(), TooMuch> {
        let size = self.size();
        let last = first.map_or(0, |n| n + items.len() as u64);
        let indent = size * (1.2 + 0.6 * (last.max(1).ilog10() as f32));
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.space(0.15);
            }
            let marker = match first {
                Some(n) => self.letter.manner.digits(&format!("{}.", n + i as u64)),
                None => "•".to_owned(),
            };
            let rtl = item.first().map_or(self.letter.persian, |block| match block {
                Block::Paragraph(line) | Block::Heading(_, line) => is_rtl(line, self.letter.persian),
                _ => self.letter.persian,
            });
            let inner = inside(column, indent, rtl);
            let span = [Span {
                text: marker,
                ..Span::default()
            }];
            let look = Look {
                rtl,
                ink: manner.ink,
                ..self.look(&span)
            };
            let beside = Column {
                left: if rtl { column.left + column.width - indent } else { column.left },
                width: indent,
            };
            let set = Rc::new(self.setter.set(&span, beside.width, look));
            self.need(2.0 * set.height(0..1))?;
            let (page, top) = (self.pages.len(), self.y);
            self.put(Item::Lines {
                set,
                lines: 0..1,
                left: beside.left,
                top,
            });
            self.all(item, inner, manner, 0.15)?;
            if self.pages.len() == page && self.y <= top {
                // An item without text has its bullet all the same.
                self.y = top + size * look.leading;
            }
        }
        Ok(())
    }

    /// A bar at the side where the language begins, the text beside it.
    fn quote(&mut self, inner: &[Block], column: Column, manner: Manner) -> Result<(), TooMuch> {
        let rtl = self.letter.persian;
        let (page, top) = (self.pages.len() - 1, self.y);
        self.all(inner, inside(column, 1.2 * self.size(), rtl), Manner { ink: GREY, ..manner }, 0.55)?;
        let at = if rtl { column.left + column.width - 2.0 } else { column.left };
        let end = self.pages.len() - 1;
        for number in page..=end {
            let from = if number == page { top } else { self.top };
            let to = if number == end { self.y } else { self.bottom };
            if let (Some(place), Some(page)) = (Rect::from_ltrb(at, from, at + 2.0, to.max(from + 0.1)), self.pages.get_mut(number)) {
                page.push(Item::Box { place, ink: RULE });
            }
        }
        Ok(())
    }

    /// Where the next block would begin, and where the page ends.
    pub fn room(&self) -> (f32, f32, f32) {
        (self.top, self.y, self.bottom)
    }
    /// Goes on below.
    pub fn go_to(&mut self, y: f32) {
        self.y = y;
    }
    /// Goes on at the top of the next page.
    pub fn next_page(&mut self) -> Result<(), TooMuch> {
        self.turn()
    }
    /// Whether the time is over.
    pub fn is_late(&self) -> bool {
        Instant::now() > self.until
    }
    /// Whether the letter as a whole runs from right to left.
    pub fn is_rtl(&self) -> bool {
        self.letter.persian
    }
}

/// The colour of lines and frames.
pub const RULE: Ink = Ink([161, 161, 170]);

fn inside(column: Column, indent: f32, rtl: bool) -> Column {
    Column {
        left: if rtl { column.left } else { column.left + indent },
        width: (column.width - indent).max(10.0),
    }
}

/// A line of one span.
pub fn plain(text: &str) -> Line {
    vec![Span {
        text: text.to_owned(),
        ..Span::default()
    }]
}

//! Letters as PDFs. Text is shaped and broken into lines by parley, which knows both directions of writing and how Persian letters join, and
//! written by krilla with the letters that are used of an embedded typeface, so that it can be searched and copied.
mod flow;
mod fonts;
mod table;
mod text;

use domain::access::user::Locale;
use domain::templates::blocks::{Align, Block};
use domain::templates::filters::ltr;
use domain::templates::page::PageSettings;
use domain::templates::written::Manner;
use flow::{Column, Flow, Item, plain};
pub use flow::{MAX_PAGES, TooMuch};
use fonts::Faces;
use krilla::Document;
use krilla::geom::PathBuilder;
use krilla::metadata::{Metadata, TextDirection};
use krilla::page::PageSettings as Sheet;
use std::rc::Rc;
use std::time::{Duration, Instant};
use text::{GREY, Look, Setter};

/// How long a letter may take to be set.
const PATIENCE: Duration = Duration::from_secs(10);
/// Points to a millimetre.
const MM: f32 = 72.0 / 25.4;

/// Who writes.
#[derive(Debug, Clone, Default)]
pub struct Head {
    pub name: String,
    pub address: String,
    pub telephone: String,
}

/// What is set.
#[derive(Debug, Clone)]
pub struct Letter {
    pub title: String,
    pub subject: Option<String>,
    pub blocks: Vec<Block>,
    pub page: PageSettings,
    pub manner: Manner,
    pub persian: bool,
    pub head: Head,
}

impl Letter {
    /// The size of ordinary text, in points.
    pub fn size(&self) -> f32 {
        self.page.font_size as f32
    }
}

/// Why there is no PDF.
#[derive(Debug)]
pub enum Unset {
    TooMuch(TooMuch),
    Broken(String),
}

impl From<TooMuch> for Unset {
    fn from(why: TooMuch) -> Self {
        Unset::TooMuch(why)
    }
}

/// The PDF of a letter. It keeps a processor busy: not for threads that others wait for.
///
/// # Errors
/// `TooMuch` for one that is too long; `Broken` where it can't be written.
pub fn write(letter: &Letter) -> Result<Vec<u8>, Unset> {
    let (width, height) = letter.page.points();
    let margin = letter.page.margin_mm as f32 * MM;
    let column = Column {
        left: margin,
        width: width - 2.0 * margin,
    };
    // Room for the number of the page below the text.
    let mut flow = Flow::new(letter, margin, height - margin.max(32.0), Instant::now() + PATIENCE);
    letterhead(&mut flow, letter, column)?;
    if let Some(subject) = letter.subject.as_deref().filter(|s| !s.is_empty()) {
        let label = if letter.persian { "موضوع" } else { "Subject" };
        let line = plain(&format!("{label}: {subject}"));
        let look = Look {
            bold: true,
            ..flow.look(&line)
        };
        flow.paragraph(&line, column, look)?;
        flow.space(0.8);
    }
    flow.blocks(&letter.blocks, column)?;
    draw(letter, flow, (width, height), margin)
}

/// The organization above the first page.
fn letterhead(flow: &mut Flow<'_>, letter: &Letter, column: Column) -> Result<(), TooMuch> {
    if !letter.page.letterhead || letter.head.name.is_empty() {
        return Ok(());
    }
    let name = plain(&letter.head.name);
    let look = Look {
        size: letter.size() * 1.35,
        bold: true,
        align: Align::Center,
        leading: 1.6,
        ..flow.look(&name)
    };
    flow.paragraph(&name, column, look)?;
    let telephone = ltr(&letter.manner.digits(&letter.head.telephone));
    let below: Vec<&str> = [letter.head.address.as_str(), &telephone]
        .into_iter()
        .filter(|t| !t.is_empty())
        .collect();
    if !below.is_empty() {
        let line = plain(&below.join(" • "));
        let look = Look {
            size: letter.size() * 0.85,
            ink: GREY,
            align: Align::Center,
            ..flow.look(&line)
        };
        flow.paragraph(&line, column, look)?;
    }
    flow.space(0.4);
    flow.rule(column);
    flow.space(1.2);
    Ok(())
}

fn number(setter: &mut Setter, letter: &Letter, page: usize, pages: usize, width: f32) -> Rc<text::Set> {
    let text = match letter.persian {
        true => format!("صفحهٔ {page} از {pages}"),
        false => format!("Page {page} of {pages}"),
    };
    let look = Look {
        size: letter.size() * 0.8,
        bold: false,
        ink: GREY,
        align: Align::Center,
        rtl: letter.persian,
        leading: 1.5,
    };
    Rc::new(setter.set(&plain(&letter.manner.digits(&text)), width, look))
}

fn draw(letter: &Letter, flow: Flow<'_>, (width, height): (f32, f32), margin: f32) -> Result<Vec<u8>, Unset> {
    let broken = |what: &str| Unset::Broken(what.to_owned());
    let Flow { mut setter, mut pages, .. } = flow;
    let faces = Faces::new().ok_or_else(|| broken("the typeface can't be read"))?;
    let count = pages.len();
    for (i, page) in pages.iter_mut().enumerate() {
        if letter.page.page_numbers && count > 1 {
            page.push(Item::Lines {
                set: number(&mut setter, letter, i + 1, count, width - 2.0 * margin),
                lines: 0..1,
                left: margin,
                top: height - margin.max(32.0) + 10.0,
            });
        }
    }
    let mut document = Document::new();
    let language = if letter.manner.language == Locale::Persian { "fa" } else { "en" };
    document.set_metadata(
        Metadata::new()
            .title(letter.title.clone())
            .language(language.to_owned())
            .creator("Peyvand".to_owned())
            .text_direction(if letter.persian {
                TextDirection::RightToLeft
            } else {
                TextDirection::LeftToRight
            }),
    );
    for page in &pages {
        let sheet = Sheet::from_wh(width, height).ok_or_else(|| broken("a page without a size"))?;
        let mut sheet = document.start_page_with(sheet);
        let mut surface = sheet.surface();
        for item in page {
            match item {
                Item::Lines { set, lines, left, top } => set.draw(&mut surface, &faces, lines.clone(), *left, *top),
                Item::Box { place, ink } => {
                    let mut path = PathBuilder::new();
                    path.push_rect(*place);
                    if let Some(path) = path.finish() {
                        surface.set_fill(Some(ink.fill()));
                        surface.draw_path(&path);
                    }
                }
            }
        }
        surface.finish();
        sheet.finish();
    }
    document.finish().map_err(|e| Unset::Broken(format!("{e:?}")))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;

//! Setting text: shaping, both directions in one line, and lines of a width, by parley; and drawing its lines.
use super::fonts::{FAMILY, Face, Faces, context};
use domain::templates::blocks::{Align, Span};
use krilla::geom::{Point, Transform};
use krilla::num::NormalizedF32;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::text::{GlyphId, KrillaGlyph};
use parley::{
    Alignment, AlignmentOptions, BaseDirection, FontContext, FontFamily, FontStyle, FontWeight, Layout, LayoutContext, LineHeight,
    OverflowWrap, StyleProperty,
};
use std::ops::Range;

/// The colour of text: red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ink(pub [u8; 3]);

/// Ordinary text.
pub const BLACK: Ink = Ink([24, 24, 27]);
/// What stands back: quotes, addresses, page numbers.
pub const GREY: Ink = Ink([82, 82, 91]);
/// What can be opened.
const BLUE: Ink = Ink([29, 78, 216]);

impl Ink {
    /// What fills letters or shapes with it.
    pub fn fill(self) -> Fill {
        let [r, g, b] = self.0;
        Fill {
            paint: krilla::color::rgb::Color::new(r, g, b).into(),
            opacity: NormalizedF32::ONE,
            rule: Default::default(),
        }
    }
}

/// How a paragraph is set.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    pub size: f32,
    pub bold: bool,
    pub ink: Ink,
    pub align: Align,
    /// Whether it runs from right to left.
    pub rtl: bool,
    /// From line to line, in sizes.
    pub leading: f32,
}

/// A paragraph in lines.
pub struct Set {
    text: String,
    layout: Layout<Ink>,
}

/// Sets paragraphs; what it needs for that is kept from one to the next.
pub struct Setter {
    fonts: FontContext,
    layouts: LayoutContext<Ink>,
}

impl Setter {
    pub fn new() -> Self {
        Setter {
            fonts: context(),
            layouts: LayoutContext::new(),
        }
    }

    fn lay(&mut self, line: &[Span], look: Look) -> Set {
        let text: String = line.iter().map(|span| span.text.as_str()).collect();
        let mut builder = self.layouts.ranged_builder(&mut self.fonts, &text, 1.0, false);
        builder.set_base_direction(if look.rtl { BaseDirection::Rtl } else { BaseDirection::Ltr });
        for property in [
            StyleProperty::FontFamily(FontFamily::named(FAMILY)),
            StyleProperty::FontSize(look.size),
            StyleProperty::FontWeight(weight(look.bold)),
            StyleProperty::LineHeight(LineHeight::FontSizeRelative(look.leading)),
            // A word that is wider than its column is broken rather than cut off; a column is asked to be as wide as its words.
            StyleProperty::OverflowWrap(OverflowWrap::BreakWord),
            StyleProperty::Brush(look.ink),
        ] {
            builder.push_default(property);
        }
        let mut at = 0;
        for span in line {
            let range = at..at + span.text.len();
            at = range.end;
            if span.bold {
                builder.push(StyleProperty::FontWeight(weight(true)), range.clone());
            }
            if span.italic {
                builder.push(StyleProperty::FontStyle(FontStyle::Italic), range.clone());
            }
            if span.link.is_some() {
                builder.push(StyleProperty::Brush(BLUE), range);
            }
        }
        let layout = builder.build(&text);
        Set { text, layout }
    }

    /// Sets a text in lines of a width, in points.
    pub fn set(&mut self, line: &[Span], width: f32, look: Look) -> Set {
        let mut set = self.lay(line, look);
        set.fit(width, look.align);
        set
    }

    /// How wide a text is where it may be broken wherever that can be, and where it is not broken at all.
    pub fn widths(&mut self, line: &[Span], look: Look) -> (f32, f32) {
        let widths = self.lay(line, look).layout.calculate_content_widths();
        (widths.min, widths.max)
    }
}

fn weight(bold: bool) -> FontWeight {
    FontWeight::new(if bold { 700.0 } else { 400.0 })
}

/// A line's place in its paragraph, in points.
#[derive(Debug, Clone, Copy)]
struct Metrics {
    top: f32,
    bottom: f32,
}

/// A glyph in its place on the line, and the text that it stands for.
struct Placed {
    id: u32,
    range: Range<usize>,
    x: f32,
    y: f32,
}

impl Set {
    fn fit(&mut self, width: f32, align: Align) {
        self.layout.break_all_lines(Some(width.max(1.0)));
        let alignment = match align {
            Align::Start => Alignment::Start,
            Align::Left => Alignment::Left,
            Align::Center => Alignment::Center,
            Align::Right => Alignment::Right,
        };
        self.layout.align(alignment, AlignmentOptions::default());
    }

    /// How many lines it has.
    pub fn lines(&self) -> usize {
        self.layout.len()
    }

    fn metrics(&self, line: usize) -> Metrics {
        self.layout.get(line).map_or(Metrics { top: 0.0, bottom: 0.0 }, |l| Metrics {
            top: l.metrics().block_min_coord,
            bottom: l.metrics().block_max_coord,
        })
    }

    /// How high some of its lines are together.
    pub fn height(&self, lines: Range<usize>) -> f32 {
        if lines.is_empty() {
            return 0.0;
        }
        self.metrics(lines.end - 1).bottom - self.metrics(lines.start).top
    }

    /// How many lines from one on fit into a height.
    pub fn fitting(&self, from: usize, height: f32) -> usize {
        (from..self.lines())
            .take_while(|line| self.height(from..line + 1) <= height)
            .count()
    }

    /// Draws some of its lines; `left` and `top` are where the first of them begins.
    pub fn draw(&self, surface: &mut Surface<'_>, faces: &Faces, lines: Range<usize>, left: f32, top: f32) {
        let shift = top - self.metrics(lines.start).top;
        for line in lines.filter_map(|line| self.layout.get(line)) {
            let metrics = line.metrics();
            let baseline = shift + metrics.baseline;
            let mut runs = Vec::new();
            let mut x = left + metrics.offset;
            for run in line.runs() {
                runs.push((x, run));
                x += run.advance();
            }
            // From one run to the next as it is read; within a run as it is seen. That is how most programs write such text into a PDF, and
            // so what those that take it out again are made for.
            runs.sort_by_key(|(_, run)| run.text_range().start);
            for (x, run) in &runs {
                self.draw_run(surface, faces, run, *x, baseline);
            }
        }
    }

    fn draw_run(&self, surface: &mut Surface<'_>, faces: &Faces, run: &parley::layout::Run<'_, Ink>, left: f32, baseline: f32) {
        let face = faces.of(run.font().data.as_ref());
        let skew = run.synthesis().skew().map(|degrees| degrees.to_radians().tan());
        if let Some(skew) = skew {
            // Slanted about the baseline.
            surface.push_transform(&Transform::from_row(1.0, 0.0, -skew, 1.0, skew * baseline, 0.0));
        }
        let mut piece: Vec<Placed> = Vec::new();
        let mut ink = None;
        for (glyphs, brush) in self.clusters(run, left, face) {
            if ink != Some(brush) {
                self.show(surface, face, run.font_size(), baseline, &piece, ink);
                piece.clear();
                ink = Some(brush);
            }
            piece.extend(glyphs);
        }
        self.show(surface, face, run.font_size(), baseline, &piece, ink);
        if skew.is_some() {
            surface.pop();
        }
    }

    /// The glyphs of a run from left to right, by clusters, each with its colour.
    fn clusters(&self, run: &parley::layout::Run<'_, Ink>, left: f32, face: &Face) -> Vec<(Vec<Placed>, Ink)> {
        let rtl = run.is_rtl();
        let clusters: Vec<_> = run.clusters().collect();
        let mut out = Vec::with_capacity(clusters.len());
        let mut pen = if rtl { left + run.advance() } else { left };
        let mut i = 0;
        while let Some(first) = clusters.get(i) {
            // A ligature is one glyph for several clusters.
            let more = clusters[i + 1..].iter().take_while(|c| c.is_ligature_continuation()).count();
            let all = &clusters[i..=i + more];
            i += more + 1;
            let advance: f32 = all.iter().map(|c| c.advance()).sum();
            let range = all.iter().fold(first.text_range(), |r, c| {
                r.start.min(c.text_range().start)..r.end.max(c.text_range().end)
            });
            if rtl {
                pen -= advance;
            }
            let mut x = pen;
            let mut glyphs: Vec<Placed> = Vec::new();
            for glyph in first.glyphs() {
                glyphs.push(Placed {
                    id: glyph.id,
                    range: range.clone(),
                    x: x + glyph.x,
                    y: glyph.y,
                });
                x += glyph.advance;
            }
            self.spell(&mut glyphs, range, rtl, x, face);
            if !rtl {
                pen += advance;
            }
            out.push((glyphs, *first_ink(first)));
        }
        if rtl {
            out.reverse();
        }
        out
    }

    /// Gives each glyph of a cluster a text of its own where it can be, so that every letter is found once by those who take text out of a
    /// PDF glyph by glyph.
    fn spell(&self, glyphs: &mut Vec<Placed>, range: Range<usize>, rtl: bool, end: f32, face: &Face) {
        let chars: Vec<(usize, char)> = self.text[range.clone()].char_indices().map(|(i, c)| (range.start + i, c)).collect();
        let own = |at: usize| {
            let (start, c) = chars[at];
            start..start + c.len_utf8()
        };
        let count = glyphs.len();
        if count == chars.len() {
            // A letter and its marks, or what follows it without being seen. From left to right those of a right-to-left letter come before it.
            for (i, glyph) in glyphs.iter_mut().enumerate() {
                let nth = if rtl { count - 1 - i } else { i };
                glyph.range = own(nth);
                // The shaper puts a space in the place of what is not seen; its own glyph says what it is.
                if is_invisible(chars[nth].1) {
                    // That of a soft hyphen could be seen.
                    let own = face.glyph(chars[nth].1).filter(|_| chars[nth].1 != '\u{AD}');
                    glyph.id = own.unwrap_or(NOTHING);
                }
            }
            glyphs.retain(|glyph| glyph.id != NOTHING);
        } else if chars.iter().skip(1).all(|(_, c)| is_mark(*c)) {
            // Several marks in one glyph; a letter with a mark that is one glyph stays one.
            for (i, glyph) in glyphs.iter_mut().enumerate().filter(|_| count > 1) {
                let letter = i == if rtl { count - 1 } else { 0 };
                glyph.range = if letter { own(0) } else { own(1).start..range.end };
            }
        } else if rtl
            && let [glyph] = glyphs.as_mut_slice()
            && let Some(empty) = face.glyph(EMPTY)
        {
            // A ligature such as lam-alef. Read from right to left its letters would change places: it stands for the last of them, and
            // glyphs without width for the others.
            let last = chars.len() - 1;
            glyph.range = own(last);
            glyphs.extend((0..last).rev().map(|at| Placed {
                id: empty,
                range: own(at),
                x: end,
                y: 0.0,
            }));
        }
    }

    fn show(&self, surface: &mut Surface<'_>, face: &Face, size: f32, baseline: f32, placed: &[Placed], ink: Option<Ink>) {
        let (Some(first), Some(ink)) = (placed.first(), ink) else {
            return;
        };
        let next = placed
            .iter()
            .skip(1)
            .map(|glyph| glyph.x)
            .chain([placed.last().map_or(0.0, |g| g.x)]);
        let glyphs: Vec<KrillaGlyph> = placed
            .iter()
            .zip(next)
            .map(|(glyph, next)| {
                let advance = (next - glyph.x) / size;
                KrillaGlyph::new(
                    GlyphId::new(glyph.id),
                    advance,
                    0.0,
                    -glyph.y / size,
                    0.0,
                    glyph.range.clone(),
                    None,
                )
            })
            .collect();
        surface.set_fill(Some(ink.fill()));
        surface.draw_glyphs(
            Point::from_xy(first.x, baseline),
            &glyphs,
            face.font.clone(),
            &self.text,
            size,
            false,
        );
    }
}

fn first_ink<'a>(cluster: &parley::layout::Cluster<'a, Ink>) -> &'a Ink {
    &cluster.style().brush
}

/// A character that has no width and whose glyph in the typeface nothing else is drawn with.
const EMPTY: char = '\u{200B}';

/// No glyph at all.
const NOTHING: u32 = u32::MAX;

/// Marks above and below letters, of Arabic script and of Latin.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}' | '\u{0610}'..='\u{061A}' | '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{06D6}'..='\u{06ED}')
}

/// Characters that are not seen.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{00AD}' | '\u{FEFF}')
}

//! The body as a page: for emails, and to look at. Whatever stands in it is escaped; there is no other way into it.
use super::blocks::{Align, Block, Line, is_rtl};
use crate::access::user::Locale;
use crate::core::error::{Error, Result};
use crate::core::field::Choice;
use minijinja::{Environment, HtmlEscape, context};
use std::fmt::Write;

/// What a page is made of beside its body.
#[derive(Debug, Clone, Default)]
pub struct Frame<'a> {
    /// What the browser calls it.
    pub title: &'a str,
    /// Who writes, above the letter; empty for nobody.
    pub organization: &'a str,
    pub subject: Option<&'a str>,
}

/// The page.
///
/// # Errors
/// Only if the frame is broken.
pub fn page(blocks: &[Block], language: Locale, frame: &Frame<'_>) -> Result<String> {
    let values = context! {
        language => language.word(),
        title => frame.title,
        organization => frame.organization,
        subject => frame.subject,
        body => body(blocks, language),
    };
    // By its name it is escaped.
    let page = Environment::new().render_named_str("page.html", include_str!("page.html"), values);
    page.map_err(|e| Error::Internal(format!("page.html: {e}")))
}

/// The body alone.
pub fn body(blocks: &[Block], language: Locale) -> String {
    let mut out = String::new();
    write(&mut out, blocks, language == Locale::Persian);
    out
}

fn add(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a text can't fail.
    let _ = out.write_fmt(text);
}

fn inline(out: &mut String, line: &Line) {
    for span in line {
        if let Some(link) = &span.link {
            add(out, format_args!("<a href=\"{}\" rel=\"noopener noreferrer\">", HtmlEscape(link)));
        }
        let tags: Vec<&str> = [(span.bold, "strong"), (span.italic, "em"), (span.code, "code")]
            .into_iter()
            .filter_map(|(on, tag)| on.then_some(tag))
            .collect();
        tags.iter().for_each(|tag| add(out, format_args!("<{tag}>")));
        for (i, text) in span.text.split('\n').enumerate() {
            if i > 0 {
                out.push_str("<br>\n");
            }
            add(out, format_args!("{}", HtmlEscape(text)));
        }
        tags.iter().rev().for_each(|tag| add(out, format_args!("</{tag}>")));
        if span.link.is_some() {
            out.push_str("</a>");
        }
    }
}

fn direction(line: &Line, fa: bool) -> &'static str {
    if is_rtl(line, fa) { "rtl" } else { "ltr" }
}

fn side(align: Align) -> &'static str {
    match align {
        Align::Start => "",
        Align::Left => " class=\"left\"",
        Align::Center => " class=\"center\"",
        Align::Right => " class=\"right\"",
    }
}

fn write(out: &mut String, blocks: &[Block], fa: bool) {
    for block in blocks {
        match block {
            Block::Heading(level, line) => {
                add(out, format_args!("<h{level} dir=\"{}\">", direction(line, fa)));
                inline(out, line);
                add(out, format_args!("</h{level}>\n"));
            }
            Block::Paragraph(line) => {
                add(out, format_args!("<p dir=\"{}\">", direction(line, fa)));
                inline(out, line);
                out.push_str("</p>\n");
            }
            Block::List(first, items) => list(out, *first, items, fa),
            Block::Quote(inner) => {
                out.push_str("<blockquote>\n");
                write(out, inner, fa);
                out.push_str("</blockquote>\n");
            }
            Block::Table(table) => {
                out.push_str("<table>\n");
                row(out, "th", &table.head, &table.columns, fa);
                table.rows.iter().for_each(|cells| row(out, "td", cells, &table.columns, fa));
                out.push_str("</table>\n");
            }
            Block::Rule => out.push_str("<hr>\n"),
            Block::PageBreak => out.push_str("<div class=\"break\"></div>\n"),
            Block::Aligned(align, inner) => {
                add(out, format_args!("<div{}>\n", side(*align)));
                write(out, inner, fa);
                out.push_str("</div>\n");
            }
        }
    }
}

fn list(out: &mut String, first: Option<u64>, items: &[Vec<Block>], fa: bool) {
    let tag = if first.is_some() { "ol" } else { "ul" };
    match first {
        Some(n) if n != 1 => add(out, format_args!("<ol start=\"{n}\">\n")),
        _ => add(out, format_args!("<{tag}>\n")),
    }
    for item in items {
        out.push_str("<li>");
        match item.as_slice() {
            [Block::Paragraph(line)] => {
                add(out, format_args!("<span dir=\"{}\">", direction(line, fa)));
                inline(out, line);
                out.push_str("</span>");
            }
            blocks => write(out, blocks, fa),
        }
        out.push_str("</li>\n");
    }
    add(out, format_args!("</{tag}>\n"));
}

/// A column begins at one side, whatever language its cells are in.
fn column(align: Align, fa: bool) -> Align {
    match align {
        Align::Start if fa => Align::Right,
        Align::Start => Align::Left,
        told => told,
    }
}

fn row(out: &mut String, tag: &str, cells: &[Line], columns: &[Align], fa: bool) {
    out.push_str("<tr>");
    for (i, cell) in cells.iter().enumerate() {
        add(
            out,
            format_args!(
                "<{tag}{} dir=\"{}\">",
                side(column(columns.get(i).copied().unwrap_or_default(), fa)),
                direction(cell, fa)
            ),
        );
        inline(out, cell);
        add(out, format_args!("</{tag}>"));
    }
    out.push_str("</tr>\n");
}

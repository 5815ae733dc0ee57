//! The body as plain text, for messages and for the plain part of emails.
use super::blocks::{Block, Line};
use super::written::Manner;

/// The text: paragraphs with an empty line between them.
pub fn text(blocks: &[Block], manner: Manner) -> String {
    let mut out = String::new();
    write(&mut out, blocks, "", manner);
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn flat(line: &Line) -> String {
    let text = |span: &super::blocks::Span| match &span.link {
        Some(link) if *link != span.text && format!("mailto:{}", span.text) != *link => format!("{} ({link})", span.text),
        _ => span.text.clone(),
    };
    line.iter().map(text).collect()
}

fn write(out: &mut String, blocks: &[Block], indent: &str, manner: Manner) {
    let put = |out: &mut String, text: &str| {
        for line in text.lines() {
            if !line.trim().is_empty() {
                out.push_str(indent);
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
    };
    for block in blocks {
        match block {
            Block::Heading(_, line) | Block::Paragraph(line) => put(out, &flat(line)),
            Block::Rule => put(out, "----"),
            Block::PageBreak => continue,
            Block::Quote(inner) => {
                write(out, inner, &format!("{indent}> "), manner);
                continue;
            }
            Block::Aligned(_, inner) => {
                write(out, inner, indent, manner);
                continue;
            }
            Block::List(first, items) => {
                for (i, item) in items.iter().enumerate() {
                    let bullet = first.map_or("- ".to_owned(), |n| manner.digits(&format!("{}. ", n + i as u64)));
                    let mut inner = String::new();
                    write(&mut inner, item, "", manner);
                    let mut lines = inner.lines().filter(|line| !line.is_empty());
                    put(out, &format!("{bullet}{}", lines.next().unwrap_or_default()));
                    lines.for_each(|line| put(out, &format!("  {line}")));
                }
            }
            Block::Table(table) => {
                let row = |cells: &Vec<Line>| cells.iter().map(|c| flat(c).replace('\n', " ")).collect::<Vec<_>>().join(" | ");
                for cells in std::iter::once(&table.head).chain(&table.rows) {
                    put(out, &row(cells));
                }
            }
        }
        out.push('\n');
    }
}

use super::*;
use crate::access::user::Locale;
use crate::templates::fill::Marked;
use crate::templates::written::Manner;
use crate::templates::{html, plain};

fn of(text: &str) -> Vec<Block> {
    blocks(&Marked::of(text))
}

#[test]
fn one_source_gives_blocks_a_page_and_a_text() {
    let source = "# سرنامه\n\nسطر یک\nسطر **دو** [پیوند](https://peyvand.example)\n\n::: left\nتهران\n:::\n\n3. سه\n4. چهار\n   - درون\n\n> گفته\n\n\
                  | کالا | تعداد |\n| :--- | ---: |\n| پیچ | ۱۲ |\n\n---\n\n\\newpage\n\n<b>نه</b> ![تصویر](x.png)";
    let found = of(source);
    assert!(
        matches!(&found[0], Block::Heading(1, line) if line[0].text == "سرنامه"),
        "{found:?}"
    );
    assert!(
        matches!(&found[1], Block::Paragraph(line) if line[0].text == "سطر یک\nسطر " && line[1].bold),
        "{found:?}"
    );
    assert!(
        matches!(&found[2], Block::Aligned(Align::Left, inner) if inner.len() == 1),
        "{found:?}"
    );
    assert!(
        matches!(&found[3], Block::List(Some(3), items) if items.len() == 2 && items[1].len() == 2),
        "{found:?}"
    );
    assert!(matches!(&found[4], Block::Quote(inner) if inner.len() == 1), "{found:?}");
    assert!(
        matches!(&found[5], Block::Table(t) if t.columns == [Align::Left, Align::Right] && t.rows.len() == 1),
        "{found:?}"
    );
    assert_eq!(found[6..8], [Block::Rule, Block::PageBreak]);
    assert!(
        matches!(&found[8], Block::Paragraph(line) if line[0].text == "<b>نه</b> تصویر"),
        "{found:?}"
    );
    let manner = Manner {
        language: Locale::Persian,
        zone: chrono_tz::UTC,
    };
    assert_eq!(
        plain::text(&found, manner),
        "سرنامه\n\nسطر یک\nسطر دو پیوند (https://peyvand.example)\n\nتهران\n\n۳. سه\n۴. چهار\n  - درون\n\n> گفته\n\nکالا | تعداد\nپیچ | ۱۲\n\n----\n\n<b>نه</b> تصویر\n"
    );
    let page = html::body(&found, Locale::Persian);
    for part in [
        "<h1 dir=\"rtl\">سرنامه</h1>",
        "سطر یک<br>\nسطر <strong>دو</strong>",
        "<a href=\"https:",
        "<ol start=\"3\">",
        "<td class=\"right\" dir=\"rtl\">۱۲</td>",
        "&lt;b&gt;",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[test]
fn nothing_is_too_deep() {
    for text in [
        "> ".repeat(5000) + "x",
        "- ".repeat(3000) + "x",
        "*".repeat(20_000),
        "[".repeat(20_000),
        "`".repeat(20_000),
    ] {
        let found = of(&text);
        assert!(depth(&found) <= 2 * DEPTH, "{}", depth(&found));
        html::body(&found, Locale::English);
    }
}

fn depth(blocks: &[Block]) -> usize {
    let inner = blocks.iter().map(|block| match block {
        Block::List(_, items) => items.iter().map(|item| 1 + depth(item)).max().unwrap_or(0),
        Block::Quote(inner) | Block::Aligned(_, inner) => 1 + depth(inner),
        _ => 0,
    });
    inner.max().unwrap_or(0)
}

#[test]
fn a_persian_line_begins_at_the_right_whatever_word_begins_it() {
    let line = |text: &str| {
        vec![Span {
            text: text.to_owned(),
            ..Span::default()
        }]
    };
    for (text, persian, english) in [
        ("سلام", true, true),
        ("CRM پیوند", true, false),
        ("Hello", false, false),
        ("۱۴۰۵/۰۱/۰۱", true, false),
        ("", true, false),
    ] {
        assert_eq!(
            (is_rtl(&line(text), true), is_rtl(&line(text), false)),
            (persian, english),
            "{text}"
        );
    }
}

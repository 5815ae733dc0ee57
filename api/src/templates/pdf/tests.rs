#![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
use super::*;
use crate::documents::extract::Reader;
use domain::templates::blocks::blocks;
use domain::templates::fill::Marked;
use domain::templates::page::{Orientation, Paper};
use domain::templates::template::usual_zone;

fn letter(language: Locale, body: &str) -> Letter {
    Letter {
        title: "نامه".to_owned(),
        subject: Some(
            if language == Locale::Persian {
                "دعوت به همکاری"
            } else {
                "Invitation"
            }
            .to_owned(),
        ),
        blocks: blocks(&Marked::of(body)),
        page: PageSettings::default(),
        manner: Manner {
            language,
            zone: usual_zone(language).parse().unwrap(),
        },
        persian: language == Locale::Persian,
        head: Head {
            name: "شرکت پیوند".to_owned(),
            address: "یزد، خیابان کاشانی، پلاک ۱۲".to_owned(),
            telephone: "035-36221234".to_owned(),
        },
    }
}

/// The PDF, kept for somebody to look at where a folder is named.
fn written(name: &str, letter: &Letter) -> Vec<u8> {
    let pdf = write(letter).unwrap();
    if let Some(folder) = std::env::var_os("PEYVAND_TEST_KEEP") {
        std::fs::write(std::path::Path::new(&folder).join(format!("{name}.pdf")), &pdf).unwrap();
    }
    pdf
}

fn words(pdf: &[u8]) -> String {
    let text = Reader::Pdf.text(pdf).unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

const PERSIAN: &str = include_str!("sample.fa.md");
const ENGLISH: &str = include_str!("sample.en.md");

#[test]
fn the_text_of_a_persian_letter_is_found_in_its_pdf() {
    let pdf = written("letter.fa", &letter(Locale::Persian, PERSIAN));
    assert!(pdf.starts_with(b"%PDF-"));
    let text = words(&pdf);
    assert!(text.contains("نرخ\u{200C}ها"), "{text}");
    for part in [
        "شرکت پیوند",
        "پلاک ۱۲ • ۰۳۵-۳۶۲۲۱۲۳۴",
        "موضوع: دعوت به همکاری",
        "جناب آقای علی کریمی",
        "سلام و احترام",
        "لازم است",
        "می\u{200C}شود",
        "مُحَمَّد",
        "شماره: ۱۴۰۵/۱۲",
        "هزینهٔ بارگیری",
        "۱۴۰۵/۰۱/۲۲",
        "۱٬۲۵۰٬۰۰۰ ریال",
        "Invoice 42-A",
        "sales@peyvand.example",
        "پیچ شش\u{200C}گوش",
        "با احترام",
        "صفحهٔ ۱ از ۲",
        "صفحهٔ ۲ از ۲",
    ] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
}

#[test]
fn the_text_of_an_english_letter_is_found_in_its_pdf() {
    let text = words(&written("letter.en", &letter(Locale::English, ENGLISH)));
    for part in [
        "Subject: Invitation",
        "Dear Mr Karimi,",
        "office files",
        "1,250,000",
        "Hexagonal bolt",
        "فولاد یزد",
        "Yours sincerely",
    ] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
}

#[test]
fn every_paper_and_size_can_be_set() {
    for (paper, orientation, margin_mm, font_size) in [
        (Paper::A5, Orientation::Portrait, 10, 9),
        (Paper::Letter, Orientation::Landscape, 60, 24),
        (Paper::A5, Orientation::Landscape, 40, 14),
    ] {
        let mut letter = letter(Locale::Persian, PERSIAN);
        letter.page = PageSettings {
            paper,
            orientation,
            margin_mm,
            font_size,
            ..PageSettings::default()
        };
        assert_eq!(letter.page.check().0, []);
        let name = format!("{paper:?}-{orientation:?}-{font_size}");
        let text = words(&written(&name, &letter));
        assert!(text.contains("سلام"), "{name}: {text}");
    }
}

#[test]
fn long_tables_and_words_go_on_over_the_page_and_too_long_letters_end() {
    let rows: String = (1..=200)
        .map(|i| format!("| {i} | ردیف شمارهٔ {i} | {} |\n", "دراز".repeat(i % 9)))
        .collect();
    let table = format!("| شماره | شرح | یادداشت |\n|---|---|---:|\n{rows}");
    let text = words(&written("table", &letter(Locale::Persian, &table)));
    assert!(text.contains("ردیف شمارهٔ 200"), "{text}");
    // Its head stands on each page.
    assert!(text.matches("یادداشت").count() >= 4, "{text}");
    let wide = format!("{}\n\n| a | b |\n|---|---|\n| {} | x |", "ی".repeat(3000), "W".repeat(20_000));
    written("wide", &letter(Locale::English, &wide));
    match write(&letter(Locale::Persian, &"سلام\n\n".repeat(30_000))) {
        Err(Unset::TooMuch(_)) => {}
        other => panic!("{:?}", other.map(|pdf| pdf.len())),
    }
}

#[test]
fn what_the_typeface_lacks_and_what_is_not_seen_breaks_nothing() {
    let odd = "한국어 😀 \u{200F}\u{202B}\u{2067}\u{FEFF}\u{0000} e\u{301}\u{301}\u{301} الله لله ﷲ ﷼ ﻻ لأإآ \u{AD}x";
    let pdf = written("odd", &letter(Locale::Persian, odd));
    assert!(words(&pdf).contains("لله"), "{}", words(&pdf));
}

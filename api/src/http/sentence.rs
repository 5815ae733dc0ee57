//! What is wrong with one value, in words: a sentence for each code, in English and Persian.
use super::problem::Lang;
use domain::core::problem::{Code, Violation};

/// What is wrong with one value, in words.
pub fn sentence(v: &Violation, lang: Lang) -> String {
    let p = |name: &str| v.params.iter().find(|(n, _)| *n == name).map_or("", |(_, value)| value.as_str());
    let name = || {
        v.params
            .iter()
            .find(|(n, _)| matches!(*n, "name" | "field"))
            .map_or(String::new(), |(_, value)| {
                format!(" ({})", value.chars().take(60).collect::<String>())
            })
    };
    let (en, fa) = match v.code {
        Code::Required => ("is needed".to_owned(), "لازم است".to_owned()),
        Code::UnknownField => (format!("is not known here{}", name()), format!("اینجا شناخته نیست{}", name())),
        Code::WrongType => ("is of another type".to_owned(), "از نوع دیگری است".to_owned()),
        Code::ReadOnly => ("is set by the server alone".to_owned(), "تنها به دست سرور نوشته می‌شود".to_owned()),
        Code::Fixed => (
            "can't be changed after it was created".to_owned(),
            "پس از ساخت دگرگون نمی‌شود".to_owned(),
        ),
        Code::TooShort => (
            format!("must have at least {}", p("min")),
            format!("دست‌کم {} باید داشته باشد", p("min")),
        ),
        Code::TooLong => (
            format!("must have at most {}", p("max")),
            format!("دست‌بالا {} می‌تواند داشته باشد", p("max")),
        ),
        Code::OutOfRange => match (p("min"), p("max")) {
            ("", "") => ("is out of range".to_owned(), "بیرون از بازه است".to_owned()),
            (min, "") => (format!("must be at least {min}"), format!("باید دست‌کم {min} باشد")),
            ("", max) => (format!("must be at most {max}"), format!("باید دست‌بالا {max} باشد")),
            (min, max) => (format!("is out of range {min} … {max}"), format!("بیرون از بازهٔ {min} … {max} است")),
        },
        Code::NotAllowed => (
            format!("must be one of: {}", p("allowed")),
            format!("باید یکی از اینها باشد: {}", p("allowed")),
        ),
        Code::Format => (
            format!("is not written as {}", or(p("format"), "it must be")),
            format!("به شکل {} نیست", or(p("format"), "درست")),
        ),
        Code::TooWeak => (
            "is too easy to guess: make it longer, or less like a known word or your name".to_owned(),
            "آسان حدس زده می‌شود: بلندترش کنید، یا دورتر از واژه‌های شناخته و نامتان".to_owned(),
        ),
        Code::CheckDigit => (
            "has a check digit that does not hold".to_owned(),
            "رقم بررسی‌اش درست نیست".to_owned(),
        ),
        Code::Duplicate => ("stands twice".to_owned(), "دو بار آمده است".to_owned()),
        Code::Taken => ("belongs to another record".to_owned(), "از آن رکورد دیگری است".to_owned()),
        Code::NotFound => (
            "does not exist, or is not yours to see".to_owned(),
            "نیست یا دیدنش با شما نیست".to_owned(),
        ),
        Code::Forbidden => ("is not yours to set so".to_owned(), "نوشتنش با شما نیست".to_owned()),
        Code::Conflict => (format!("does not fit {}", p("with")), format!("با {} نمی‌خواند", p("with"))),
        Code::Character => (
            "has a character that must not stand here".to_owned(),
            "نویسه‌ای دارد که نباید اینجا باشد".to_owned(),
        ),
        Code::Syntax => (
            format!("does not read as a condition at {}: expected {}", p("at"), p("expected")),
            format!("در جایگاه {} شرط درستی نیست: {} انتظار می‌رفت", p("at"), p("expected")),
        ),
        Code::TooComplex => (
            format!("is too complex: at most {}", p("max")),
            format!("بیش از اندازه پیچیده است: دست‌بالا {}", p("max")),
        ),
        Code::Ambiguous => ("fits more than one record".to_owned(), "با بیش از یک رکورد می‌خواند".to_owned()),
        Code::Unmet => (
            format!("is missing before “{}” is left: {}", p("stage"), p("criterion")),
            format!("پیش از گذر از «{}» لازم است: {}", p("stage"), p("criterion_fa")),
        ),
        Code::Contradiction | Code::Configuration => (p("text_en").to_owned(), p("text_fa").to_owned()),
        Code::Template => (format!("does not read as a template: {}", p("why")), "قالب درستی نیست".to_owned()),
    };
    match (lang, p("line")) {
        (Lang::En, "") => en,
        (Lang::Fa, "") => fa,
        (Lang::En, line) => format!("{en} (line {line})"),
        (Lang::Fa, line) => format!("{fa} (سطر {line})"),
    }
}

fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.is_empty() { otherwise } else { text }
}

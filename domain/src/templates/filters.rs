//! The filters of templates: what each takes and gives, by which templates are checked, and what it does.
use super::shape::Shape;
use super::values::Special;
use super::written::{Calendar, Manner, Style};
use crate::access::user::Locale;
use crate::core::{jalali, text};
use minijinja::value::{Value, ValueKind};
use minijinja::{Environment, Error};
use rust_decimal::Decimal;

/// What may stand in a filter's parentheses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Argument {
    Nothing,
    /// One of these words, or nothing.
    Word(&'static [&'static str]),
    /// Any text, or nothing.
    Text,
    /// A text that must be there.
    Needed,
}

/// What a template's author may write behind `|`.
pub struct Filter {
    pub name: &'static str,
    pub argument: Argument,
    /// Whether it takes such a value.
    pub takes: fn(&Shape) -> bool,
    /// What comes of it.
    pub gives: fn(&Shape) -> Shape,
}

const STYLES: Argument = Argument::Word(&["short", "long", "full"]);

fn dated(shape: &Shape) -> bool {
    matches!(shape, Shape::Date | Shape::Instant)
}
fn written(shape: &Shape) -> bool {
    matches!(shape, Shape::Text | Shape::Number | Shape::Decimal)
}
fn called(shape: &Shape) -> bool {
    matches!(shape, Shape::Object(members) if members.contains_key("display_name") || members.contains_key("name"))
}
fn to_text(_: &Shape) -> Shape {
    Shape::Text
}

/// All of them.
pub const FILTERS: [Filter; 14] = [
    filter("date", STYLES, dated, to_text),
    filter("jalali", STYLES, dated, to_text),
    filter("time", Argument::Nothing, |s| *s == Shape::Instant, to_text),
    filter("digits", Argument::Word(&["fa", "en"]), written, to_text),
    filter(
        "number",
        Argument::Nothing,
        |s| matches!(s, Shape::Number | Shape::Decimal),
        to_text,
    ),
    filter("money", Argument::Word(&["toman"]), |s| *s == Shape::Money, to_text),
    filter("name", Argument::Nothing, called, to_text),
    filter("salutation", Argument::Nothing, called, to_text),
    filter("default", Argument::Needed, Shape::is_scalar, Shape::clone),
    filter("ltr", Argument::Nothing, written, to_text),
    filter("upper", Argument::Nothing, |s| *s == Shape::Text, to_text),
    filter("lower", Argument::Nothing, |s| *s == Shape::Text, to_text),
    filter(
        "join",
        Argument::Text,
        |s| matches!(s, Shape::List(of) if **of == Shape::Text),
        to_text,
    ),
    filter("count", Argument::Nothing, |s| matches!(s, Shape::List(_)), |_| Shape::Number),
];

const fn filter(name: &'static str, argument: Argument, takes: fn(&Shape) -> bool, gives: fn(&Shape) -> Shape) -> Filter {
    Filter {
        name,
        argument,
        takes,
        gives,
    }
}

/// A value as it is written where no filter says how.
pub fn plain(manner: Manner, value: &Value) -> String {
    if value.is_none() || value.is_undefined() {
        return String::new();
    }
    if let Some(special) = value.downcast_object_ref::<Special>() {
        return match special {
            Special::Date(day) => manner.date(*day, manner.calendar(), Style::Long),
            Special::Instant(at) => {
                let day = manner.date(manner.day(*at), manner.calendar(), Style::Long);
                let comma = if manner.language == Locale::Persian { "،" } else { "," };
                format!("{day}{comma} {}", manner.time(*at))
            }
            Special::Decimal(n) => manner.number(*n),
            Special::Money(amount, currency) => manner.money(*amount, currency),
        };
    }
    if let Some(n) = value.as_i64().filter(|_| value.is_number()) {
        return manner.number(Decimal::from(n));
    }
    if value.kind() != ValueKind::Bool {
        return value.as_str().unwrap_or_default().to_owned();
    }
    match (value.is_true(), manner.language) {
        (true, Locale::Persian) => "بله".to_owned(),
        (false, Locale::Persian) => "خیر".to_owned(),
        (true, Locale::English) => "yes".to_owned(),
        (false, Locale::English) => "no".to_owned(),
    }
}

fn date(manner: Manner, value: &Value, calendar: Calendar, style: Option<&str>) -> String {
    let style = style.and_then(Style::of).unwrap_or_default();
    match value.downcast_object_ref::<Special>() {
        Some(Special::Date(day)) => manner.date(*day, calendar, style),
        Some(Special::Instant(at)) => manner.date(manner.day(*at), calendar, style),
        _ => String::new(),
    }
}

fn member(value: &Value, name: &str) -> Option<String> {
    let found = value.get_attr(name).ok()?;
    found.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// What a person or an organization is called.
fn name(value: &Value) -> String {
    member(value, "display_name").or_else(|| member(value, "name")).unwrap_or_default()
}

/// How a letter addresses them: people by their gender, where it was told.
fn salutation(manner: Manner, value: &Value) -> String {
    let (name, gender) = (name(value), member(value, "gender"));
    let title = match (manner.language, gender.as_deref()) {
        _ if name.is_empty() => "",
        (Locale::Persian, Some("male")) => "جناب آقای ",
        (Locale::Persian, Some("female")) => "سرکار خانم ",
        (Locale::English, Some("male")) => "Mr ",
        (Locale::English, Some("female")) => "Ms ",
        _ => "",
    };
    format!("{title}{name}")
}

/// A text that runs from left to right wherever it stands, such as a telephone number, whose parts would change places among Persian words.
pub fn ltr(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    // LEFT-TO-RIGHT ISOLATE and POP DIRECTIONAL ISOLATE (Unicode UAX #9).
    format!("\u{2066}{text}\u{2069}")
}

/// Puts the filters into an environment that has none.
pub fn register(environment: &mut Environment<'_>, manner: Manner) {
    let m = manner;
    environment.add_filter("date", move |v: Value, style: Option<String>| {
        date(m, &v, Calendar::Gregorian, style.as_deref())
    });
    environment.add_filter("jalali", move |v: Value, style: Option<String>| {
        date(m, &v, Calendar::Jalali, style.as_deref())
    });
    environment.add_filter("time", move |v: Value| match v.downcast_object_ref::<Special>() {
        Some(Special::Instant(at)) => m.time(*at),
        _ => String::new(),
    });
    environment.add_filter("digits", move |v: Value, of: Option<String>| {
        let text = v.as_str().map_or_else(|| plain(m, &v), str::to_owned);
        let persian = of.map_or(m.language == Locale::Persian, |of| of == "fa");
        match persian {
            true => jalali::digits(&text),
            false => text::digits(&text).into_owned(),
        }
    });
    environment.add_filter("number", move |v: Value| plain(m, &v));
    environment.add_filter("money", move |v: Value, unit: Option<String>| {
        match (v.downcast_object_ref::<Special>(), unit) {
            (Some(Special::Money(amount, currency)), Some(_)) if currency == "IRR" => m.tomans(*amount),
            (Some(Special::Money(amount, currency)), _) => m.money(*amount, currency),
            _ => String::new(),
        }
    });
    environment.add_filter("name", |v: Value| name(&v));
    environment.add_filter("salutation", move |v: Value| salutation(m, &v));
    environment.add_filter("default", |v: Value, instead: String| {
        let empty = v.is_none() || v.as_str().is_some_and(str::is_empty);
        if empty { Value::from(instead) } else { v }
    });
    environment.add_filter("ltr", move |v: Value| ltr(&plain(m, &v)));
    environment.add_filter("upper", |v: Value| v.as_str().unwrap_or_default().to_uppercase());
    environment.add_filter("lower", |v: Value| v.as_str().unwrap_or_default().to_lowercase());
    environment.add_filter("join", move |v: Value, with: Option<String>| -> Result<String, Error> {
        let usual = if m.language == Locale::Persian { "، " } else { ", " };
        let texts: Vec<String> = v.try_iter()?.map(|item| plain(m, &item)).collect();
        Ok(texts.join(with.as_deref().unwrap_or(usual)))
    });
    environment.add_filter("count", |v: Value| v.len().unwrap_or_default());
}

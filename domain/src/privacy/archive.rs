//! The page by which a person reads what is held on them, in Persian and English side by side. Everything in it is text: what stands in a
//! record is escaped.
use crate::core::base::Base;
use crate::core::error::{Error, Result};
use crate::core::field::{Field, Kind};
use crate::core::resource::Spec;
use minijinja::Environment;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The most items of one kind that the page shows; the file of its kind has them all.
pub const SHOWN: usize = 500;

/// The page.
#[derive(Debug, Serialize)]
pub struct Archive {
    pub name: String,
    pub organization: bool,
    pub at: String,
    /// Whether its maker may not have seen everything.
    pub partial: bool,
    pub sections: Vec<Section>,
}

/// All of one kind.
#[derive(Debug, Default, Serialize)]
pub struct Section {
    pub fa: String,
    pub en: String,
    /// The file beside the page.
    pub file: String,
    pub count: usize,
    /// Whether the file has more.
    pub cut: bool,
    pub items: Vec<Item>,
}

/// One record.
#[derive(Debug, Default, Serialize)]
pub struct Item {
    pub rows: Vec<Row>,
    pub files: Vec<File>,
}

/// One field with what it is called.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    pub fa: String,
    pub en: String,
    pub lines: Vec<String>,
}

/// A file beside the page.
#[derive(Debug, Clone, Serialize)]
pub struct File {
    pub name: String,
    pub href: String,
}

/// Members that say nothing to people.
const TECHNICAL: [&str; 5] = ["id", "version", "updated_by", "unit_id", "digest"];

/// The fields of a record that hold something, by their names on screens: what it says first, who wrote it down and when behind that. References
/// are shown by the names given for them.
pub fn rows(spec: &Spec, record: &Map<String, Value>, names: &BTreeMap<String, String>) -> Vec<Row> {
    let (head, own) = spec.fields.split_at(Base::HEAD.min(spec.fields.len()));
    let shown = own.iter().chain(head).filter(|f| !TECHNICAL.contains(&f.name));
    let row = |field: &Field| {
        let value = record.get(field.name)?;
        let lines = match field.kind {
            Kind::Reference(_) | Kind::References(_) => named(value, names),
            Kind::Instant => lines(value).iter().map(|at| moment(at)).collect(),
            _ => lines(value),
        };
        (!lines.is_empty()).then(|| Row {
            fa: if field.label_fa.is_empty() {
                field.label_en()
            } else {
                field.label_fa.to_owned()
            },
            en: field.label_en(),
            lines,
        })
    };
    shown.filter_map(row).collect()
}

/// A moment as people read it, to the second, in UTC.
pub fn moment(at: &str) -> String {
    match at.split_once('T') {
        Some((day, time)) if time.len() >= 8 && time.is_ascii() => format!("{day} {} UTC", &time[..8]),
        _ => at.to_owned(),
    }
}

/// A value as people read it; none where it holds nothing.
pub fn text(value: &Value) -> Option<String> {
    let lines = lines(value);
    (!lines.is_empty()).then(|| lines.join("؛ "))
}

fn named(value: &Value, names: &BTreeMap<String, String>) -> Vec<String> {
    let ids = match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().into_iter().collect::<Vec<_>>(),
    };
    ids.into_iter().filter_map(|id| names.get(id).cloned()).collect()
}

/// A value as lines of text; none where it holds nothing.
fn lines(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::Bool(false) => Vec::new(),
        Value::Bool(true) => vec!["✓".to_owned()],
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Number(n) => vec![n.to_string()],
        Value::Array(items) => items.iter().map(line).filter(|line| !line.is_empty()).collect(),
        Value::Object(_) => vec![line(value)].into_iter().filter(|line| !line.is_empty()).collect(),
    }
}

/// A value in one line: members by their names, the empty ones left out.
fn line(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let part = |(name, value): (&String, &Value)| {
                let text = lines(value).join("، ");
                (!text.is_empty()).then(|| format!("{}: {text}", name.replace('_', " ")))
            };
            members.iter().filter_map(part).collect::<Vec<_>>().join("  •  ")
        }
        other => lines(other).join("، "),
    }
}

impl Archive {
    /// The page as HTML.
    ///
    /// # Errors
    /// Only if the template is broken.
    pub fn page(&self) -> Result<String> {
        let templates = Environment::new();
        // By its name it is escaped.
        let page = templates.render_named_str(
            "archive.html",
            include_str!("archive.html"),
            minijinja::Value::from(minijinja::value::Serde(self)),
        );
        page.map_err(|e| Error::Internal(format!("archive.html: {e}")))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
    use super::*;
    use crate::core::resource::Resource;
    use crate::customers::customer::Customer;
    use serde_json::json;

    /// Attack 29.
    #[test]
    fn what_a_record_says_is_text_and_never_a_page() {
        let evil = "<img src=x onerror=alert(1)>";
        let record = json!({"display_name": evil, "city": "یزد", "notes": null, "interests": [evil, "فولاد"], "owner_id": "7",
            "contact_points": [{"kind": "email", "value": "a@x.example", "label": null, "primary": true}]});
        let names = [("7".to_owned(), "مینا".to_owned())].into();
        let rows = rows(&Customer::SPEC, record.as_object().unwrap(), &names);
        assert!(rows.iter().any(|r| r.en == "Owner" && r.lines == ["مینا"]), "{rows:?}");
        assert!(
            rows.iter().any(|r| r.fa == "شهر" && r.en == "City" && r.lines == ["یزد"]),
            "{rows:?}"
        );
        assert!(rows.iter().all(|r| r.en != "Notes"), "{rows:?}");
        let item = Item {
            rows,
            files: vec![File {
                name: evil.to_owned(),
                href: "documents/%3Cimg".to_owned(),
            }],
        };
        let section = Section {
            fa: "مشتری".to_owned(),
            en: "Customer".to_owned(),
            file: "record.json".to_owned(),
            count: 1,
            items: vec![item],
            ..Section::default()
        };
        let archive = Archive {
            name: evil.to_owned(),
            organization: false,
            at: "2026-03-21".to_owned(),
            partial: true,
            sections: vec![section],
        };
        let page = archive.page().unwrap();
        assert!(
            !page.contains("<img") && page.contains("&lt;img src=x onerror=alert(1)&gt;"),
            "{page}"
        );
        for part in ["kind: email", "value: a@x.example", "primary: ✓"] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(page.contains("may not be complete"), "{page}");
    }
}

//! What is asked of a template: with which record, and in which form. And the same of one that was never saved.
use domain::core::base::{Base, CreateBase};
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::input::{Members, escape};
use domain::core::problem::{Code, Problems};
use domain::core::resource::{Input, Resource, Rules, Setting};
use domain::templates::template::Template;
use persistence::templates::values::Of;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

domain::choice! {
    /// What a template is made into.
    #[derive(Default)]
    pub enum Format {
        #[default]
        Pdf = "pdf",
        Html = "html",
        Text = "text",
    }
}

impl Format {
    pub const fn media_type(self) -> &'static str {
        match self {
            Format::Pdf => "application/pdf",
            Format::Html => "text/html; charset=utf-8",
            Format::Text => "text/plain; charset=utf-8",
        }
    }
    pub const fn extension(self) -> &'static str {
        match self {
            Format::Pdf => "pdf",
            Format::Html => "html",
            Format::Text => "txt",
        }
    }
}

/// What to fill a template in with, and what to make of it.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenderTemplate {
    /// The record; one of the template's object. Left out where the template is for none.
    pub record_id: Option<Uuid>,
    /// `pdf` unless given.
    pub format: Option<Format>,
    /// Whether to keep the PDF as a document that is linked to the record, and answer with that.
    pub save: Option<bool>,
}

impl RenderTemplate {
    /// Reads a body; absent members are as null.
    pub fn read(members: Map<String, Value>) -> Result<RenderTemplate> {
        let (mut asked, mut problems) = (RenderTemplate::default(), Problems::default());
        for (name, value) in members {
            let at = format!("/{}", escape(&name));
            match (name.as_str(), value) {
                ("record_id" | "format" | "save", Value::Null) => {}
                ("record_id", Value::String(text)) => match Uuid::try_parse(&text) {
                    Ok(id) if text.len() == 36 => asked.record_id = Some(id),
                    _ => problems.with(at, Code::Format, vec![("format", "UUID".to_owned())]),
                },
                ("format", Value::String(word)) => match Format::of(&word) {
                    Some(format) => asked.format = Some(format),
                    None => problems.with(at, Code::NotAllowed, vec![("allowed", Format::WORDS.join(", "))]),
                },
                ("save", Value::Bool(save)) => asked.save = Some(save),
                ("record_id" | "format" | "save", _) => problems.add(at, Code::WrongType),
                _ => problems.add(at, Code::UnknownField),
            }
        }
        if asked.saves() && asked.format() != Format::Pdf {
            problems.with("/save", Code::Conflict, vec![("with", "/format".to_owned())]);
        }
        Ok(problems.or(asked)?)
    }
    pub fn format(&self) -> Format {
        self.format.unwrap_or_default()
    }
    pub fn saves(&self) -> bool {
        self.save == Some(true)
    }
    /// Which record, for a template of an object or of none.
    pub fn of(&self, object: Option<&str>) -> Result<Of> {
        match (object, self.record_id) {
            (None, None) => Ok(Of::Nothing),
            (None, Some(_)) => Err(with("/record_id", "/object")),
            (Some(_), None) => Err(Error::invalid("/record_id", Code::Required)),
            (Some(_), Some(id)) => Ok(Of::Record(id)),
        }
    }
}

fn with(at: &str, other: &str) -> Error {
    let mut problems = Problems::default();
    problems.with(at, Code::Conflict, vec![("with", other.to_owned())]);
    problems.into()
}

/// A template that was not saved, and what to make of it: the members of a template, and of what is asked of one.
#[derive(Debug)]
pub struct Preview {
    pub template: Template,
    pub asked: RenderTemplate,
}

impl Preview {
    /// The members beside those of a template.
    pub const OWN: [&'static str; 2] = ["record_id", "format"];

    /// Reads a body; a name is not needed.
    pub fn read(mut members: Map<String, Value>, setting: &Setting) -> Result<Preview> {
        let mut own = Map::new();
        for name in Self::OWN {
            own.extend(members.remove(name).map(|value| (name.to_owned(), value)));
        }
        let mut problems = Problems::default();
        let asked = RenderTemplate::read(own).unwrap_or_else(|error| {
            if let Error::Invalid(wrong) = error {
                problems.extend(wrong);
            }
            RenderTemplate::default()
        });
        members.entry("name").or_insert_with(|| "preview".into());
        let mut members = Members::new(members, &Template::SPEC, false);
        let input = <Template as Resource>::Create::read(&mut members);
        problems.extend(members.finish());
        let template = input.map(|input| Template::new(input, nobody(setting)));
        let Some(mut template) = template else {
            return Err(problems.into());
        };
        problems.extend(template.check(setting));
        Ok(problems.or(Preview { template, asked })?)
    }

    /// Which record: the one that is asked for, else one as it might be.
    pub fn of(&self) -> Result<Of> {
        match (&self.template.object, self.asked.record_id) {
            (Some(_), None) => Ok(Of::Sample),
            (object, _) => self.asked.of(object.as_deref()),
        }
    }
}

/// The base of a record that is never kept.
fn nobody(setting: &Setting) -> Base {
    Base::new(Uuid::nil(), setting.now).taking(CreateBase::default())
}

//! Templates as records.
use super::fill::is_reserved;
use super::page::PageSettings;
use crate::access::user::Locale;
use crate::activities::recurrence::is_zone;
use crate::core::base::Base;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use crate::core::text;
use derive::Record;

crate::choice! {
    /// What a template is for.
    pub enum TemplateKind { Letter = "letter", Email = "email", Message = "message" }
}

/// The most characters of a body.
pub const MAX_BODY: u32 = 50_000;
/// The most characters of a subject.
pub const MAX_SUBJECT: u32 = 500;

/// A letter, an email or a message with merge fields. The body is Markdown; `{{ customer.family_name }}` stands for a field of the record that
/// it is filled in for. What a template may name is checked when it is saved.
#[derive(Debug, Clone, Record)]
#[record(path = "/templates", one = "template", many = "templates", tag = "Templates", fa = "قالب‌ها")]
pub struct Template {
    #[record(base)]
    pub base: Base,
    /// What the template is called; documents made of it are named after it.
    #[record(min = 1, max = 200, sort, search, example = r#""خوشامد""#, fa = "نام")]
    pub name: String,
    /// What it is for.
    #[record(example = r#""letter""#, fa = "گونه")]
    pub kind: TemplateKind,
    /// The language it is written in: dates, digits and the direction of the page follow it.
    #[record(example = r#""fa""#, fa = "زبان")]
    pub language: Locale,
    /// The object whose records it is filled in for, such as `customers`; null for one that names no record.
    #[record(fixed, min = 1, max = 50, sort, example = r#""customers""#, fa = "موجودیت")]
    pub object: Option<String>,
    /// One line above the body: the subject of an email or a letter. Merge fields stand in it as in the body.
    #[record(max = 500, search, example = r#""خوشامد به {{ customer.display_name }}""#, fa = "موضوع")]
    pub subject: Option<String>,
    /// The text: Markdown with merge fields.
    #[record(
        min = 1,
        max = 50000,
        hidden,
        example = r#""{{ customer | salutation }}\n\nبه **{{ organization.name }}** خوش آمدید. امروز {{ today | jalali }} است.""#,
        fa = "متن"
    )]
    pub body: String,
    /// How a PDF is set.
    #[record(default, like = PageSettings, example = r#"{"paper": "a4", "orientation": "portrait", "margin_mm": 20, "font_size": 11, "letterhead": true, "page_numbers": true}"#, fa = "صفحه")]
    pub page: PageSettings,
    /// The time zone (IANA) whose clock tells today and the days of moments; unless given `Asia/Tehran` in Persian and `UTC` in English.
    #[record(default, max = 60, example = r#""Asia/Tehran""#, fa = "منطقهٔ زمانی")]
    pub time_zone: String,
    /// Whether it is in use; true unless given. What is not can be previewed and not rendered.
    #[record(default = true, example = "true", fa = "فعال")]
    pub active: bool,
}

impl Rules for Template {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        if self.time_zone.is_empty() {
            self.time_zone = usual_zone(self.language).to_owned();
        }
        if !is_zone(&self.time_zone) {
            problems.with("/time_zone", Code::Format, vec![("format", "IANA".to_owned())]);
        }
        if text::has_bidi_control(&self.name) {
            problems.add("/name", Code::Character);
        }
        let texts = [("/subject", self.subject.as_deref()), ("/body", Some(self.body.as_str()))];
        for (at, text) in texts {
            if text.is_some_and(|text| text.chars().any(is_reserved)) {
                problems.add(at, Code::Character);
            }
        }
        if self.subject.as_deref().is_some_and(|s| s.contains('\n')) {
            problems.add("/subject", Code::Character);
        }
        problems.nest("/page", self.page.check());
        problems
    }
}

/// The zone of a language's readers, where none is said.
pub const fn usual_zone(language: Locale) -> &'static str {
    match language {
        Locale::Persian => "Asia/Tehran",
        Locale::English => "UTC",
    }
}

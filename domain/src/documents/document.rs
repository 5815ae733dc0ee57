//! A document: a file that belongs to records, with what is known of it. Its contents are versions, kept elsewhere; what stands here is
//! the latest of them.
use crate::core::base::Base;
use crate::core::error::{Error, Result};
use crate::core::id::Id;
use crate::core::instant::Instant;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use crate::core::text;
use crate::customers::customer::Customer;
use chrono::NaiveDate;
use derive::Record;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

crate::choice! {
    /// How far the text of its latest content is: there is none to read, it is being read, searches look into it, or it can't be read.
    #[derive(Default)]
    pub enum Extraction {
        #[default]
        None = "none",
        Pending = "pending",
        Done = "done",
        Failed = "failed",
    }
}

/// A record that a document belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentLink {
    /// What kind of record it is, such as `customers`.
    #[schema(min_length = 1, max_length = 50, example = "customers")]
    pub object: String,
    /// The record.
    pub record_id: Uuid,
}

/// A file that belongs to records: its name and what is known of it. The bytes are sent and read at `/documents/{id}/content`.
#[derive(Debug, Clone, Record)]
#[record(path = "/documents", one = "document", many = "documents", tag = "Documents", fa = "اسناد")]
pub struct Document {
    #[record(base)]
    pub base: Base,
    /// What the file is called, with its ending. Downloads are saved under it, without what a file system can't take.
    #[record(min = 1, max = 255, sort, search, example = r#""قرارداد.pdf""#, fa = "نام")]
    pub name: String,
    /// What it is about.
    #[record(max = 2000, search, example = r#""قرارداد نگهداری سالانه""#, fa = "شرح")]
    pub description: Option<String>,
    /// Words to find it by.
    #[record(max = 20, search, example = r#"["قرارداد"]"#, fa = "برچسب‌ها")]
    pub tags: Vec<String>,
    /// The customer it belongs to.
    #[record(fa = "مشتری")]
    pub customer_id: Option<Id<Customer>>,
    /// Other records that it belongs to; each must be one that you may see.
    #[record(items = DocumentLink, max = 50, fa = "پیوندها")]
    pub links: Vec<DocumentLink>,
    /// What the latest content is, as its bytes say; null before the first.
    #[record(server, max = 127, example = r#""application/pdf""#, fa = "گونه")]
    pub media_type: Option<String>,
    /// How large the latest content is, in bytes.
    #[record(server, example = "48213", fa = "حجم")]
    pub size_bytes: Option<i64>,
    /// The latest content's SHA-256 as RFC 9530 writes it.
    #[record(
        server,
        max = 100,
        example = r#""sha-256=:LCa0a2j/xo/5m0U8HTBBNBNCLXBkg7+g+YpeiGJm564=:""#,
        fa = "چکیده"
    )]
    pub digest: Option<String>,
    /// The number of the latest content: 0 before the first, and one more with each.
    #[record(server, example = "2", fa = "شمارهٔ نسخه")]
    pub content_version: i64,
    /// How far the text of the latest content is: there is none to read, it is being read, searches look into it, or it can't be read.
    #[record(server, example = r#""done""#, fa = "استخراج متن")]
    pub extraction: Extraction,
    /// Until the end of this day (UTC) it can't be deleted. To shorten it needs `documents:hold`.
    #[record(example = r#""2020-03-20""#, fa = "نگهداری تا")]
    pub retention_until: Option<NaiveDate>,
    /// While this is so it can't be deleted, whatever its retention. To end it needs `documents:hold`.
    #[record(default, fa = "توقیف قانونی")]
    pub legal_hold: bool,
}

/// A content that has arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    pub media_type: String,
    pub size_bytes: i64,
    pub digest: String,
    /// Whether there is text to be read from it.
    pub has_text: bool,
}

impl Rules for Document {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        if text::has_bidi_control(&self.name) || self.name.chars().any(char::is_control) {
            problems.add("/name", Code::Character);
        }
        self.name = self.name.trim().to_owned();
        for tag in &mut self.tags {
            *tag = tag.trim().to_owned();
        }
        for (i, tag) in self.tags.iter().enumerate() {
            if self.tags[..i].contains(tag) {
                problems.add(format!("/tags/{i}"), Code::Duplicate);
            }
        }
        for (i, link) in self.links.iter().enumerate() {
            if link.object.is_empty() {
                problems.with(format!("/links/{i}/object"), Code::TooShort, vec![("min", "1".to_owned())]);
            }
            if link.object.len() > 50 {
                problems.with(format!("/links/{i}/object"), Code::TooLong, vec![("max", "50".to_owned())]);
            }
            if self.links[..i].contains(link) {
                problems.add(format!("/links/{i}"), Code::Duplicate);
            }
        }
        problems
    }
}

impl Document {
    /// A content has come: its version's number.
    pub fn receive(&mut self, content: Content) -> i64 {
        self.content_version += 1;
        self.media_type = Some(content.media_type);
        self.size_bytes = Some(content.size_bytes);
        self.digest = Some(content.digest);
        self.extraction = if content.has_text { Extraction::Pending } else { Extraction::None };
        self.content_version
    }

    /// The text of a version was read, or could not be. False where another version has come meanwhile, and nothing changes.
    pub fn extracted(&mut self, version: i64, ended: Extraction) -> bool {
        let latest = self.content_version == version;
        if latest {
            self.extraction = ended;
        }
        latest
    }

    /// May it be deleted now?
    ///
    /// # Errors
    /// `document_held` while it is held, `document_retained` before its retention is over.
    pub fn deletable(&self, now: Instant) -> Result<()> {
        if self.legal_hold {
            return Err(Error::Conflict("document_held"));
        }
        match self.retention_until {
            Some(until) if now.utc().date_naive() <= until => Err(Error::Conflict("document_retained")),
            _ => Ok(()),
        }
    }

    /// Whether less keeps it from being deleted than before.
    pub fn loosened(&self, before: &Document) -> bool {
        let shortened = match (before.retention_until, self.retention_until) {
            (Some(before), Some(now)) => now < before,
            (Some(_), None) => true,
            (None, _) => false,
        };
        shortened || before.legal_hold && !self.legal_hold
    }

    /// What a search looks into, beside the text of the content.
    pub fn search_text(&self) -> String {
        let all = [self.name.as_str(), self.description.as_deref().unwrap_or_default()];
        let all: Vec<&str> = all.into_iter().chain(self.tags.iter().map(String::as_str)).collect();
        text::search_key(&all.join("\n"))
    }
}

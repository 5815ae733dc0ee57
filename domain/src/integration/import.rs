//! An import: a file of records on its way in, from the announcement to what became of each row. What may happen to it in which
//! state stands here; the rows themselves are kept beside it.
pub use super::given::{ImportDefaults, ImportMapping, ImportMeanings};
use super::mapping::{Column, Mapping};
use crate::core::base::Base;
use crate::core::error::{Error, Result};
use crate::core::id::Id;
use crate::core::instant::Instant;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use crate::core::text;
use crate::quality::source::DataSource;
use derive::Record;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

crate::choice! {
    /// How the file is written.
    pub enum ImportFormat { Csv = "csv", Ndjson = "ndjson", Vcard = "vcard" }
}
crate::choice! {
    /// What a row does: make a record, change one, or whichever applies.
    pub enum ImportMode { Create = "create", Update = "update", Upsert = "upsert" }
}
crate::choice! {
    /// How far it is: announced, its file here, its rows being written, all rows tried, unable to go on, or given up.
    #[derive(Default)]
    pub enum ImportState {
        #[default]
        Open = "open",
        Uploaded = "uploaded",
        Running = "running",
        Done = "done",
        Failed = "failed",
        Aborted = "aborted",
    }
}
/// How many rows were read, and what became of them: `read` is the sum of the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportCounts {
    /// Rows read so far; the header is none.
    #[schema(minimum = 0, example = 3)]
    pub read: i64,
    /// Rows that made a record.
    #[schema(minimum = 0, example = 2)]
    pub created: i64,
    /// Rows that changed a record.
    #[schema(minimum = 0, example = 0)]
    pub updated: i64,
    /// Rows that said what was so already.
    #[schema(minimum = 0, example = 0)]
    pub unchanged: i64,
    /// Rows with nothing in them, and with mode `create` those whose record was there already.
    #[schema(minimum = 0, example = 0)]
    pub skipped: i64,
    /// Rows that could not be taken in.
    #[schema(minimum = 0, example = 1)]
    pub failed: i64,
}

impl ImportCounts {
    /// Counts one row.
    pub fn count(&mut self, outcome: Outcome) {
        self.read += 1;
        *match outcome {
            Outcome::Created => &mut self.created,
            Outcome::Updated => &mut self.updated,
            Outcome::Unchanged => &mut self.unchanged,
            Outcome::Skipped => &mut self.skipped,
            Outcome::Failed => &mut self.failed,
        } += 1;
    }
}

crate::choice! {
    /// What became of one row.
    pub enum Outcome {
        Created = "created",
        Updated = "updated",
        Unchanged = "unchanged",
        Skipped = "skipped",
        Failed = "failed",
    }
}

/// One column of the file and where its cells go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportColumn {
    /// The heading as the file has it, cut to 200 characters.
    #[schema(max_length = 200, example = "E-mail 1 - Value")]
    pub header: String,
    /// Where its cells go, such as `given_name` or `contact_points[email]`; null when nowhere.
    #[schema(max_length = 200, example = "contact_points[email#1]")]
    pub target: Option<String>,
}

/// Why an import could not go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportFailure {
    /// For programs.
    #[schema(max_length = 50, example = "unclosed_quote")]
    pub code: String,
    /// For people.
    #[schema(max_length = 500, example = "row 12 (line 14) opens a quote that is never closed")]
    pub detail: String,
}

/// How far taking an import back is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportUndo {
    /// Whether all rows were looked at.
    pub done: bool,
    /// Records it had made that are in the trash now.
    #[schema(minimum = 0)]
    pub deleted: i64,
    /// Records it had changed that have their earlier values again.
    #[schema(minimum = 0)]
    pub restored: i64,
    /// Records that were left alone, because somebody changed them since or they are out of reach.
    #[schema(minimum = 0)]
    pub conflicts: i64,
}

/// A file of records on its way in, and what became of its rows.
#[derive(Debug, Clone, Record)]
#[record(path = "/imports", one = "import", many = "imports", tag = "Imports", fa = "درون‌ریزی‌ها")]
pub struct Import {
    #[record(base)]
    pub base: Base,
    /// What the rows are, such as `customers`.
    #[record(fixed, min = 1, max = 50, example = r#""customers""#, fa = "موجودیت")]
    pub object: String,
    /// How the file is written.
    #[record(fixed, example = r#""csv""#, fa = "قالب")]
    pub format: ImportFormat,
    /// What a row does: make a record, change one, or whichever applies.
    #[record(fixed, example = r#""upsert""#, fa = "شیوه")]
    pub mode: ImportMode,
    /// By what a row finds its record: `id`, `external_id:SYSTEM`, and for customers `email` or `phone`. With `create`, a row that finds one is skipped.
    #[record(fixed, max = 70, example = r#""email""#, fa = "یافتن با")]
    pub match_on: Option<String>,
    /// Checks every row as if it were written, and writes none.
    #[record(fixed, default, fa = "اجرای آزمایشی")]
    pub dry_run: bool,
    /// Heading to target, or to null to leave the column out; what it does not name is guessed. CSV only.
    #[record(fixed, like = ImportMapping, example = r#"{"Mail": "contact_points[email]"}"#, fa = "نگاشت ستون‌ها")]
    pub mapping: Option<ImportMapping>,
    /// What cells mean where they are not to be read as they stand, by heading: a cell, letter by letter, to what is to be read instead, or
    /// to null for nothing. CSV only.
    #[record(fixed, like = ImportMeanings, example = r#"{"Group": {"WHOLSALE": "Wholesale", "n/a": null}}"#, fa = "برگردان مقدارها")]
    pub meanings: Option<ImportMeanings>,
    /// Headings of columns in which every row must say something; a row with an empty cell there fails. CSV only.
    #[record(fixed, max = 200, example = r#"["Mail"]"#, fa = "ستون‌های لازم")]
    pub required_columns: Vec<String>,
    /// Members that every row gets unless it says them itself.
    #[record(fixed, like = ImportDefaults, example = r#"{"lifecycle_stage": "lead"}"#, fa = "مقدارهای پیش‌فرض")]
    pub defaults: Option<ImportDefaults>,
    /// Where its values come from, for whoever asks later what that source was worth.
    #[record(fixed, fa = "منبع داده")]
    pub data_source_id: Option<Id<DataSource>>,
    /// What the file is called where it came from.
    #[record(fixed, max = 255, example = r#""contacts.csv""#, fa = "نام پرونده")]
    pub file_name: Option<String>,
    /// How far it is.
    #[record(server, example = r#""done""#, fa = "وضعیت")]
    pub state: ImportState,
    /// Whose export the header row was taken for, such as `google_contacts`.
    #[record(server, max = 50, example = r#""general""#, fa = "چیدمان")]
    pub layout: Option<String>,
    /// The file's encoding, by its name in the WHATWG standard.
    #[record(server, max = 50, example = r#""UTF-8""#, fa = "کدگذاری")]
    pub encoding: Option<String>,
    /// What stands between the cells of a CSV.
    #[record(server, max = 1, example = r#"",""#, fa = "جداکننده")]
    pub separator: Option<String>,
    /// The file's columns and where their cells go.
    #[record(server, items = ImportColumn, max = 1000, example = r#"[{"header": "Mail", "target": "contact_points[email]"}]"#, fa = "ستون‌ها")]
    pub columns: Vec<ImportColumn>,
    /// Headings of columns whose cells go nowhere, cut to 100 characters.
    #[record(server, max = 1000, example = r#"["Photo"]"#, fa = "ستون‌های کنارگذاشته")]
    pub unmapped: Vec<String>,
    /// How many rows were read, and what became of them.
    #[record(server, like = ImportCounts, example = r#"{"read": 3, "created": 2, "updated": 0, "unchanged": 0, "skipped": 0, "failed": 1}"#, fa = "شمارش")]
    pub counts: ImportCounts,
    /// How large the file is, unpacked, in bytes.
    #[record(server, example = "1042", fa = "حجم")]
    pub size_bytes: Option<i64>,
    /// The file's SHA-256 as RFC 9530 writes it.
    #[record(server, max = 100, fa = "چکیده")]
    pub digest: Option<String>,
    /// Why it could not go on.
    #[record(server, like = ImportFailure, fa = "علت ناکامی")]
    pub failure: Option<ImportFailure>,
    /// How far taking it back is; null unless that was asked for.
    #[record(server, like = ImportUndo, fa = "بازگردانی")]
    pub undo: Option<ImportUndo>,
    /// When its rows began to be written.
    #[record(server, fa = "آغاز")]
    pub started_at: Option<Instant>,
    /// When it came to its end.
    #[record(server, fa = "پایان")]
    pub finished_at: Option<Instant>,
}

/// By what a row finds its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MatchOn {
    Id,
    /// What another system calls it.
    ExternalId(String),
    Email,
    Phone,
}

impl MatchOn {
    /// Reads `id`, `external_id:SYSTEM`, `email` or `phone`; none for anything else.
    pub fn parse(text: &str) -> Option<MatchOn> {
        match text.split_once(':') {
            Some(("external_id", system)) if !system.is_empty() && system.chars().count() <= 50 => {
                Some(MatchOn::ExternalId(system.to_owned()))
            }
            None if text == "id" => Some(MatchOn::Id),
            None if text == "email" => Some(MatchOn::Email),
            None if text == "phone" => Some(MatchOn::Phone),
            _ => None,
        }
    }
}

impl Rules for Import {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        let parties = self.object == "customers";
        match self.match_on.as_deref().map(MatchOn::parse) {
            None if self.mode != ImportMode::Create => problems.add("/match_on", Code::Required),
            Some(None) => refuse(&mut problems, parties),
            Some(Some(MatchOn::Email | MatchOn::Phone)) if !parties => refuse(&mut problems, false),
            _ => {}
        }
        if self.format == ImportFormat::Vcard && !parties {
            problems.with("/format", Code::Conflict, vec![("with", "/object".to_owned())]);
        }
        if self.format != ImportFormat::Csv && self.mapping.as_ref().is_some_and(|m| !m.0.is_empty()) {
            problems.with("/mapping", Code::Conflict, vec![("with", "/format".to_owned())]);
        }
        if self.format != ImportFormat::Csv && self.meanings.as_ref().is_some_and(|v| !v.0.is_empty()) {
            problems.with("/meanings", Code::Conflict, vec![("with", "/format".to_owned())]);
        }
        if self.format != ImportFormat::Csv && !self.required_columns.is_empty() {
            problems.with("/required_columns", Code::Conflict, vec![("with", "/format".to_owned())]);
        }
        if self.file_name.as_deref().is_some_and(|name| !is_plain_name(name)) {
            problems.add("/file_name", Code::Character);
        }
        problems
    }
}

/// Whether a text is the name of a file and nothing more. It is never a path here, since files are kept under ids; but whoever is shown
/// it, or saves a result under it, is not led elsewhere by it.
fn is_plain_name(name: &str) -> bool {
    !(name.contains(['/', '\\', '\n', '\t'])
        || matches!(name.trim(), "." | "..")
        || text::has_control(name)
        || text::has_bidi_control(name))
}

fn refuse(problems: &mut Problems, parties: bool) {
    let allowed = if parties {
        "id, external_id:SYSTEM, email, phone"
    } else {
        "id, external_id:SYSTEM"
    };
    problems.with("/match_on", Code::NotAllowed, vec![("allowed", allowed.to_owned())]);
}

/// What is known of a file that has arrived.
#[derive(Debug, Clone)]
pub struct Arrived {
    pub layout: Option<String>,
    pub encoding: String,
    pub separator: Option<char>,
    pub mapping: Mapping,
    pub size_bytes: i64,
    pub digest: String,
}

impl Import {
    /// By what a row finds its record; none where rows only make new ones.
    pub fn matches(&self) -> Option<MatchOn> {
        self.match_on.as_deref().and_then(MatchOn::parse)
    }

    /// Its file is here, or here again.
    ///
    /// # Errors
    /// `import_started` when rows were written already.
    pub fn receive(&mut self, file: Arrived) -> Result<()> {
        if !matches!(self.state, ImportState::Open | ImportState::Uploaded) {
            return Err(Error::Conflict("import_started"));
        }
        self.state = ImportState::Uploaded;
        self.layout = file.layout;
        self.encoding = Some(file.encoding);
        self.separator = file.separator.map(String::from);
        self.size_bytes = Some(file.size_bytes);
        self.digest = Some(file.digest);
        self.map(&file.mapping);
        Ok(())
    }

    /// The columns go where this says.
    pub fn map(&mut self, mapping: &Mapping) {
        let cut = |text: &str, most: usize| text.chars().take(most).collect::<String>();
        let column = |c: &Column| ImportColumn {
            header: cut(&c.header, 200),
            target: c.target.clone(),
        };
        self.columns = mapping.iter().map(column).collect();
        self.unmapped = super::mapping::unmapped(mapping).map(|(_, header)| cut(header, 100)).collect();
    }

    /// Its rows are to be written now.
    ///
    /// # Errors
    /// `import_without_data` before the file is here, `import_started` when that was asked before.
    pub fn start(&mut self, now: Instant) -> Result<()> {
        match self.state {
            ImportState::Uploaded => {
                self.state = ImportState::Running;
                self.started_at = Some(now);
                Ok(())
            }
            ImportState::Open => Err(Error::Conflict("import_without_data")),
            _ => Err(Error::Conflict("import_started")),
        }
    }

    /// No further row is written; those that were stay.
    ///
    /// # Errors
    /// `import_ended` when it came to its end before.
    pub fn abort(&mut self, now: Instant) -> Result<()> {
        if matches!(self.state, ImportState::Done | ImportState::Failed | ImportState::Aborted) {
            return Err(Error::Conflict("import_ended"));
        }
        self.state = ImportState::Aborted;
        self.finished_at = Some(now);
        Ok(())
    }

    /// It came to its end: all rows were tried, or it could not go on.
    pub fn end(&mut self, failure: Option<ImportFailure>, now: Instant) {
        self.state = if failure.is_some() {
            ImportState::Failed
        } else {
            ImportState::Done
        };
        self.failure = failure;
        self.finished_at = Some(now);
    }

    /// What it did is to be taken back.
    ///
    /// # Errors
    /// `import_running` while rows may still be written, `import_nothing_to_undo` where none was, `import_undone` when that was asked
    /// before.
    pub fn take_back(&mut self) -> Result<()> {
        match self.state {
            ImportState::Running => Err(Error::Conflict("import_running")),
            _ if self.undo.is_some() => Err(Error::Conflict("import_undone")),
            _ if self.dry_run || self.started_at.is_none() => Err(Error::Conflict("import_nothing_to_undo")),
            _ => {
                self.undo = Some(ImportUndo::default());
                Ok(())
            }
        }
    }
}

//! Reading ahead: rows become bodies, and bodies of new records are checked, on a thread of their own while another writes.
use super::problem::{RowProblem, of_error};
use super::reader::{Cells, Format, Known, Place, ReadError, Reader};
use crate::http::app::context;
use domain::core::actor::Actor;
use domain::core::error::Result;
use domain::core::field::{Access, Kind, Lookup as _};
use domain::core::problem::{Code, Problems};
use domain::core::resource::{Setting, Spec};
use domain::customize::field::Declaration;
use domain::integration::card::{self, LeftOver};
use domain::integration::import::{Import, ImportFormat, ImportMode, MatchOn};
use domain::integration::mapping::{self, Column, Layout, Mapping};
use domain::integration::plan::{Filled, Plan};
use domain::integration::target::Target;
use encoding_rs::Encoding;
use persistence::core::object::{Drafted, Object};
use serde_json::{Map, Value};
use std::fs::File;
use std::path::Path;
use uuid::Uuid;

/// Everything that stays the same from row to row.
pub struct Work {
    pub import: Uuid,
    pub object: &'static dyn Object,
    pub mode: ImportMode,
    pub matches: Option<MatchOn>,
    pub dry_run: bool,
    pub defaults: Map<String, Value>,
    pub plan: Plan,
    /// Who started it, as far as reading ahead is concerned; writing looks again.
    pub actor: Actor,
    pub setting: Setting,
}

/// A row on its way to the writer.
pub struct Prepared {
    pub number: i64,
    pub next: Place,
    pub ready: Ready,
}

/// What reading a row came to.
pub enum Ready {
    /// It says nothing.
    Empty,
    Bad(Vec<RowProblem>),
    Row(Box<RowData>),
}

/// A row that could be read.
pub struct RowData {
    pub filled: Filled,
    /// The unit that the row says it belongs to.
    pub unit: Option<Value>,
    /// Whether the row says what kind of party it is, or that was concluded from its names.
    pub says_kind: bool,
    /// What is to be told of it though it was taken in.
    pub told: Vec<RowProblem>,
    /// The new record, checked ahead, or what is wrong with it; none where that has to wait for storage.
    pub draft: Option<Result<Box<dyn Drafted>, Vec<RowProblem>>>,
}

impl Work {
    /// The body of a create for this row.
    pub fn new_body(&self, filled: &Filled) -> Map<String, Value> {
        let mut body = filled.body.clone();
        for (name, value) in &self.defaults {
            if !body.contains_key(name) && !filled.lookups.iter().any(|(member, ..)| member == name) {
                body.insert(name.clone(), value.clone());
            }
        }
        body
    }

    fn prepare(&self, cells: Cells) -> Ready {
        let (mut told, mut says_kind) = (Vec::new(), None);
        let filled = match cells {
            Cells::Csv(cells) => match self.plan.body(&cells) {
                Ok(filled) => filled,
                Err(wrong) => return Ready::Bad(wrong.into_iter().map(RowProblem::from).collect()),
            },
            Cells::Json(mut body) => {
                // Our own export says these; they are the server's.
                for name in ["object", "version", "created_at", "updated_at", "created_by", "updated_by"] {
                    body.remove(name);
                }
                let id = body.remove("id").and_then(|id| id.as_str().map(str::to_owned));
                Filled {
                    id,
                    body,
                    ..Filled::default()
                }
            }
            Cells::Card(card) => {
                let country = self.defaults.get("country").and_then(Value::as_str);
                let (filled, left) = card::body(&card, country.unwrap_or(&self.setting.default_region));
                for one in left {
                    let problem = RowProblem::of(match one {
                        LeftOver::Photo => "photo_left_out",
                        LeftOver::Noted => "value_noted",
                    });
                    if !told.contains(&problem) {
                        told.push(problem);
                    }
                }
                says_kind = Some(card.kind.is_some());
                filled
            }
        };
        if filled.body.is_empty() && filled.id.is_none() && filled.lookups.is_empty() {
            return Ready::Empty;
        }
        let mut data = RowData {
            unit: None,
            says_kind: says_kind.unwrap_or_else(|| filled.from.is_empty() || filled.from.iter().any(|(pointer, _)| pointer == "/kind")),
            told,
            filled,
            draft: None,
        };
        data.unit = data.filled.body.remove("unit_id").filter(|unit| !unit.is_null());
        if self.mode != ImportMode::Update && data.filled.lookups.is_empty() && self.matches != Some(MatchOn::Id) {
            data.draft = Some(self.draft(&data.filled, None));
        }
        Ready::Row(Box::new(data))
    }

    /// The new record of a row, or what is wrong with it.
    pub fn draft(&self, filled: &Filled, id: Option<Uuid>) -> Result<Box<dyn Drafted>, Vec<RowProblem>> {
        let context = context(&self.actor, &self.setting, self.import);
        let drafted = self.object.draft(&context, id, self.new_body(filled));
        drafted.map_err(|error| {
            of_error(error, |v| RowProblem::violation(v, &self.plan, filled)).unwrap_or_else(|_| vec![RowProblem::of("conflict")])
        })
    }

    /// Reads rows behind a place and hands them over in batches, until the file ends or nobody takes them.
    ///
    /// # Errors
    /// When the file can't be read, or not further.
    pub fn read_ahead(&self, reader: Reader<File>, mut give: impl FnMut(Vec<Prepared>) -> bool) -> Result<(), ReadError> {
        let mut batch = Vec::with_capacity(BATCH);
        let mut bytes = reader.place().offset;
        for row in reader {
            let row = match row {
                Ok(row) => row,
                Err(error) => {
                    give(batch);
                    return Err(error);
                }
            };
            let ready = match row.cells {
                Ok(cells) => self.prepare(cells),
                Err(bad) => Ready::Bad(vec![bad.error.into()]),
            };
            batch.push(Prepared {
                number: row.number as i64,
                next: row.next,
                ready,
            });
            if batch.len() >= BATCH || row.next.offset - bytes > BATCH_BYTES {
                bytes = row.next.offset;
                if !give(std::mem::replace(&mut batch, Vec::with_capacity(BATCH))) {
                    return Ok(());
                }
            }
        }
        give(batch);
        Ok(())
    }
}

/// Rows handed over at once, and the bytes of the file after which fewer are.
pub const BATCH: usize = 64;
const BATCH_BYTES: u64 = 1 << 20;

/// Opens an import's file as it was recognised when it arrived.
///
/// # Errors
/// As [`Reader::open`].
pub fn open(path: &Path, import: &Import) -> Result<Reader<File>, ReadError> {
    let known = Known {
        encoding: import.encoding.as_deref().and_then(|name| Encoding::for_label(name.as_bytes())),
        separator: import.separator.as_deref().and_then(|s| s.bytes().next()),
    };
    Reader::open(path, format(import.format), known)
}

/// The format as the reader names it.
pub fn format(format: ImportFormat) -> Format {
    match format {
        ImportFormat::Csv => Format::Csv,
        ImportFormat::Ndjson => Format::Ndjson,
        ImportFormat::Vcard => Format::Vcard,
    }
}

/// Where the columns of a file go: the guess, with what the operator said over it.
///
/// # Errors
/// What [`mapping::merge`] says, and `unknown_field` at `/mapping/HEADING` for a member that the object has not.
pub fn columns(headers: &[String], import: &Import, spec: &Spec, custom: &[Declaration]) -> Result<(Layout, Mapping), Problems> {
    let (layout, mut mapping) = mapping::guess(headers);
    for column in &mut mapping {
        fit(column, spec);
    }
    let mut mapping = match &import.mapping {
        Some(explicit) => mapping::merge(mapping, &explicit.0)?,
        None => mapping,
    };
    let mut problems = Problems::default();
    let said = |header: &str| import.mapping.as_ref().is_some_and(|m| m.0.contains_key(header));
    for column in &mut mapping {
        let Some(Ok(target)) = column.target.as_deref().map(Target::parse) else {
            continue;
        };
        if knows(&target, spec, custom) {
            continue;
        }
        // A guess that this object has no place for is no mistake of the operator's.
        if said(&column.header) {
            problems.add(
                format!("/mapping/{}", domain::core::input::escape(&column.header)),
                Code::UnknownField,
            );
        }
        column.target = None;
    }
    problems.or((layout, mapping))
}

/// Headings that are members' own names mean them, the unit among them: a row must not pretend to one.
fn fit(column: &mut Column, spec: &Spec) {
    let name = column.header.trim().trim_start_matches('\u{FEFF}');
    let own = spec
        .field(name)
        .is_some_and(|f| f.kind != Kind::Structure && (f.access != Access::Server || name == "unit_id"));
    if own {
        column.target = Some(name.to_owned());
    }
}

fn knows(target: &Target, spec: &Spec, custom: &[Declaration]) -> bool {
    let has = |name: &str| spec.field(name).is_some();
    match target {
        Target::Id | Target::ExternalId(_) => true,
        Target::Member(name) => spec.field(name).is_some_and(|f| f.access != Access::Server || name == "unit_id"),
        Target::Lookup(name, _) => spec.field(name).is_some_and(|f| matches!(f.kind, Kind::Reference(_))),
        Target::Amount(name, _) => spec
            .field(name)
            .is_some_and(|f| f.kind == Kind::Money && f.access != Access::Server),
        Target::BirthDate(_) => has("birth_date"),
        Target::Point { .. } => has("contact_points"),
        Target::Address { .. } => has("addresses"),
        Target::Custom(name) => custom.iter().any(|d| d.name == *name),
    }
}

/// The plan of a mapping.
///
/// # Errors
/// What [`Plan::new`], [`Plan::reading`] and [`Plan::requiring`] say.
pub fn plan(import: &Import, mapping: &Mapping, layout: Layout, spec: &Spec, custom: &[Declaration]) -> Result<Plan, Problems> {
    let plan = Plan::new(mapping, layout, None, |path| match path.strip_prefix("custom.") {
        Some(name) => custom.iter().find(|d| d.name == name).map(|d| d.field_kind()),
        None => spec.kind(path).or_else(|| spec.field(path).map(|f| f.kind.clone())),
    })?;
    let plan = match &import.meanings {
        Some(meanings) => plan.reading(mapping, &meanings.0)?,
        None => plan,
    };
    plan.requiring(mapping, &import.required_columns)
}

//! Writing one row: the record it means is found, made or changed through the same pipeline as a request.
use super::prepare::{Prepared, Ready, RowData, Work};
use super::problem::{RowProblem, of_error};
use domain::core::error::{Error, Result};
use domain::core::field::Kind;
use domain::core::identifiers::{email, phone};
use domain::core::pipeline::{Context, Done, Expect};
use domain::core::problem::{Code, Violation};
use domain::core::store::Storage as _;
use domain::customers::contact_point::{ContactKind, ContactPoint};
use domain::customers::customer::Customer;
use domain::integration::import::{ImportMode, MatchOn, Outcome};
use domain::integration::merge;
use domain::integration::target::By;
use persistence::core::conn::Conn;
use persistence::core::{object, read};
use persistence::customers::duplicate;
use persistence::integration::rows::{Entry, Named, named};
use serde_json::{Map, Value};
use std::borrow::Cow;
use uuid::Uuid;

/// What became of a row, and whether something may have been written that must be undone because it failed.
pub struct Applied {
    pub entry: Entry,
    pub dirty: bool,
}

/// Why a row was not written: for its own sake, or because nothing can be written now.
enum Stop {
    Row(Vec<RowProblem>),
    /// It asks for nothing, for this reason; the record it is about.
    Skip(&'static str, Option<Uuid>),
    Fault(Error),
    /// As `Row`, after something was written.
    Dirty(Vec<RowProblem>),
}
impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Fault(error)
    }
}

struct Made {
    outcome: Outcome,
    id: Uuid,
    version: i64,
}

/// Writes a row.
///
/// # Errors
/// Only what is not about the row.
pub fn apply(conn: &mut Conn, context: &Context<'_>, work: &Work, row: &Prepared) -> Result<Applied> {
    let made = match &row.ready {
        Ready::Empty => Err(Stop::Skip("empty_row", None)),
        Ready::Bad(problems) => Err(Stop::Row(problems.clone())),
        Ready::Row(data) => write(conn, context, work, data),
    };
    let entry = |outcome, record, version, problems: Vec<RowProblem>| Entry {
        number: row.number,
        outcome,
        record,
        made: None,
        version,
        errors: (!problems.is_empty()).then(|| serde_json::to_string(&problems).unwrap_or_default()),
        undo: None,
    };
    let (entry, dirty) = match made {
        Ok(made) => (entry(made.outcome, Some(made.id), Some(made.version), told(row)), false),
        Err(Stop::Skip(code, record)) => (entry(Outcome::Skipped, record, None, vec![RowProblem::of(code)]), false),
        Err(Stop::Row(problems)) => (entry(Outcome::Failed, None, None, problems), false),
        Err(Stop::Dirty(problems)) => (entry(Outcome::Failed, None, None, problems), true),
        Err(Stop::Fault(error)) => return Err(error),
    };
    Ok(Applied { entry, dirty })
}

/// What is to be told of a row that was taken in.
fn told(row: &Prepared) -> Vec<RowProblem> {
    match &row.ready {
        Ready::Row(data) => data.told.clone(),
        Ready::Empty | Ready::Bad(_) => Vec::new(),
    }
}

fn write(conn: &mut Conn, context: &Context<'_>, work: &Work, data: &RowData) -> Result<Made, Stop> {
    let looked_up = refer(conn, context, work, data)?;
    let found = find(conn, context, work, data)?;
    match (work.mode, found) {
        (ImportMode::Create, Some((id, seen))) => match seen {
            Some(_) => Err(Stop::Skip("exists", Some(id))),
            None => Err(Stop::Row(vec![RowProblem::of("conflict")])),
        },
        (_, Some((_, None))) => Err(Stop::Row(vec![RowProblem::of("conflict")])),
        (_, Some((id, Some(current)))) => change(conn, context, work, data, &looked_up, id, &current),
        (ImportMode::Update, None) => Err(Stop::Row(vec![RowProblem::of("no_match")])),
        (_, None) => create(conn, context, work, data, &looked_up),
    }
}

/// What an error of the pipeline means: it may have come after something was written.
fn stop(error: Error, work: &Work, data: &RowData) -> Stop {
    let late = |v: &Violation| v.code == Code::Taken || v.pointer.starts_with("/external_ids") || data.filled.body.contains_key("custom");
    let dirty = match &error {
        Error::Invalid(problems) => problems.0.iter().any(late),
        Error::NotFound | Error::Forbidden(_) => false,
        _ => true,
    };
    match of_error(error, |v| RowProblem::violation(v, &work.plan, &data.filled)) {
        Ok(problems) if dirty => Stop::Dirty(problems),
        Ok(problems) => Stop::Row(problems),
        Err(fault) => Stop::Fault(fault),
    }
}

fn create(conn: &mut Conn, context: &Context<'_>, work: &Work, data: &RowData, looked_up: &Map<String, Value>) -> Result<Made, Stop> {
    let fresh;
    let draft = match &data.draft {
        Some(draft) => draft,
        None => {
            let mut filled = data.filled.clone();
            filled.body.extend(looked_up.clone());
            fresh = work.draft(&filled, row_id(data)?);
            &fresh
        }
    };
    let draft = draft.as_ref().map_err(|problems| Stop::Row(problems.clone()))?;
    if let Some(unit) = &data.unit {
        let owner = data
            .filled
            .body
            .get("owner_id")
            .or_else(|| looked_up.get("owner_id"))
            .and_then(Value::as_str);
        let owner = owner
            .map_or(Ok(context.actor.user_id), Uuid::try_parse)
            .map_err(|_| forbidden(work, data))?;
        belongs(conn, work, data, unit, owner)?;
    }
    let kept = draft
        .keep(conn, context)
        .and_then(|done| identities(conn, context, data, None, done));
    let done = kept.map_err(|error| match error {
        // Its id is in use, by a record that is out of sight.
        // Nothing was written: the customer is refused before their row is.
        Error::Conflict(code @ "identifier_erased") => Stop::Skip(code, None),
        Error::Taken(field) if field == "id" || field.ends_with("_pkey") => Stop::Dirty(vec![RowProblem::of("conflict")]),
        error => stop(error, work, data),
    })?;
    Ok(Made {
        outcome: Outcome::Created,
        id: done.id,
        version: done.version,
    })
}

fn change(
    conn: &mut Conn,
    context: &Context<'_>,
    work: &Work,
    data: &RowData,
    looked_up: &Map<String, Value>,
    id: Uuid,
    current: &Map<String, Value>,
) -> Result<Made, Stop> {
    let mut body = data.filled.body.clone();
    body.extend(looked_up.clone());
    if !data.says_kind {
        body.remove("kind");
    }
    if let Some(unit) = &data.unit
        && Some(unit) != current.get("unit_id")
    {
        let owner = body.get("owner_id").or_else(|| current.get("owner_id")).and_then(Value::as_str);
        let owner = owner.and_then(|o| Uuid::try_parse(o).ok()).ok_or_else(|| forbidden(work, data))?;
        belongs(conn, work, data, unit, owner)?;
    }
    let text = |map: &Map<String, Value>| map.get("country").and_then(Value::as_str).map(str::to_owned);
    let region = text(&body)
        .or_else(|| text(current))
        .unwrap_or_else(|| context.setting.default_region.clone());
    merge::lists(&mut body, current, &region);
    let before = match identified(data) {
        true => duplicate::find(conn, id).map_err(Stop::Fault)?,
        false => None,
    };
    let done = work
        .object
        .patch(conn, context, id, Expect::Any, body)
        .and_then(|done| identities(conn, context, data, before.as_ref(), done))
        .map_err(|error| match error {
            Error::Conflict(code @ ("identifier_erased" | "customer_erased")) => Stop::Skip(code, Some(id)),
            error => stop(error, work, data),
        })?;
    Ok(Made {
        outcome: if done.changed { Outcome::Updated } else { Outcome::Unchanged },
        id,
        version: done.version,
    })
}

/// A file may say telephones and addresses of email that others have, since its rows find their records by `match_on`; no two customers
/// have the same national or legal id.
fn identities(conn: &mut Conn, context: &Context<'_>, data: &RowData, before: Option<&Customer>, done: Done) -> Result<Done, Error> {
    if done.changed && identified(data) && context.sight("customers", "read").is_ok() {
        duplicate::identities(conn, context, before, done.id)?;
    }
    Ok(done)
}

/// Whether a row says a national or legal id, which customers alone have.
fn identified(data: &RowData) -> bool {
    ["national_id", "legal_id"].iter().any(|name| data.filled.body.contains_key(*name))
}

fn forbidden(work: &Work, data: &RowData) -> Stop {
    let v = Violation {
        pointer: "/unit_id".to_owned(),
        code: Code::Forbidden,
        params: Vec::new(),
    };
    Stop::Row(vec![RowProblem::violation(&v, &work.plan, &data.filled)])
}

/// The unit follows the owner; a row that names another one is refused rather than passed over.
fn belongs(conn: &mut Conn, work: &Work, data: &RowData, unit: &Value, owner: Uuid) -> Result<(), Stop> {
    let its = conn.unit_of(owner)?.flatten().map(|unit| unit.to_string());
    if unit.as_str().map(str::to_lowercase) == its {
        Ok(())
    } else {
        Err(forbidden(work, data))
    }
}

/// The id that a row brings.
fn row_id(data: &RowData) -> Result<Option<Uuid>, Stop> {
    let Some(text) = &data.filled.id else { return Ok(None) };
    match Uuid::try_parse(text) {
        Ok(id) if text.len() == 36 => Ok(Some(id)),
        _ => {
            let mut problem = RowProblem::of("format");
            problem.pointer = "/id".to_owned();
            problem.params.insert("format".to_owned(), "UUID".to_owned());
            Err(Stop::Row(vec![problem]))
        }
    }
}

/// The record that a row means, and what is there where it is in sight.
type Found = (Uuid, Option<Map<String, Value>>);

fn find(conn: &mut Conn, context: &Context<'_>, work: &Work, data: &RowData) -> Result<Option<Found>, Stop> {
    let Some(matches) = &work.matches else { return Ok(None) };
    let object = work.object.spec().object;
    let mut ids: Vec<Uuid> = Vec::new();
    let mut asked = false;
    match matches {
        MatchOn::Id => {
            ids.extend(row_id(data)?);
            asked = !ids.is_empty();
        }
        MatchOn::ExternalId(system) => {
            let value = data
                .filled
                .body
                .get("external_ids")
                .and_then(|ids| ids.get(system))
                .and_then(Value::as_str);
            if let Some(value) = value {
                asked = true;
                ids = named(conn, object, &Named::External(system, value))?;
            }
        }
        MatchOn::Email | MatchOn::Phone => {
            let kind = if *matches == MatchOn::Email { "email" } else { "phone" };
            for value in keys(data, kind, &context.setting.default_region) {
                asked = true;
                for id in named(conn, object, &Named::Key(kind, &value))? {
                    if !ids.contains(&id) {
                        ids.push(id);
                    }
                }
            }
        }
    }
    if !asked && work.mode == ImportMode::Update {
        let mut problem = RowProblem::of(Code::Required.as_str());
        problem.pointer = match matches {
            MatchOn::Id => "/id".to_owned(),
            MatchOn::ExternalId(system) => format!("/external_ids/{system}"),
            MatchOn::Email | MatchOn::Phone => "/contact_points".to_owned(),
        };
        return Err(Stop::Row(vec![problem]));
    }
    let id = match ids[..] {
        [] => return Ok(None),
        [id] => id,
        _ => return Err(Stop::Row(vec![RowProblem::of(Code::Ambiguous.as_str())])),
    };
    let sight = context.sight(work.object.spec().object, "read");
    let current = match sight {
        Ok(sight) => read::some(conn, &sight, work.object.spec(), &[id])?.pop(),
        Err(_) => None,
    };
    // By our own id, what is not there is to be made; what is there but out of sight shows when that fails.
    Ok(match (&current, matches) {
        (None, MatchOn::Id) => None,
        _ => Some((id, current)),
    })
}

/// The email addresses or telephone numbers of a row in the form that customers are found by.
fn keys(data: &RowData, kind: &str, default_region: &str) -> Vec<String> {
    let points = data.filled.body.get("contact_points").cloned().unwrap_or_default();
    let points: Vec<ContactPoint> = serde_json::from_value(points).unwrap_or_default();
    let country = data.filled.body.get("country").and_then(Value::as_str).unwrap_or(default_region);
    let key = |p: ContactPoint| match (kind, p.kind) {
        ("email", ContactKind::Email) => email::parse(&p.value).ok().map(|value| email::key(&value)),
        ("phone", ContactKind::Phone | ContactKind::Mobile | ContactKind::Fax) => {
            phone::parse(&p.value, country).ok().map(|phone| phone.e164)
        }
        _ => None,
    };
    points.into_iter().filter_map(key).collect()
}

/// The references of a row by something else than our own id.
fn refer(conn: &mut Conn, context: &Context<'_>, work: &Work, data: &RowData) -> Result<Map<String, Value>, Stop> {
    let (mut out, mut wrong) = (Map::new(), Vec::new());
    for (member, by, cell) in &data.filled.lookups {
        let Some(Kind::Reference(object)) = work.object.spec().field(member).map(|f| &f.kind) else {
            continue;
        };
        let key = match by {
            By::Email => email::parse(cell).map_or(Cow::Borrowed(cell.as_str()), |value| Cow::Owned(email::key(&value))),
            By::Phone => {
                let parsed = phone::parse(cell, &context.setting.default_region);
                parsed.map_or(Cow::Borrowed(cell.as_str()), |phone| Cow::Owned(phone.e164))
            }
            _ => Cow::Borrowed(cell.as_str()),
        };
        let name = match (by, *object) {
            (By::External(system), _) => Some(Named::External(system, cell)),
            (By::Name, "customers") => Some(Named::Column("display_name", cell)),
            (By::Name, object) if object::named(object).is_some_and(|o| o.spec().field("name").is_some()) => {
                Some(Named::Column("name", cell))
            }
            (By::Email, "users") => Some(Named::Column("email", &key)),
            (By::Email, "customers") => Some(Named::Key("email", &key)),
            (By::Phone, "customers") => Some(Named::Key("phone", &key)),
            _ => None,
        };
        let mut ids = match name {
            Some(name) => named(conn, object, &name)?,
            None => Vec::new(),
        };
        // What is out of sight is as if it were not there.
        let mut seen = Vec::new();
        for id in ids.drain(..) {
            if conn.reaches(context.actor, object, "read", id)? {
                seen.push(id);
            }
        }
        let code = match seen[..] {
            [id] => {
                out.insert(member.clone(), Value::String(id.to_string()));
                continue;
            }
            [] => Code::NotFound,
            _ => Code::Ambiguous,
        };
        let v = Violation {
            pointer: format!("/{member}"),
            code,
            params: Vec::new(),
        };
        wrong.push(RowProblem::violation(&v, &work.plan, &data.filled));
    }
    if wrong.is_empty() { Ok(out) } else { Err(Stop::Row(wrong)) }
}

//! What a bulk action does, held against what there is, and doing it to one record: through the pipeline of a request, with the caller's
//! own rights.
use crate::http::contract::mounted_with;
use crate::http::guard;
use crate::integration::behalf::CLOSED;
use crate::integration::import::problem::{RowProblem, of_error};
use domain::core::actor::Sight;
use domain::core::error::{Error, Result};
use domain::core::field::{Access, Kind};
use domain::core::input::members;
use domain::core::pipeline::{Context, Done, Expect, Storage as _};
use domain::core::problem::{Code, Problems};
use domain::core::resource::Spec;
use domain::customers::group::{GroupKind, GroupMember};
use domain::integration::bulk::{BulkAction, BulkAssign, BulkGroup, BulkTag, BulkWhat};
use domain::integration::import::Outcome;
use persistence::core::conn::Conn;
use persistence::core::object::{Object, Of};
use persistence::core::{custom, read};
use persistence::customers::group;
use persistence::integration::bulk::Which;
use persistence::integration::rows::Entry;
use serde_json::{Map, Value, json};
use uuid::Uuid;

const MEMBERS: &dyn Object = &Of::<GroupMember>::NEW;
/// The field of an object's tags.
const TAGS: &str = "tags";

/// What is done to a record.
#[derive(Debug, Clone)]
enum What {
    Patch(Map<String, Value>),
    Tags(BulkTag),
    Join(Uuid),
    Leave(Uuid),
}

/// A bulk action that can be run.
pub struct Work {
    pub object: &'static dyn Object,
    what: What,
    /// Those that a condition finds; else those of `ids`.
    pub which: Option<Which>,
    /// In their order.
    pub ids: Vec<Uuid>,
}

/// The objects that are changed in bulk.
fn open() -> impl Iterator<Item = &'static dyn Object> {
    let all = mounted_with().into_values();
    all.filter(|(object, has)| has.writes() && !CLOSED.contains(&object.spec().tag))
        .map(|(object, _)| object)
}

impl Work {
    /// Holds an action against the fields of its object and the rights of the actor.
    ///
    /// # Errors
    /// `Error::Invalid` with all that is wrong; `Error::Forbidden` where the actor may do that to no record at all; `group_is_dynamic`.
    pub fn new(conn: &mut Conn, context: &Context<'_>, action: &BulkAction) -> Result<Work> {
        let Some(object) = open().find(|o| o.spec().object == action.object) else {
            let mut problems = Problems::default();
            let names: Vec<&str> = open().map(|o| o.spec().object).collect();
            problems.with("/object", Code::NotAllowed, vec![("allowed", names.join(", "))]);
            return Err(problems.into());
        };
        let spec = object.spec();
        context.sight(spec.object, "read")?;
        let mut problems = Problems::default();
        let what = what(conn, context, object, &action.action, &mut problems)?;
        let which = match action.filter()? {
            None => None,
            Some(condition) => match read::check(conn, spec, context.actor, condition) {
                Ok(condition) => Some(Which {
                    condition,
                    until: action.started_at.unwrap_or(action.base.created_at),
                }),
                Err(Error::Query(all)) => {
                    all.into_iter().for_each(|(_, wrong)| problems.extend(wrong.at("/condition")));
                    None
                }
                Err(error) => return Err(error),
            },
        };
        problems.or(())?;
        Ok(Work {
            object,
            what: what.ok_or_else(|| Error::Internal("an action was not read and not refused".to_owned()))?,
            which,
            ids: action.ids.clone().unwrap_or_default().0,
        })
    }

    /// The sights within which a record is one that the actor may do this to.
    ///
    /// # Errors
    /// `Error::Forbidden` where they may not at all.
    pub fn sights<'a>(&self, context: &'a Context<'_>) -> Result<Vec<Sight<'a>>> {
        let object = self.object.spec().object;
        let reads = context.sight(object, "read")?;
        Ok(match self.what {
            What::Patch(_) | What::Tags(_) => vec![reads, context.sight(object, "update")?],
            What::Join(_) | What::Leave(_) => vec![reads],
        })
    }

    /// Does it to one record; what became of that, and whether something may have been written that must be taken back.
    ///
    /// # Errors
    /// Only what is not about the record.
    pub fn apply(&self, conn: &mut Conn, context: &Context<'_>, number: i64, id: Uuid) -> Result<Entry> {
        let mut entry = Entry {
            number,
            outcome: Outcome::Updated,
            record: Some(id),
            made: None,
            version: None,
            errors: None,
            undo: None,
        };
        match conn.savepoint(|conn| self.write(conn, context, id)) {
            Ok(Made { done, made }) => {
                entry.version = Some(done.version);
                entry.made = made.map(|_| done.id);
                entry.outcome = match made {
                    _ if !done.changed => Outcome::Unchanged,
                    Some(Joins::In) => Outcome::Created,
                    _ => Outcome::Updated,
                };
            }
            Err(error) => {
                // Passed over is what is not there, and what is not theirs.
                let passed = matches!(error, Error::NotFound | Error::Forbidden(_) | Error::Conflict("merged"));
                entry.outcome = if passed { Outcome::Skipped } else { Outcome::Failed };
                let problems = of_error(error, |v| self.placed(RowProblem::plain(v)))?;
                entry.errors = Some(serde_json::to_string(&problems).map_err(|e| Error::Internal(e.to_string()))?);
            }
        }
        Ok(entry)
    }

    /// A problem of a record's patch, at the member of the action that it comes from, where there is one.
    fn placed(&self, mut problem: RowProblem) -> RowProblem {
        if let What::Patch(body) = &self.what {
            let first = problem.pointer.split('/').nth(1).unwrap_or_default();
            if body.contains_key(first) {
                let member = if body.keys().all(|k| matches!(k.as_str(), "owner_id" | "team_id")) {
                    "assign"
                } else {
                    "change"
                };
                problem.pointer = format!("/action/{member}{}", problem.pointer);
            }
        }
        problem
    }

    fn write(&self, conn: &mut Conn, context: &Context<'_>, id: Uuid) -> Result<Made> {
        let (object, spec) = (self.object, self.object.spec());
        let patch = |conn: &mut Conn, expect, body: Map<String, Value>| {
            let guard = guard::concerned(spec.object, &body);
            guard::watched(guard, conn, context, Some(id), |conn| object.patch(conn, context, id, expect, body))
        };
        match &self.what {
            What::Patch(body) => patch(conn, Expect::Any, body.clone()).map(Made::from),
            What::Tags(tags) => {
                conn.hold(spec.object, id)?;
                let now = object.whole(conn, context, id, false)?.ok_or(Error::NotFound)?;
                let words = now.get(TAGS).cloned().and_then(|v| serde_json::from_value::<Vec<String>>(v).ok());
                let all = tags.apply(&words.unwrap_or_default());
                let body = [(TAGS.to_owned(), json!(all))].into_iter().collect();
                let version = now.get("version").and_then(Value::as_i64).unwrap_or_default();
                patch(conn, Expect::Version(version), body).map(Made::from)
            }
            What::Join(group) | What::Leave(group) => {
                let joins = if matches!(self.what, What::Join(_)) {
                    Joins::In
                } else {
                    Joins::Out
                };
                member(conn, context, *group, id, joins)
            }
        }
    }
}

/// Into a group, or out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joins {
    In,
    Out,
}

/// What was written: the record itself, or that it is in a group.
struct Made {
    done: Done,
    made: Option<Joins>,
}

impl From<Done> for Made {
    fn from(done: Done) -> Self {
        Made { done, made: None }
    }
}

fn member(conn: &mut Conn, context: &Context<'_>, group: Uuid, customer: Uuid, joins: Joins) -> Result<Made> {
    if !read::exists(conn, &context.sight("customers", "read")?, "customers", customer)? {
        return Err(Error::NotFound);
    }
    let found = group::member(conn, &context.sight("group_members", "read")?, group, customer)?;
    let so = |(id, version)| Done {
        id,
        version,
        changed: false,
    };
    let done = match (joins, found) {
        (Joins::In, Some(found)) => so(found),
        (Joins::Out, None) => so((customer, 0)),
        (Joins::In, None) => {
            let body = members(json!({"group_id": group, "customer_id": customer}));
            MEMBERS.create(conn, context, None, body)?
        }
        (Joins::Out, Some((id, _))) => MEMBERS.delete(conn, context, id, Expect::Any)?,
    };
    Ok(Made {
        made: done.changed.then_some(joins),
        done,
    })
}

/// Reads what is to be done; none where problems were noted.
fn what(
    conn: &mut Conn,
    context: &Context<'_>,
    object: &'static dyn Object,
    action: &BulkWhat,
    problems: &mut Problems,
) -> Result<Option<What>> {
    let spec = object.spec();
    if let Some(group) = &action.group {
        return grouped(conn, context, spec, group, problems);
    }
    context.sight(spec.object, "update")?;
    if let Some(tag) = &action.tag {
        let there = spec.field(TAGS).is_some_and(|f| f.kind == Kind::Texts && f.access == Access::Free);
        if !there {
            problems.add("/action/tag", Code::UnknownField);
        }
        return Ok(there.then(|| What::Tags(tag.clone())));
    }
    let (at, body) = match (&action.assign, &action.change) {
        (Some(assign), _) => ("/action/assign", assigned(spec, assign, problems)),
        (None, Some(change)) => ("/action/change", change.0.clone()),
        (None, None) => return Ok(None),
    };
    if body.contains_key("external_ids") {
        // One name can't be that of many.
        problems.add(format!("{at}/external_ids"), Code::Forbidden);
    }
    match object.readable(context.actor, body.clone()) {
        Ok(()) => {}
        Err(Error::Invalid(wrong)) => problems.nest(at, wrong),
        Err(error) => return Err(error),
    }
    refer(conn, context, spec, at, &body, problems)?;
    if let Some(Value::Object(values)) = body.get("custom") {
        let declared = custom::declared(conn, spec.object)?;
        for (name, value) in values {
            let at = format!("{at}/custom/{}", domain::core::input::escape(name));
            match declared.iter().find(|d| d.name == *name) {
                None => problems.add(at, Code::UnknownField),
                Some(declaration) if !value.is_null() => problems.nest(&at, declaration.check(value)),
                Some(_) => {}
            }
        }
    }
    Ok(problems.0.is_empty().then_some(What::Patch(body)))
}

fn assigned(spec: &Spec, assign: &BulkAssign, problems: &mut Problems) -> Map<String, Value> {
    let mut body = Map::new();
    if let Some(owner) = assign.owner_id {
        body.insert("owner_id".to_owned(), json!(owner));
    }
    if let Some(team) = assign.team_id {
        match spec.field("team_id") {
            Some(_) => drop(body.insert("team_id".to_owned(), json!(team))),
            None => problems.add("/action/assign/team_id", Code::UnknownField),
        }
    }
    body
}

/// What a body refers to is there, in the sight of the actor: told once, and not for each record.
fn refer(conn: &mut Conn, context: &Context<'_>, spec: &Spec, at: &str, body: &Map<String, Value>, problems: &mut Problems) -> Result<()> {
    for (name, value) in body {
        let (Some(Kind::Reference(to)), Some(text)) = (spec.field(name).map(|f| &f.kind), value.as_str()) else {
            continue;
        };
        // Whoever may give a record to a user need not see users.
        let known = match (name.as_str(), Uuid::try_parse(text)) {
            (_, Err(_)) => continue,
            ("owner_id", Ok(id)) => conn.unit_of(id)?.is_some(),
            (_, Ok(id)) if !to.is_empty() => conn.reaches(context.actor, to, "read", id)?,
            _ => continue,
        };
        if !known {
            problems.add(format!("{at}/{name}"), Code::NotFound);
        }
    }
    Ok(())
}

fn grouped(conn: &mut Conn, context: &Context<'_>, spec: &Spec, group: &BulkGroup, problems: &mut Problems) -> Result<Option<What>> {
    if spec.object != "customers" {
        problems.with("/action/group", Code::NotAllowed, vec![("allowed", "customers".to_owned())]);
        return Ok(None);
    }
    let (what, id, member, action) = match (group.add, group.remove) {
        (Some(id), _) => (What::Join(id), id, "add", "create"),
        (None, Some(id)) => (What::Leave(id), id, "remove", "delete"),
        (None, None) => return Ok(None),
    };
    context.sight("group_members", action)?;
    context.sight("group_members", "read")?;
    if !conn.reaches(context.actor, "groups", "read", id)? {
        problems.add(format!("/action/group/{member}"), Code::NotFound);
        return Ok(None);
    }
    match group::kind(conn, id)? {
        Some(GroupKind::Dynamic) => Err(Error::Conflict("group_is_dynamic")),
        _ => Ok(Some(what)),
    }
}

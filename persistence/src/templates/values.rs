//! What templates are filled in with: the record and what it refers to, as far as the caller may read them, the organization and the caller.
use crate::core::conn::Conn;
use crate::core::view::View;
use crate::core::{custom, object, read, settings};
use crate::sql;
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use domain::core::resource::Spec;
use domain::customize::field::Declaration;
use domain::templates::fill::Names;
use domain::templates::shape::{references, sample};
use domain::templates::written::Manner;
use serde_json::{Map, Value, json};
use uuid::Uuid;

fn spec(name: &str) -> Option<&'static Spec> {
    object::named(name).map(|o| o.spec())
}

/// What a template for an object may name; none where there is no such object.
///
/// # Errors
/// Those of the database.
pub fn names(conn: &mut Conn, object: Option<&str>) -> Result<Option<Names>> {
    let Some(name) = object else {
        return Ok(Some(Names::new(None, &spec)));
    };
    let Some(of) = spec(name) else { return Ok(None) };
    let declared = custom::declared(conn, of.object)?;
    Ok(Some(Names::new(Some((of, &declared)), &spec)))
}

/// Which record a template is filled in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// None: the template is for no object.
    Nothing,
    Record(Uuid),
    /// A record as it might be.
    Sample,
}

/// Who fills in, when, and how dates are written.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    pub actor: &'a Actor,
    pub now: Instant,
    pub manner: Manner,
}

/// What a template for an object is filled in with, by its names.
///
/// # Errors
/// `NotFound` for a record that is not there or not in the caller's sight; those of the database.
pub fn values(conn: &mut Conn, by: By<'_>, object: Option<&str>, of: Of) -> Result<Value> {
    let mut roots = Map::new();
    if let Some(spec_) = object.and_then(spec) {
        let record = match of {
            Of::Nothing => Value::Null,
            Of::Record(id) => whole(conn, by.actor, spec_, id)?.ok_or(Error::NotFound)?,
            Of::Sample => {
                let declared: Vec<Declaration> = custom::declared(conn, spec_.object)?;
                let persian = by.manner.language == domain::access::user::Locale::Persian;
                sample(spec_, &declared, persian, &spec)
            }
        };
        roots.insert(spec_.one.to_owned(), record);
    }
    roots.insert("organization".to_owned(), organization(conn)?);
    roots.insert("user".to_owned(), user(conn, by.actor.user_id)?);
    roots.insert("today".to_owned(), json!(by.manner.day(by.now)));
    roots.insert("now".to_owned(), json!(by.now));
    Ok(Value::Object(roots))
}

/// A record as the caller sees it, with what it refers to.
fn whole(conn: &mut Conn, actor: &Actor, of: &'static Spec, id: Uuid) -> Result<Option<Value>> {
    let Some(Value::Object(mut record)) = seen(conn, actor, of, id)? else {
        return Ok(None);
    };
    let mut related = Map::new();
    for (name, field, other) in references(of, &spec) {
        let id = record
            .get(field.name)
            .and_then(Value::as_str)
            .and_then(|id| Uuid::try_parse(id).ok());
        let found = match id {
            // Everybody knows their own name.
            Some(id) if other.object == "users" && id == actor.user_id => Some(user(conn, id)?),
            Some(id) => seen(conn, actor, other, id)?,
            None => None,
        };
        related.insert(name.to_owned(), found.unwrap_or(Value::Null));
    }
    record.extend(related);
    Ok(Some(Value::Object(record)))
}

fn seen(conn: &mut Conn, actor: &Actor, of: &'static Spec, id: Uuid) -> Result<Option<Value>> {
    let Some(sight) = actor.sight(of.object, "read") else {
        return Ok(None);
    };
    let view = View::new(of, actor, None)?;
    let found = read::get(conn, &sight, of, &view, id, false)?;
    let parsed = found.map(|(_, text)| serde_json::from_slice(&text)).transpose();
    parsed.map_err(|e| Error::Internal(e.to_string()))
}

fn organization(conn: &mut Conn) -> Result<Value> {
    let mut out = Map::new();
    for name in ["name", "address", "telephone"] {
        out.insert(name.to_owned(), json!(settings::get(conn, &format!("organization_{name}"))?));
    }
    Ok(Value::Object(out))
}

fn user(conn: &mut Conn, id: Uuid) -> Result<Value> {
    let found = conn.row(&sql!("SELECT name, email FROM users WHERE id = ?", id), |row| {
        Ok(json!({"name": row.text(0)?, "email": row.text(1)?}))
    })?;
    Ok(found.unwrap_or(Value::Null))
}

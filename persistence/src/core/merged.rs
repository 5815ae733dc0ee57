//! Records that went into others: which one answers for an old id, who refers to a record, and moving those references. All of it is
//! driven by the field tables of what is mounted, so that an object of tomorrow is moved without anyone thinking of it.
use super::conn::Conn;
use super::object::{Object, mounted};
use super::sql::{Bind, Null, Sql};
use crate::core::columns::JsonText;
use crate::sql;
use domain::core::error::{Error, Result};
use domain::core::field::{Field, Kind};
use domain::core::resource::Spec;
use serde_json::Value;
use uuid::Uuid;

/// Objects that tell of customers as they were, and must go on naming the merged ones.
pub const HISTORY: [&str; 2] = ["merges", "duplicates"];

/// How many merges are followed from an old id: more than anyone makes in a row.
const CHAIN: usize = 100;

/// The record that one was merged into, at the end of the chain; none for a record that was not merged.
///
/// # Errors
/// Those of the database.
pub fn survivor(conn: &mut Conn, object: &str, id: Uuid) -> Result<Option<Uuid>> {
    let mut found = None;
    for _ in 0..CHAIN {
        let at = found.unwrap_or(id);
        let sql = sql!(
            "SELECT survivor_id FROM merged_records WHERE object = ? AND record_id = ?",
            object,
            at
        );
        match conn.row(&sql, |row| row.uuid(0))?.flatten() {
            Some(next) => found = Some(next),
            None => break,
        }
    }
    Ok(found)
}

/// Notes that a record went into another.
///
/// # Errors
/// Those of the database.
pub fn note(conn: &mut Conn, object: &str, id: Uuid, into: Uuid, merge: Uuid) -> Result<()> {
    let insert = "INSERT INTO merged_records (object, record_id, survivor_id, merge_id) VALUES (?, ?, ?, ?)";
    conn.execute(&Sql::with(insert, vec![object.into(), id.into(), into.into(), merge.into()]))?;
    Ok(())
}

/// Forgets that the records of a merge went into another; how many there were.
///
/// # Errors
/// Those of the database.
pub fn forget(conn: &mut Conn, merge: Uuid) -> Result<usize> {
    conn.execute(&sql!("DELETE FROM merged_records WHERE merge_id = ?", merge))
}

/// Writes a reference, or a list of them, into a row.
///
/// # Errors
/// Those of the database, and `Error::Internal` for a value that is no reference.
pub fn point(conn: &mut Conn, object: &str, id: Uuid, field: &Field, to: &Value) -> Result<()> {
    let bind = match (&field.kind, to) {
        (Kind::Reference(_), Value::Null) => Bind::Null(Null::Id),
        (Kind::Reference(_), Value::String(text)) => Bind::from(Uuid::try_parse(text).map_err(|e| Error::Internal(e.to_string()))?),
        (Kind::References(_) | Kind::Structure, list @ Value::Array(_)) => Bind::Json(JsonText(list.to_string())),
        _ => return Err(Error::Internal(format!("{}.{} is no reference", object, field.name))),
    };
    // Objects and fields are names of our own tables, from the field table.
    let sql = Sql::new(format!("UPDATE {object} SET {} = ", field.name)).bind(bind);
    conn.execute(&sql.text(" WHERE id = ").bind(id))?;
    Ok(())
}

/// The member in which a record lists records of any object that it belongs to. Storage keeps them in the table `{one}_links` too, as long
/// as the record is not in the trash.
pub const LINKS: &str = "links";

/// The fields of an object by which its records refer to records of another.
pub fn fields_to(spec: &'static Spec, object: &str) -> Vec<&'static Field> {
    let about = !spec.says_its_kind();
    let refers = |f: &&Field| match f.kind {
        // The members `object` and `record_id` together name a record of any object.
        Kind::Reference("") => about && f.name == "record_id",
        Kind::Reference(to) | Kind::References(to) => to == object,
        // A list of `{object, record_id}`.
        Kind::Structure => f.name == LINKS,
        _ => false,
    };
    spec.fields.iter().filter(refers).collect()
}

/// A record that refers to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Referring {
    pub id: Uuid,
    /// It lies in the trash.
    pub trashed: bool,
}

/// The records of one object, in the trash too, that refer to any of some records by a field of theirs or by a custom one.
///
/// # Errors
/// Those of the database.
pub fn referring(conn: &mut Conn, spec: &'static Spec, object: &str, to: &[Uuid]) -> Result<Vec<Referring>> {
    let ids = || to.iter().map(|id| Bind::from(*id));
    let words = || to.iter().map(|id| Bind::from(id.to_string()));
    let sqlite = conn.is_sqlite();
    let one = |field: &Field, trashed: bool| match field.kind {
        Kind::Reference("") => Sql::new("t0.object = ")
            .bind(object)
            .text(format!(" AND t0.{} IN ", field.name))
            .list(ids()),
        Kind::Reference(_) => Sql::new(format!("t0.{} IN ", field.name)).list(ids()),
        Kind::Structure if !trashed => Sql::new(format!("t0.id IN (SELECT {0}_id FROM {0}_links WHERE object = ", spec.one))
            .bind(object)
            .text(" AND record_id IN ")
            .list(ids())
            .text(")"),
        // In the trash nothing but the record itself tells of its links.
        Kind::Structure if sqlite => Sql::new(format!(
            "EXISTS (SELECT 1 FROM json_each(t0.{}) e WHERE json_extract(e.value, '$.record_id') IN ",
            field.name
        ))
        .list(words())
        .text(")"),
        Kind::Structure => Sql::new(format!(
            "EXISTS (SELECT 1 FROM jsonb_array_elements(t0.{}) e WHERE e->>'record_id' IN ",
            field.name
        ))
        .list(words())
        .text(")"),
        _ if sqlite => Sql::new(format!("EXISTS (SELECT 1 FROM json_each(t0.{}) e WHERE e.value IN ", field.name))
            .list(words())
            .text(")"),
        _ => Sql::new(format!(
            "EXISTS (SELECT 1 FROM jsonb_array_elements_text(t0.{}) e WHERE e IN ",
            field.name
        ))
        .list(words())
        .text(")"),
    };
    let custom = Sql::new(
        "t0.id IN (SELECT v.record_id FROM custom_values v JOIN custom_fields f ON f.object = v.object AND f.name = v.field \
         WHERE f.kind = 'reference' AND v.object = ",
    )
    .bind(spec.object)
    .text(" AND v.key IN ")
    .list(words())
    .text(")");
    let mut found = Vec::new();
    // Apart, so that the indexes over what is not in the trash serve the first.
    for trashed in [false, true] {
        let lies = if trashed { "NOT NULL" } else { "NULL" };
        let sql = Sql::new(format!("SELECT t0.id FROM {} t0 WHERE t0.deleted_at IS {lies} AND (", spec.object));
        let mut any: Vec<Sql> = fields_to(spec, object).into_iter().map(|field| one(field, trashed)).collect();
        any.push(custom.clone());
        conn.rows(&sql.and(Sql::join(any, " OR ", "FALSE")).text(") ORDER BY t0.id"), |row| {
            found.extend(row.uuid(0)?.map(|id| Referring { id, trashed }));
            Ok(())
        })?;
    }
    Ok(found)
}

/// The mounted objects whose records move when what they refer to is merged.
pub fn movable() -> Vec<&'static dyn Object> {
    mounted().into_values().filter(|o| !HISTORY.contains(&o.spec().object)).collect()
}

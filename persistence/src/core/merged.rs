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
use std::collections::BTreeSet;
use uuid::Uuid;

/// Objects that tell of customers as they were, and must go on naming the merged ones.
pub const HISTORY: [&str; 3] = ["merges", "duplicates", "erasures"];

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

/// All records that went into one, by however many merges.
///
/// # Errors
/// Those of the database.
pub fn into(conn: &mut Conn, object: &str, survivor: Uuid) -> Result<Vec<Uuid>> {
    let (mut found, mut level) = (Vec::new(), vec![survivor]);
    while !level.is_empty() {
        let sql = sql!("SELECT record_id FROM merged_records WHERE object = ? AND survivor_id IN ", object);
        let sql = sql.list(std::mem::take(&mut level).into_iter().map(Bind::from));
        level = conn.ids(&sql)?;
        level.retain(|id| !found.contains(id));
        found.extend(&level);
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

/// Lists of references that storage keeps in a table of their own too, as long as the record is not in the trash: object, field, table,
/// and the table's columns of the record and of what it refers to. Without a line here a list is looked for in every record.
const LISTED: [(&str, &str, &str, &str, &str); 1] = [(
    "interactions",
    "participant_ids",
    "interaction_parties",
    "interaction_id",
    "customer_id",
)];

/// What is looked for: records of an object, and whether in the trash.
struct Wanted<'a> {
    object: &'a str,
    to: &'a [Uuid],
    trashed: bool,
    sqlite: bool,
}

impl Wanted<'_> {
    fn ids(&self) -> impl Iterator<Item = Bind> {
        self.to.iter().map(|id| Bind::from(*id))
    }
    fn words(&self) -> impl Iterator<Item = Bind> {
        self.to.iter().map(|id| Bind::from(id.to_string()))
    }

    /// The records `t0` that refer to them by a field.
    fn by(&self, spec: &Spec, field: &Field) -> Sql {
        let name = field.name;
        let listed = LISTED.iter().find(|l| (l.0, l.1) == (spec.object, name) && !self.trashed);
        let (each, item) = match (&field.kind, self.sqlite) {
            (Kind::Reference(""), _) => {
                let sql = Sql::new("t0.object = ").bind(self.object);
                return sql.text(format!(" AND t0.{name} IN ")).list(self.ids());
            }
            (Kind::Reference(_), _) => return Sql::new(format!("t0.{name} IN ")).list(self.ids()),
            (Kind::Structure, _) if !self.trashed => {
                let sql = Sql::new(format!("t0.id IN (SELECT {0}_id FROM {0}_links WHERE object = ", spec.one)).bind(self.object);
                return sql.text(" AND record_id IN ").list(self.ids()).text(")");
            }
            // In the trash nothing but the record itself tells of its links.
            (Kind::Structure, true) => ("json_each", "json_extract(e.value, '$.record_id')"),
            (Kind::Structure, false) => ("jsonb_array_elements", "e->>'record_id'"),
            (_, sqlite) => {
                if let Some((_, _, table, record, refers)) = listed {
                    let sql = Sql::new(format!("t0.id IN (SELECT {record} FROM {table} WHERE {refers} IN "));
                    return sql.list(self.ids()).text(")");
                }
                if sqlite {
                    ("json_each", "e.value")
                } else {
                    ("jsonb_array_elements_text", "e")
                }
            }
        };
        let sql = Sql::new(format!("EXISTS (SELECT 1 FROM {each}(t0.{name}) e WHERE {item} IN "));
        sql.list(self.words()).text(")")
    }

    /// The records `t0` that refer to them by a custom field.
    fn by_custom(&self, spec: &Spec) -> Sql {
        let sql = Sql::new(
            "t0.id IN (SELECT v.record_id FROM custom_fields f JOIN custom_values v ON v.object = f.object AND v.field = f.name \
             WHERE f.kind = 'reference' AND f.object = ",
        );
        sql.bind(spec.object).text(" AND v.key IN ").list(self.words()).text(")")
    }
}

/// The records of one object, in the trash too, that refer to any of some records by a field of theirs or by a custom one.
///
/// # Errors
/// Those of the database.
pub fn referring(conn: &mut Conn, spec: &'static Spec, object: &str, to: &[Uuid]) -> Result<Vec<Referring>> {
    let mut found = BTreeSet::new();
    for trashed in [false, true] {
        let sqlite = conn.is_sqlite();
        let wanted = Wanted {
            object,
            to,
            trashed,
            sqlite,
        };
        let mut ways: Vec<Sql> = fields_to(spec, object).into_iter().map(|field| wanted.by(spec, field)).collect();
        ways.push(wanted.by_custom(spec));
        let lies = if trashed { "NOT NULL" } else { "NULL" };
        let select = format!("SELECT t0.id FROM {} t0 WHERE t0.deleted_at IS {lies} AND ", spec.object);
        // Of what is not in the trash each way is asked by itself, and without an order, so that each has its index; the trash has one, and
        // is small.
        let sql = match trashed {
            false => ways.into_iter().enumerate().fold(Sql::default(), |sql, (i, way)| {
                let sql = if i == 0 { sql } else { sql.text(" UNION ALL ") };
                sql.text(select.clone()).and(way)
            }),
            true => Sql::new(select).text("(").and(Sql::join(ways, " OR ", "FALSE")).text(")"),
        };
        conn.rows(&sql, |row| {
            found.extend(row.uuid(0)?.map(|id| Referring { id, trashed }));
            Ok(())
        })?;
    }
    Ok(found.into_iter().collect())
}

/// The mounted objects whose records move when what they refer to is merged.
pub fn movable() -> Vec<&'static dyn Object> {
    mounted().into_values().filter(|o| !HISTORY.contains(&o.spec().object)).collect()
}

//! What other systems call a record: an index beside the record's own copy, unique per object, system and value, so that two
//! integrators who race for the same id get one record.
use super::conn::Conn;
use super::sql::Sql;
use crate::sql;
use domain::core::base::Base;
use domain::core::error::{Error, Result};
use domain::core::input::{escape, length};
use domain::core::problem::{Code, Problems};
use uuid::Uuid;

/// The most systems that may name one record.
const MAX: usize = 20;
/// The longest name of a system, and the longest id in one, in characters.
const MAX_SYSTEM: usize = 50;
const MAX_VALUE: usize = 255;

/// The record of this external id; none where no record outside the trash has it.
pub fn find(conn: &mut Conn, object: &str, system: &str, value: &str) -> Result<Option<Uuid>> {
    if system.chars().count() > MAX_SYSTEM || value.chars().count() > MAX_VALUE {
        return Err(Error::NotFound);
    }
    let sql = sql!(
        "SELECT record_id FROM external_ids WHERE object = ? AND system = ? AND value = ?",
        object,
        system,
        value
    );
    Ok(conn.row(&sql, |row| row.uuid(0))?.flatten())
}

/// Brings the index in step.
pub fn keep(conn: &mut Conn, object: &str, id: Uuid, before: &Base, after: &Base) -> Result<Problems> {
    let mut problems = Problems::default();
    let (old, new) = (&before.external_ids, &after.external_ids);
    if old == new {
        return Ok(problems);
    }
    if new.len() > MAX {
        problems.with("/external_ids", Code::TooLong, vec![("max", MAX.to_string())]);
        return Ok(problems);
    }
    for (system, value) in old.iter().filter(|(s, v)| new.get(*s) != Some(v)) {
        conn.execute(&sql!(
            "DELETE FROM external_ids WHERE object = ? AND system = ? AND value = ?",
            object,
            system,
            value
        ))?;
    }
    for (system, value) in new.iter().filter(|(s, v)| old.get(*s) != Some(v)) {
        let at = format!("/external_ids/{}", escape(system));
        length(&at, system, 1, MAX_SYSTEM as u32, &mut problems);
        length(&at, value, 1, MAX_VALUE as u32, &mut problems);
        if !problems.0.is_empty() {
            continue;
        }
        let insert = "INSERT INTO external_ids (object, system, value, record_id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";
        if conn.execute(&Sql::with(insert, vec![object.into(), system.into(), value.into(), id.into()]))? == 0 {
            problems.add(at, Code::Taken);
        }
    }
    Ok(problems)
}

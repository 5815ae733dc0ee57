//! What other systems call a record: an index beside the record's own copy, unique per object, system and value, so that two
//! integrators who race for the same id get one record.
use super::conn::Conn;
use super::sql::Sql;
use domain::core::base::Base;
use domain::core::error::Result;
use domain::core::input::{escape, length};
use domain::core::problem::{Code, Problems};
use uuid::Uuid;

/// The most systems that may name one record.
const MAX: usize = 20;

/// The record of this external id; none where no record outside the trash has it.
pub fn find(conn: &mut Conn, object: &str, system: &str, value: &str) -> Result<Option<Uuid>> {
    let sql = Sql::new("SELECT record_id FROM external_ids WHERE object = ").bind(object).text(" AND system = ").bind(system);
    Ok(conn.row(&sql.text(" AND value = ").bind(value), |row| row.uuid(0))?.flatten())
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
        let sql = Sql::new("DELETE FROM external_ids WHERE object = ").bind(object).text(" AND system = ").bind(system.as_str());
        conn.execute(&sql.text(" AND value = ").bind(value.as_str()))?;
    }
    for (system, value) in new.iter().filter(|(s, v)| old.get(*s) != Some(v)) {
        let at = format!("/external_ids/{}", escape(system));
        length(&at, system, 1, 50, &mut problems);
        length(&at, value, 1, 255, &mut problems);
        if !problems.0.is_empty() {
            continue;
        }
        let sql = Sql::new("INSERT INTO external_ids (object, system, value, record_id) VALUES (").bind(object).text(", ").bind(system.as_str());
        let sql = sql.text(", ").bind(value.as_str()).text(", ").bind(id).text(") ON CONFLICT DO NOTHING");
        if conn.execute(&sql)? == 0 {
            problems.add(at, Code::Taken);
        }
    }
    Ok(problems)
}

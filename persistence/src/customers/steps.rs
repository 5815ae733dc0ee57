//! What a merge did, step by step, so that it can be undone: kept beside the merge, in its transaction.
use crate::core::conn::Conn;
use crate::core::sql::Sql;
use crate::sql;
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::input::members;
use domain::core::instant::Instant;
use domain::customers::merge::Step;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// A step that was taken, with the members it changed.
#[derive(Debug, Clone)]
pub struct Taken {
    pub step: Step,
    pub object: String,
    pub record: Uuid,
    pub before: Map<String, Value>,
    pub after: Map<String, Value>,
}

/// Steps on their way to being kept.
#[derive(Debug)]
pub struct Steps {
    merge: Uuid,
    number: i64,
}

impl Steps {
    /// Those of a merge, from the first on.
    pub fn of(merge: Uuid) -> Self {
        Steps { merge, number: 0 }
    }

    /// Keeps the next step.
    ///
    /// # Errors
    /// Those of the database.
    pub fn push(
        &mut self,
        conn: &mut Conn,
        step: Step,
        object: &str,
        record: Uuid,
        before: &Map<String, Value>,
        after: &Map<String, Value>,
    ) -> Result<()> {
        self.number += 1;
        let text = |map: &Map<String, Value>| Value::Object(map.clone()).to_string();
        conn.execute(&sql!(
            "INSERT INTO merge_steps (merge_id, number, step, object, record_id, before, after) VALUES (?, ?, ?, ?, ?, ?, ?)",
            self.merge,
            self.number,
            step.word(),
            object,
            record,
            text(before),
            text(after)
        ))?;
        Ok(())
    }
}

/// Whether a later merge that stands changed a record that this one changed too: then that one is to be undone first, or neither would
/// come back as it was.
///
/// # Errors
/// Those of the database.
pub fn overtaken(conn: &mut Conn, merge: Uuid, at: Instant) -> Result<bool> {
    let sql = sql!(
        "SELECT 1 FROM merge_steps mine JOIN merge_steps other ON other.record_id = mine.record_id AND other.object = mine.object \
         JOIN merges m ON m.id = other.merge_id WHERE mine.merge_id = ? AND m.state = 'done' AND m.created_at > ? LIMIT 1",
        merge,
        at
    );
    Ok(conn.row(&sql, |_| Ok(()))?.is_some())
}

/// The steps of a merge, in their order.
///
/// # Errors
/// Those of the database.
pub fn read(conn: &mut Conn, merge: Uuid) -> Result<Vec<Taken>> {
    let sql = sql!(
        "SELECT step, object, record_id, before, after FROM merge_steps WHERE merge_id = ? ORDER BY number",
        merge
    );
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        let broken = || Error::Internal(format!("a step of merge {merge} is not whole"));
        let map = |i| serde_json::from_str(&row.text(i)?.unwrap_or_default()).map_err(|_| broken());
        found.push(Taken {
            step: row.text(0)?.as_deref().and_then(Step::of).ok_or_else(broken)?,
            object: row.text(1)?.unwrap_or_default(),
            record: row.uuid(2)?.ok_or_else(broken)?,
            before: map(3)?,
            after: map(4)?,
        });
        Ok(())
    })?;
    Ok(found)
}

fn name(system: &str, value: &str, of: Option<Uuid>) -> Map<String, Value> {
    members(json!({"system": system, "value": value, "of": of}))
}

/// Lets the names that other systems have for a merged customer lead to the survivor, also where it has a name of its own there.
///
/// # Errors
/// Those of the database.
pub fn rename(conn: &mut Conn, steps: &mut Steps, from: Uuid, to: Uuid, record: &Map<String, Value>) -> Result<()> {
    let own = record.get("external_ids").and_then(Value::as_object);
    for (system, value) in own.into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        let insert = "INSERT INTO external_ids (object, system, value, record_id) VALUES ('customers', ?, ?, ?) ON CONFLICT DO NOTHING";
        if conn.execute(&Sql::with(insert, vec![system.into(), value.into(), to.into()]))? == 1 {
            steps.push(
                conn,
                Step::Named,
                "customers",
                from,
                &name(system, value, None),
                &name(system, value, Some(to)),
            )?;
        }
    }
    // Names that it had itself from an earlier merge.
    let sql = sql!(
        "SELECT system, value FROM external_ids WHERE object = 'customers' AND record_id = ?",
        from
    );
    let mut earlier = Vec::new();
    conn.rows(&sql, |row| {
        earlier.push((row.text(0)?.unwrap_or_default(), row.text(1)?.unwrap_or_default()));
        Ok(())
    })?;
    for (system, value) in earlier {
        lead(conn, &system, &value, to)?;
        let (before, after) = (name(&system, &value, Some(from)), name(&system, &value, Some(to)));
        steps.push(conn, Step::Named, "customers", from, &before, &after)?;
    }
    Ok(())
}

fn lead(conn: &mut Conn, system: &str, value: &str, to: Uuid) -> Result<()> {
    conn.execute(&sql!(
        "UPDATE external_ids SET record_id = ? WHERE object = 'customers' AND system = ? AND value = ?",
        to,
        system,
        value
    ))?;
    Ok(())
}

/// Takes back what [`rename`] did.
///
/// # Errors
/// Those of the database.
pub fn name_back(conn: &mut Conn, taken: &[Taken]) -> Result<()> {
    for step in taken.iter().filter(|s| s.step == Step::Named) {
        let text = |map: &Map<String, Value>, name: &str| map.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (system, value) = (text(&step.after, "system"), text(&step.after, "value"));
        let id = |map| Uuid::try_parse(&text(map, "of")).ok();
        match (id(&step.before), id(&step.after)) {
            (Some(of), _) => lead(conn, &system, &value, of)?,
            (None, Some(to)) => {
                conn.execute(&sql!(
                    "DELETE FROM external_ids WHERE object = 'customers' AND system = ? AND value = ? AND record_id = ?",
                    system,
                    value,
                    to
                ))?;
            }
            (None, None) => {}
        }
    }
    Ok(())
}

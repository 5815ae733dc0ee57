//! Sources of values, and what they have given.
use super::history::walk;
use crate::core::conn::Conn;
use crate::core::read;
use crate::core::record::pick;
use crate::core::sql::Sql;
use crate::customers::duplicate;
use crate::{row, sql, store};
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use domain::core::pipeline::{self, Context, Expect};
use domain::quality::source::{Count, DataSource};
use domain::quality::trace::{Trace, source_of};
use std::collections::BTreeMap;
use uuid::Uuid;

row! { DataSource in data_sources {
    name: Plain,
    kind: Word,
    api_key_id: Maybe,
    user_id: Maybe,
    is_default: Plain,
    cost_per_record: Json,
    cost_per_month: Json,
    from_date: Maybe,
    to_date: Maybe,
    notes: Maybe,
    records: Plain,
    gathered: Plain,
    kept: Plain,
    cost: Json,
    cost_per_kept: Json,
    counted_at: Maybe,
} }
store! { DataSource }

/// All sources, the one made first first.
///
/// # Errors
/// Those of the database.
pub fn all(conn: &mut Conn) -> Result<Vec<DataSource>> {
    pick(conn, Sql::new("t0.deleted_at IS NULL ORDER BY t0.created_at, t0.id"))
}

/// The sources that an actor sees, for what is told of one customer; none where the actor may read none.
///
/// # Errors
/// Those of the database.
pub fn seen(conn: &mut Conn, actor: &Actor) -> Result<Option<Vec<DataSource>>> {
    let Some(sight) = actor.sight("data_sources", "read") else {
        return Ok(None);
    };
    let which = Sql::new("t0.deleted_at IS NULL").also(read::sight(&sight));
    Ok(Some(pick(conn, which.text(" ORDER BY t0.created_at, t0.id"))?))
}

/// Counts by source.
pub type Counts = BTreeMap<Uuid, Count>;

/// Customers behind an id, in the order of ids.
///
/// # Errors
/// Those of the database.
pub fn customers(conn: &mut Conn, after: Uuid, most: i64) -> Result<Vec<Uuid>> {
    let sql = sql!(
        "SELECT id FROM customers WHERE deleted_at IS NULL AND id > ? ORDER BY id LIMIT ?",
        after,
        most
    );
    conn.ids(&sql)
}

/// Adds what each source has given to one customer.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut Conn, sources: &[DataSource], customer: Uuid, now: Instant, counts: &mut Counts) -> Result<()> {
    let Some(customer) = duplicate::find(conn, customer)? else {
        return Ok(());
    };
    let mut trace = Trace::of(&customer, now)?;
    let mut gave: BTreeMap<Uuid, i64> = BTreeMap::new();
    walk(conn, customer.base.id.uuid(), |entry| {
        trace.take(entry);
        if let Some(source) = source_of(sources, &entry.by) {
            *gave.entry(source.base.id.uuid()).or_default() += entry.gave();
        }
        true
    })?;
    for (source, values) in gave.into_iter().filter(|(_, values)| *values > 0) {
        let count = counts.entry(source).or_default();
        count.records += 1;
        count.gathered += values;
    }
    for (_, by) in trace.values.iter().filter(|v| v.usable).filter_map(|v| v.origin.as_ref()) {
        if let Some(source) = source_of(sources, by) {
            counts.entry(source.base.id.uuid()).or_default().kept += 1;
        }
    }
    Ok(())
}

/// Notes what all sources were counted to have given; those that gave nothing too.
///
/// # Errors
/// Those of the pipeline.
pub fn note(conn: &mut Conn, context: &Context<'_>, counts: &Counts) -> Result<()> {
    for source in all(conn)? {
        let id = source.base.id.uuid();
        let count = counts.get(&id).copied().unwrap_or_default();
        pipeline::change::<DataSource>(conn, context, id, Expect::Any, "update", |source| {
            let counted = source.count(count, context.now());
            counted.map_err(|e| Error::Internal(format!("the cost of source {id}: {e}")))
        })?;
    }
    Ok(())
}

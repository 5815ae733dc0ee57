//! Profiles, and the scores of customers that follow from them.
use crate::core::cell::Cells;
use crate::core::conn::Conn;
use crate::core::jobs::{self, New};
use crate::core::record::{beside, update};
use crate::core::sql::Sql;
use crate::customers::overview::reads;
use crate::{row, sql, store};
use chrono::TimeDelta;
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::id::Id;
use domain::core::pipeline::{Context, Entry, Op, Storage};
use domain::customers::customer::{Customer, CustomerKind};
use domain::quality::filled::shape;
use domain::quality::profile::{Profile, QualityField, QualityProfile};
use serde_json::json;
use uuid::Uuid;

row! { QualityProfile in quality_profiles {
    name: Plain,
    customer_kind: Word,
    active: Plain,
    fields: Json,
    suggest_after: Plain,
    suggest_within_days: Plain,
} }
store! { QualityProfile, derive |conn, before, after, context| rescore_later(conn, before, after, context) }

/// The job that brings scores in step with profiles.
pub const RESCORE: &str = "rescore_customers";
/// How long it waits: whatever was being written by the profile before is written then.
const WAIT: TimeDelta = TimeDelta::seconds(2);

/// Where a profile changes what counts, the scores of its customers follow, in the background.
fn rescore_later(conn: &mut Conn, before: Option<&QualityProfile>, after: Option<&QualityProfile>, context: &Context<'_>) -> Result<()> {
    let says = |p: Option<&QualityProfile>| p.filter(|p| p.active).map(|p| p.fields.clone());
    let Some(kind) = after.or(before).map(|p| p.customer_kind.word()) else {
        return Ok(());
    };
    if says(before) == says(after) {
        return Ok(());
    }
    // Each change has a job of its own: one that is under way may be behind the customers that this one is about.
    let job = New {
        kind: RESCORE,
        key: context.ids.next().to_string(),
        payload: json!({ "customer_kind": kind }),
        run_at: context.now().after(WAIT),
        max_attempts: jobs::ATTEMPTS,
        created_by: context.actor.user::<()>().map(Id::uuid),
        origin: context.origin,
    };
    jobs::enqueue(conn, context.ids.next(), &job, context.now())?;
    Ok(())
}

/// Which profile is in force for a kind of customer, as a piece of SQL; `kind` is what stands for the kind.
fn in_force(kind: Sql) -> Sql {
    Sql::new("q.deleted_at IS NULL AND q.active AND q.customer_kind = ")
        .and(kind)
        .text(" ORDER BY q.created_at DESC, q.id DESC LIMIT 1")
}

fn fields(row: &dyn Cells, index: usize) -> Result<Option<Vec<QualityField>>> {
    let mut fields = None;
    row.at(index, &mut |cell| {
        let broken = |e: serde_json::Error| Error::Internal(format!("a profile of quality: {e}"));
        fields = Some(serde_json::from_str(cell.json()?).map_err(broken)?);
        Ok(())
    })?;
    Ok(fields)
}

/// The profile in force for a kind of customer: a point read.
///
/// # Errors
/// Those of the database.
pub fn of_kind(conn: &mut Conn, kind: CustomerKind) -> Result<Profile> {
    let sql = Sql::new("SELECT q.id, q.fields, q.suggest_after, q.suggest_within_days FROM quality_profiles q WHERE ");
    let found = conn.row(&sql.and(in_force(Sql::new("").bind(kind.word()))), |row| {
        Ok(Profile {
            id: row.uuid(0)?,
            fields: fields(row, 1)?.unwrap_or_default(),
            suggest_after: row.integer(2)?,
            suggest_within_days: row.integer(3)?,
        })
    })?;
    Ok(found.unwrap_or_else(|| Profile::usual(kind)))
}

/// Brings a customer's score in step with what it has, on its way into storage. Only where it has other values than before is the profile
/// asked.
///
/// # Errors
/// Those of the database.
pub fn settle(conn: &mut Conn, before: Option<&Customer>, after: &mut Customer) -> Result<()> {
    after.completeness = match before.filter(|b| shape(b) == shape(after)) {
        Some(before) => before.completeness,
        None => of_kind(conn, after.kind)?.score(after),
    };
    Ok(())
}

/// What a customer lacks by its profile, the heaviest first, in one statement. The caller must have seen the customer.
///
/// # Errors
/// `Error::Forbidden` where the actor may read no customers at all.
pub fn lacking(conn: &mut Conn, actor: &Actor, customer: Uuid, most: usize) -> Result<Vec<QualityField>> {
    reads(actor, "customers")?;
    let profile = Sql::new("(SELECT q.fields FROM quality_profiles q WHERE ")
        .and(in_force(Sql::new("t0.kind")))
        .text(")");
    let which = Sql::new("t0.id = ").bind(customer);
    let found = beside::<Customer, _>(conn, profile, which, fields)?;
    let Some((customer, fields)) = found.into_iter().next() else {
        return Ok(Vec::new());
    };
    let mut profile = Profile::usual(customer.kind);
    profile.fields = fields.unwrap_or(profile.fields);
    Ok(profile.missing(&customer).into_iter().take(most).cloned().collect())
}

/// What became of some customers.
#[derive(Debug, Default)]
pub struct Rescored {
    /// The last one; none at the end.
    pub last: Option<Uuid>,
    pub looked: i64,
    pub changed: i64,
}

/// Brings the scores of customers of a kind behind an id in step, those in the trash too. What was written is told as a change by the server;
/// when the record was changed last, and by whom, stays as it is, since nobody has touched what it says.
///
/// # Errors
/// `Error::Stale` where one of them is being changed right now.
pub fn rescore(conn: &mut Conn, context: &Context<'_>, kind: CustomerKind, after: Uuid, most: i64) -> Result<Rescored> {
    let profile = of_kind(conn, kind)?;
    let which = Sql::new("t0.kind = ").bind(kind.word()).text(" AND t0.id > ").bind(after);
    let which = which.text(" ORDER BY t0.id LIMIT ").bind(most);
    let found = beside::<Customer, _>(conn, Sql::new("t0.deleted_at IS NOT NULL"), which, |row, at| {
        let mut trashed = false;
        row.at(at, &mut |cell| {
            trashed = cell.boolean()?;
            Ok(())
        })?;
        Ok(trashed)
    })?;
    let mut done = Rescored::default();
    for (before, trashed) in found {
        let id = before.base.id.uuid();
        done.looked += 1;
        done.last = Some(id);
        let score = profile.score(&before);
        if score == before.completeness || before.looks_erased() {
            continue;
        }
        done.changed += 1;
        if trashed {
            // Nobody sees it there, and it must be right when it comes back.
            conn.execute(&sql!("UPDATE customers SET completeness = ? WHERE id = ?", score, id))?;
            continue;
        }
        let mut after = before.clone();
        after.completeness = score;
        after.base.version += 1;
        if !update(conn, &before, &after)? {
            return Err(Error::Stale(before.base.version));
        }
        let place = (after.base.owner_id.map(Id::uuid), after.base.unit_id.map(Id::uuid));
        let changed = [("completeness".to_owned(), json!([before.completeness, score]))];
        conn.note(Entry {
            object: "customers",
            record: id,
            op: Op::Updated,
            version: after.base.version,
            before: Some(place),
            after: Some(place),
            changed: changed.into_iter().collect(),
            context,
        })?;
    }
    Ok(done)
}

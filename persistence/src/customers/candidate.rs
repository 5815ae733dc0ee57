//! What the matcher keeps: the keys of a run, block by block, and the pairs that it found.
use crate::core::conn::Conn;
use crate::core::record::pick;
use crate::core::sql::{Bind, Sql};
use crate::{row, sql, store};
use domain::core::error::Result;
use domain::core::input::members;
use domain::core::pipeline::{self, Context, Expect};
use domain::customers::candidate::{Duplicate, DuplicateState};
use domain::customers::customer::Customer;
use domain::customers::matching::{Likeness, Profile, keys};
use rust_decimal::Decimal;
use serde_json::json;
use uuid::Uuid;

row! { Duplicate in duplicates {
    a_id: Plain,
    b_id: Plain,
    score: Plain,
    reasons: Json,
    state: Word,
} }
store! { Duplicate }

/// Customers of one read, and blocks of one read.
pub const CHUNK: i64 = 500;
const BLOCKS: i64 = 100;
/// The largest block that is compared pair by pair. A larger one says nothing of its members but that they have something common in common.
pub const LARGEST: i64 = 100;

/// Customers behind an id, as the matcher sees them.
///
/// # Errors
/// Those of the database.
pub fn profiles(conn: &mut Conn, after: Uuid) -> Result<Vec<Profile>> {
    let which = Sql::new("t0.deleted_at IS NULL AND t0.id > ")
        .bind(after)
        .text(" ORDER BY t0.id LIMIT ");
    let found = pick::<Customer>(conn, which.bind(CHUNK))?;
    Ok(found.iter().map(Profile::of).collect())
}

/// Forgets the keys of an earlier run.
///
/// # Errors
/// Those of the database.
pub fn clear(conn: &mut Conn) -> Result<()> {
    conn.execute(&sql!("DELETE FROM duplicate_keys"))?;
    Ok(())
}

/// Keeps the keys of some customers.
///
/// # Errors
/// Those of the database.
pub fn note(conn: &mut Conn, all: &[Profile]) -> Result<()> {
    for profile in all {
        let mut sql = Sql::new("INSERT INTO duplicate_keys (key, customer_id) VALUES ");
        let keys = keys(profile);
        if keys.is_empty() {
            continue;
        }
        for (i, key) in keys.into_iter().enumerate() {
            sql = sql
                .text(if i > 0 { ", (" } else { "(" })
                .bind(key)
                .text(", ")
                .bind(profile.id.uuid())
                .text(")");
        }
        conn.execute(&sql.text(" ON CONFLICT DO NOTHING"))?;
    }
    Ok(())
}

/// Blocks behind a key.
#[derive(Debug, Default)]
pub struct Blocks {
    /// Each with its members.
    pub blocks: Vec<Vec<Profile>>,
    /// How many were too large.
    pub skipped: i64,
    /// The last key looked at; none at the end.
    pub last: Option<String>,
}

/// The next blocks of more than one.
///
/// # Errors
/// Those of the database.
pub fn blocks(conn: &mut Conn, after: &str) -> Result<Blocks> {
    let sql = sql!(
        "SELECT key, COUNT(*) FROM duplicate_keys WHERE key > ? GROUP BY key HAVING COUNT(*) > 1 ORDER BY key LIMIT ?",
        after,
        BLOCKS
    );
    let mut found = Blocks::default();
    let mut wanted = Vec::new();
    conn.rows(&sql, |row| {
        let key = row.text(0)?.unwrap_or_default();
        if row.integer(1)? > LARGEST {
            found.skipped += 1;
        } else {
            wanted.push(key.clone());
        }
        found.last = Some(key);
        Ok(())
    })?;
    for key in wanted {
        let which = Sql::new("t0.deleted_at IS NULL AND t0.id IN (SELECT customer_id FROM duplicate_keys WHERE key = ").bind(key);
        let members = pick::<Customer>(conn, which.text(") ORDER BY t0.id"))?;
        found.blocks.push(members.iter().map(Profile::of).collect());
    }
    Ok(found)
}

/// Keeps a pair, or what is new about it; true where it is a new one. What was dismissed or merged stays as it is.
///
/// # Errors
/// Those of the database.
pub fn keep(conn: &mut Conn, context: &Context<'_>, a: Uuid, b: Uuid, likeness: &Likeness) -> Result<bool> {
    let (a, b) = (a.min(b), a.max(b));
    let score = Decimal::from_f64_retain(likeness.score).unwrap_or_default().round_dp(4);
    let which = Sql::new("t0.deleted_at IS NULL AND t0.a_id = ")
        .bind(a)
        .text(" AND t0.b_id = ")
        .bind(b);
    let Some(known) = pick::<Duplicate>(conn, which)?.pop() else {
        let body = members(json!({"a_id": a, "b_id": b}));
        pipeline::create_with::<Duplicate>(conn, context, None, body, |pair| {
            (pair.score, pair.reasons) = (score, likeness.reasons.clone());
            Ok(())
        })?;
        return Ok(true);
    };
    if known.state == DuplicateState::Open {
        pipeline::change::<Duplicate>(conn, context, known.base.id.uuid(), Expect::Any, "update", |pair| {
            (pair.score, pair.reasons) = (score, likeness.reasons.clone());
            Ok(())
        })?;
    }
    Ok(false)
}

/// Marks the open pairs of which one customer was merged, or takes that back: those among `of`.
///
/// # Errors
/// Those of the database.
pub fn merged(conn: &mut Conn, context: &Context<'_>, of: &[Uuid], undone: bool) -> Result<()> {
    let (from, to) = match undone {
        false => (DuplicateState::Open, DuplicateState::Merged),
        true => (DuplicateState::Merged, DuplicateState::Open),
    };
    let ids = || of.iter().map(|id| Bind::from(*id));
    let which = Sql::new("t0.deleted_at IS NULL AND t0.state = ").bind(<_ as domain::core::field::Choice>::word(from));
    let which = which
        .text(" AND (t0.a_id IN ")
        .list(ids())
        .text(" OR t0.b_id IN ")
        .list(ids())
        .text(")");
    // One that another merge took stays merged.
    let which = which.text(if undone {
        " AND NOT EXISTS (SELECT 1 FROM merged_records r WHERE r.object = 'customers' AND r.record_id IN (t0.a_id, t0.b_id))"
    } else {
        ""
    });
    for pair in pick::<Duplicate>(conn, which)? {
        pipeline::change::<Duplicate>(conn, context, pair.base.id.uuid(), Expect::Any, "update", |pair| {
            pair.state = to;
            Ok(())
        })?;
    }
    Ok(())
}

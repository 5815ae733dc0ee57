//! What stands around a customer, for the view of everything: each part in one statement, each through the caller's own sight of all
//! that it names. What is out of sight is left out, as if it were not there.
use crate::core::cell::Cells;
use crate::core::conn::Conn;
use crate::core::read;
use crate::core::record::{Row, pick};
use crate::core::sql::{Bind, Sql};
use crate::sql;
use chrono::NaiveDate;
use domain::core::actor::{Actor, Sight};
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::instant::Instant;
use domain::customers::group::GroupKind;
use domain::customers::relationship::RelationshipKind;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The rows of a table that are within a sight and outside the trash, as a table to select from.
pub(crate) fn seen(table: &'static str, columns: &'static str, sight: &Sight<'_>) -> Sql {
    let sql = Sql::new("(SELECT ").text(columns).text(" FROM ").text(table);
    let sql = sql.text(" t0 WHERE t0.deleted_at IS NULL");
    match read::sight(sight) {
        Some(within) => sql.text(" AND (").and(within).text("))"),
        None => sql.text(")"),
    }
}

/// The caller's sight of an object, or that they have none.
pub(crate) fn reads<'a>(actor: &'a Actor, object: &'static str) -> Result<Sight<'a>> {
    actor
        .sight(object, "read")
        .ok_or_else(|| Error::Forbidden(format!("{object}:read")))
}

/// A customer's records that the actor sees, so many at most; `order` is a piece of SQL over `t0`.
///
/// # Errors
/// `Error::Forbidden` where the actor may read none of their kind at all.
pub(crate) fn of_customer<R: Row>(conn: &mut Conn, actor: &Actor, customer: Uuid, order: &'static str, limit: usize) -> Result<Vec<R>> {
    let sight = reads(actor, R::TABLE)?;
    let which = Sql::new("t0.deleted_at IS NULL AND t0.customer_id = ")
        .bind(customer)
        .also(read::sight(&sight))
        .text(" ORDER BY ")
        .text(order)
        .text(" LIMIT ")
        .bind(limit as i64);
    pick(conn, which)
}

/// How a party stands to the customer.
#[derive(Debug, Clone)]
pub struct Related {
    pub relationship_id: Uuid,
    pub party_id: Uuid,
    pub party_kind: String,
    pub party_name: String,
    /// What the party is to the customer.
    pub kind: RelationshipKind,
    pub from_date: Option<NaiveDate>,
    pub to_date: Option<NaiveDate>,
    pub notes: Option<String>,
}

/// Parties that the customer stands in a relationship with, in either direction; those that last come first, then the newest.
///
/// # Errors
/// `Error::Forbidden` where the actor may read no relationships at all.
pub fn related(conn: &mut Conn, actor: &Actor, customer: Uuid, limit: usize) -> Result<Vec<Related>> {
    const COLUMNS: &str = "t0.id, t0.from_id, t0.to_id, t0.kind, t0.from_date, t0.to_date, t0.notes, t0.created_at";
    let (all, parties) = (reads(actor, "relationships")?, reads(actor, "customers")?);
    let side = |mine: &'static str, other: &'static str| {
        let sql = Sql::new("SELECT r.*, r.").text(other).text(" AS party_id, '").text(other);
        let sql = sql.text("' AS side FROM ").and(seen("relationships", COLUMNS, &all));
        sql.text(" r WHERE r.").text(mine).text(" = ").bind(customer)
    };
    let sql = Sql::new("SELECT r.id, r.party_id, p.kind, p.display_name, r.kind, r.side, r.from_date, r.to_date, r.notes FROM (")
        .and(side("to_id", "from_id"))
        .text(" UNION ALL ")
        .and(side("from_id", "to_id"))
        .text(") r JOIN ")
        .and(seen("customers", "t0.id, t0.kind, t0.display_name", &parties))
        .text(" p ON p.id = r.party_id ORDER BY CASE WHEN r.to_date IS NULL THEN 0 ELSE 1 END, r.created_at DESC, r.id LIMIT ")
        .bind(limit as i64);
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        let word = row.text(4)?.unwrap_or_default();
        let kind = RelationshipKind::of(&word).ok_or_else(|| Error::Internal(format!("a relationship of kind {word}")))?;
        let theirs = row.text(5)?.as_deref() == Some("from_id");
        found.push(Related {
            relationship_id: id(row, 0)?,
            party_id: id(row, 1)?,
            party_kind: row.text(2)?.unwrap_or_default(),
            party_name: row.text(3)?.unwrap_or_default(),
            kind: if theirs { kind } else { kind.inverse() },
            from_date: date(row, 6)?,
            to_date: date(row, 7)?,
            notes: row.text(8)?,
        });
        Ok(())
    })?;
    Ok(found)
}

/// A group that the customer is in.
#[derive(Debug, Clone)]
pub struct In {
    pub id: Uuid,
    pub name: String,
    pub kind: GroupKind,
    pub since: Instant,
}

/// Groups that the customer is in, by hand or by their condition; the latest first.
///
/// # Errors
/// `Error::Forbidden` where the actor may read no groups, or no members of groups.
pub fn groups(conn: &mut Conn, actor: &Actor, customer: Uuid, limit: usize) -> Result<Vec<In>> {
    let (members, groups) = (reads(actor, "group_members")?, reads(actor, "groups")?);
    let sql = Sql::new("SELECT g.id, g.name, g.kind, m.since FROM (SELECT p.group_id, p.since FROM ")
        .and(seen(
            "group_members",
            "t0.group_id, t0.customer_id, t0.created_at AS since",
            &members,
        ))
        .text(" p WHERE p.customer_id = ")
        .bind(customer)
        .text(" UNION ALL SELECT group_id, since FROM group_matches WHERE customer_id = ")
        .bind(customer)
        .text(") m JOIN ")
        .and(seen("groups", "t0.id, t0.name, t0.kind", &groups))
        .text(" g ON g.id = m.group_id ORDER BY m.since DESC, g.id LIMIT ")
        .bind(limit as i64);
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        let whole = || Error::Internal("a member without a date or a group without a kind".to_owned());
        found.push(In {
            id: id(row, 0)?,
            name: row.text(1)?.unwrap_or_default(),
            kind: row.text(2)?.as_deref().and_then(GroupKind::of).ok_or_else(whole)?,
            since: row.instant(3)?.ok_or_else(whole)?,
        });
        Ok(())
    })?;
    Ok(found)
}

/// One change of the customer: what happened, to which fields, when, by whom. Values are for the audit alone.
#[derive(Debug, Clone)]
pub struct Change {
    pub op: String,
    pub version: i64,
    pub at: Instant,
    pub actor_id: Option<Uuid>,
    pub fields: Vec<String>,
}

/// The customer's latest changes, newest first. The caller must have seen the customer.
///
/// # Errors
/// Those of the database.
pub fn changes(conn: &mut Conn, customer: Uuid, limit: usize) -> Result<Vec<Change>> {
    let sql = sql!(
        "SELECT op, version, at, actor_id, changed FROM changes WHERE record_id = ? AND object = 'customers' AND version > 0 ORDER BY version DESC LIMIT ?",
        customer,
        limit as i64
    );
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        // Only the names: what the fields held is passed over unread.
        let mut changed = BTreeMap::<String, IgnoredAny>::new();
        row.at(4, &mut |cell| {
            changed = serde_json::from_str(cell.text()?).unwrap_or_default();
            Ok(())
        })?;
        found.push(Change {
            op: row.text(0)?.unwrap_or_default(),
            version: row.integer(1)?,
            at: row
                .instant(2)?
                .ok_or_else(|| Error::Internal("a change without a date".to_owned()))?,
            actor_id: row.uuid(3)?.filter(|id| !id.is_nil()),
            fields: changed.into_keys().collect(),
        });
        Ok(())
    })?;
    Ok(found)
}

/// An organization of a group, with the one above it.
#[derive(Debug, Clone)]
pub struct Member {
    pub id: Uuid,
    pub name: String,
    pub stage: String,
    pub above: Uuid,
}

/// The organizations directly below (or, with `up`, above) some others, by relationships that have not ended: `above` is the upper of the
/// two in either case. At most `most`.
///
/// # Errors
/// `Error::Forbidden` where the actor may read no relationships.
pub fn next_of(conn: &mut Conn, actor: &Actor, of: &[Uuid], up: bool, today: NaiveDate, most: usize) -> Result<Vec<Member>> {
    let (all, parties) = (reads(actor, "relationships")?, reads(actor, "customers")?);
    // Both ways of writing it down: A is a subsidiary of B, B is the parent of A.
    let pairs = |kind: &'static str, below: &'static str, above: &'static str| {
        Sql::new(format!("SELECT r.{below} AS below, r.{above} AS above FROM "))
            .and(seen("relationships", "t0.from_id, t0.to_id, t0.kind, t0.to_date", &all))
            .text(format!(" r WHERE r.kind = '{kind}' AND r.{} IN ", if up { below } else { above }))
            .list(of.iter().map(|id| Bind::from(*id)))
            .text(" AND (r.to_date IS NULL OR r.to_date >= ")
            .bind(Bind::Date(today))
            .text(")")
    };
    let found_by = if up { "above" } else { "below" };
    let sql = Sql::new("SELECT p.id, p.display_name, p.lifecycle_stage, r.above FROM (")
        .and(pairs("subsidiary", "from_id", "to_id"))
        .text(" UNION ")
        .and(pairs("parent", "to_id", "from_id"))
        .text(") r JOIN ")
        .and(seen("customers", "t0.id, t0.display_name, t0.lifecycle_stage", &parties))
        .text(format!(" p ON p.id = r.{found_by} ORDER BY p.display_name, p.id LIMIT "))
        .bind(most as i64);
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        found.push(Member {
            id: id(row, 0)?,
            name: row.text(1)?.unwrap_or_default(),
            stage: row.text(2)?.unwrap_or_default(),
            above: id(row, 3)?,
        });
        Ok(())
    })?;
    Ok(found)
}

pub(crate) fn id(row: &dyn Cells, index: usize) -> Result<Uuid> {
    row.uuid(index)?.ok_or_else(|| Error::Internal("a row without an id".to_owned()))
}

fn date(row: &dyn Cells, index: usize) -> Result<Option<NaiveDate>> {
    let mut value = None;
    row.at(index, &mut |cell| {
        value = Some(cell.date()?);
        Ok(())
    })?;
    Ok(value)
}

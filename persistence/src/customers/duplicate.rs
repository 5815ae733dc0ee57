//! Who has the same exact key, as far as the caller may see.
use crate::core::conn::Conn;
use crate::core::record::{live, pick};
use crate::core::share;
use crate::core::sql::{Bind, Sql};
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::pipeline::Context;
use domain::customers::customer::Customer;
use domain::customers::duplicate::{DuplicateMatch, ExactKey, shared};
use uuid::Uuid;

/// How many matches are looked at, and told.
const MOST: i64 = 20;

/// The customer as it is, without a sight: for what is compared before and after a write that has its own.
///
/// # Errors
/// Those of the database.
pub fn find(conn: &mut Conn, id: Uuid) -> Result<Option<Customer>> {
    live(conn, id)
}

/// Whether another customer could share an exact key with this one, in whoever's sight: that none does, which is the rule, is told without
/// reading a record.
///
/// # Errors
/// Those of the database.
pub fn suspected(conn: &mut Conn, id: Uuid) -> Result<bool> {
    let same = |column: &str| {
        let others = format!("SELECT 1 FROM customers mine JOIN customers other ON other.{column} = mine.{column} WHERE mine.id = ");
        Sql::new(others)
            .bind(id)
            .text(" AND other.deleted_at IS NULL AND other.id <> ")
            .bind(id)
    };
    let sql = Sql::new(
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM customer_keys mine JOIN customer_keys other ON other.kind = mine.kind AND other.value = mine.value \
         WHERE mine.customer_id = ",
    );
    let sql = sql.bind(id).text(" AND other.customer_id <> ").bind(id);
    let sql = sql.text(") OR EXISTS (").and(same("national_id"));
    let sql = sql.text(") OR EXISTS (").and(same("legal_id")).text(")");
    Ok(conn.row(&sql, |_| Ok(()))?.is_some())
}

/// Customers in the caller's sight that share an exact key with this one, which `before` did not share already.
///
/// # Errors
/// Those of the database.
pub fn matches(conn: &mut Conn, context: &Context<'_>, before: Option<&Customer>, now: &Customer) -> Result<Vec<DuplicateMatch>> {
    let mut any = Vec::new();
    for (column, id) in [("national_id", &now.national_id), ("legal_id", &now.legal_id)] {
        if let Some(id) = id {
            any.push(Sql::new(format!("SELECT id FROM customers WHERE deleted_at IS NULL AND {column} = ")).bind(id));
        }
    }
    for (kind, value) in now.contact_points.iter().filter_map(|p| p.key()) {
        let sql = Sql::new("SELECT customer_id FROM customer_keys WHERE kind = ").bind(kind);
        any.push(sql.text(" AND value = ").bind(value));
    }
    let read = context.sight("customers", "read")?;
    let mut found = Vec::new();
    let mut seen = vec![now.base.id.uuid()];
    for which in any {
        let mut sql = Sql::new("t0.kind = ").bind(<_ as domain::core::field::Choice>::word(now.kind));
        sql = sql.text(" AND t0.id IN (").and(which).text(") AND t0.id NOT IN ");
        sql = sql.list(seen.iter().map(|id| Bind::from(*id)));
        for other in pick::<Customer>(conn, sql.text(" LIMIT ").bind(MOST))? {
            let (id, base) = (other.base.id.uuid(), &other.base);
            let known = before.map(|b| shared(b, &other, context.now())).unwrap_or_default();
            let mut reasons = shared(now, &other, context.now());
            reasons.retain(|reason| !known.contains(reason));
            seen.push(id);
            let visible = read.covers(base.owner_id.map(Id::uuid), base.unit_id.map(Id::uuid)) || share::given(conn, &read, id)?;
            if visible && !reasons.is_empty() && found.len() < MOST as usize {
                found.push(DuplicateMatch {
                    id,
                    display_name: other.display_name,
                    reasons,
                });
            }
        }
    }
    Ok(found)
}

/// Refuses a customer of an import whose national or legal id another one in the caller's sight has: no two people have the same.
///
/// # Errors
/// `Error::Taken` with the field's name.
pub fn identities(conn: &mut Conn, context: &Context<'_>, before: Option<&Customer>, id: Uuid) -> Result<()> {
    if !suspected(conn, id)? {
        return Ok(());
    }
    let Some(now) = find(conn, id)?.filter(|c| c.national_id.is_some() || c.legal_id.is_some()) else {
        return Ok(());
    };
    let mut bare = now.clone();
    bare.contact_points.clear();
    match matches(conn, context, before, &bare)?.first().and_then(|m| m.reasons.first()) {
        Some(ExactKey::LegalId) => Err(Error::Taken("legal_id".to_owned())),
        Some(_) => Err(Error::Taken("national_id".to_owned())),
        None => Ok(()),
    }
}

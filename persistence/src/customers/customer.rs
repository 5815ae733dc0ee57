//! Customers, and the keys they are found by.
use super::membership;
use crate::access::members;
use crate::core::conn::Conn;
use crate::core::read;
use crate::core::sql::Sql;
use crate::privacy::erasure::is_erased;
use crate::privacy::ledger;
use crate::quality::profile;
use crate::{row, sql, store};
use domain::core::actor::Sight;
use domain::core::error::{Error, Result};
use domain::customers::contact_point::ContactPoint;
use domain::customers::customer::Customer;
use std::collections::BTreeSet;
use uuid::Uuid;

row! { Customer in customers {
    kind: Word,
    given_name: Maybe,
    family_name: Maybe,
    organization_name: Maybe,
    display_name: Plain,
    national_id: Maybe,
    legal_id: Maybe,
    birth_date: Maybe,
    gender: MaybeWord,
    identifying_features: Maybe,
    lifecycle_stage: Word,
    province: Maybe,
    city: Maybe,
    district: Maybe,
    country: Maybe,
    interests: Json,
    tags: Json,
    tastes: Maybe,
    tendencies: Maybe,
    buying_habits: Maybe,
    field_of_work: Maybe,
    job_class: Maybe,
    job_title: Maybe,
    credit_class: MaybeWord,
    access_class: Maybe,
    customer_group: Maybe,
    language: Plain,
    notes: Maybe,
    marketer_id: Maybe,
    referrer_id: Maybe,
    liaison_id: Maybe,
    account_team: Json,
    contact_points: Json,
    addresses: Json,
    bank_accounts: Json,
    completeness: Plain,
} hidden {
    search = Customer::search_text,
} }
store! {
    Customer,
    settle |conn, before, after, _context| {
        if let Some(before) = before {
            after.follow(before);
        }
        profile::settle(conn, before, after)?;
        stay_erased(conn, before, after)?;
        members::known(conn, before, after)
    },
    derive |conn, before, after, context| {
        keep_keys(conn, before, after)?;
        members::keep(conn, before, after, context)?;
        membership::follow(conn, before, after, context)
    }
}

/// Who was erased comes back neither under their old record nor by what they were known by.
fn stay_erased(conn: &mut Conn, before: Option<&Customer>, after: &Customer) -> Result<()> {
    if let Some(before) = before.filter(|b| b.looks_erased())
        && is_erased(conn, before.base.id.uuid())?
    {
        return Err(Error::Conflict("customer_erased"));
    }
    let known = before.map(Customer::identifiers).unwrap_or_default();
    let new: BTreeSet<String> = after.identifiers().difference(&known).cloned().collect();
    match ledger::knows(conn, &new)? {
        true => Err(Error::Conflict("identifier_erased")),
        false => Ok(()),
    }
}

fn keys(customer: Option<&Customer>) -> BTreeSet<(&'static str, String)> {
    customer
        .into_iter()
        .flat_map(|c| &c.contact_points)
        .filter_map(ContactPoint::key)
        .collect()
}

/// Keeps the telephone numbers and email addresses by which a customer is found in step with its contact points.
fn keep_keys(conn: &mut Conn, before: Option<&Customer>, after: Option<&Customer>) -> Result<()> {
    let Some(id) = after.or(before).map(|c| c.base.id.uuid()) else {
        return Ok(());
    };
    let (old, new) = (keys(before), keys(after));
    for (kind, value) in old.difference(&new) {
        conn.execute(&sql!(
            "DELETE FROM customer_keys WHERE kind = ? AND value = ? AND customer_id = ?",
            *kind,
            value,
            id
        ))?;
    }
    for (kind, value) in new.difference(&old) {
        conn.execute(&sql!(
            "INSERT INTO customer_keys (kind, value, customer_id) VALUES (?, ?, ?)",
            *kind,
            value,
            id
        ))?;
    }
    Ok(())
}

/// The customer within a sight that a telephone number (E.164) or an email address (its key) belongs to; of several, the one changed last.
///
/// # Errors
/// Those of the database.
pub fn found_by(conn: &mut Conn, sight: &Sight<'_>, kind: &'static str, value: &str) -> Result<Option<Uuid>> {
    let mut sql = Sql::new("SELECT t0.id FROM customer_keys k JOIN customers t0 ON t0.id = k.customer_id WHERE k.kind = ")
        .bind(kind)
        .text(" AND k.value = ")
        .bind(value)
        .text(" AND t0.deleted_at IS NULL");
    sql = sql.also(read::sight(sight));
    let found = conn.row(&sql.text(" ORDER BY t0.updated_at DESC, t0.id LIMIT 1"), |row| row.uuid(0))?;
    Ok(found.flatten())
}

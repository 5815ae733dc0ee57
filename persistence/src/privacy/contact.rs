//! The one question that everyone who sends something asks first: may this customer be reached, by this way, for this?
use crate::core::conn::Conn;
use crate::core::record::live;
use crate::core::sql::Sql;
use crate::core::stored::{Plain, Stored, Word as Spelled};
use crate::customers::overview::id;
use crate::privacy::erasure::is_erased;
use domain::core::error::Result;
use domain::core::field::Choice;
use domain::core::instant::Instant;
use domain::customers::contact_point::{ContactKind, ContactPoint};
use domain::customers::customer::Customer;
use domain::privacy::consent::Reach;
use domain::privacy::verdict::{Reason, Word, judge};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Whether a customer may be reached at one address, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub reason: Reason,
    /// The contact point in its normal form; none for a letter, and where there is none.
    pub address: Option<String>,
    pub kind: Option<ContactKind>,
    /// The row of the ledger that decided, where one did.
    pub consent: Option<Uuid>,
}

impl Verdict {
    /// Whether they may be reached there.
    pub fn allowed(&self) -> bool {
        self.reason.allows()
    }
    fn no(reason: Reason) -> Self {
        Verdict {
            reason,
            address: None,
            kind: None,
            consent: None,
        }
    }
}

/// Whether a customer may be reached by a channel for a purpose: at this address, or, where none is given, at the first of theirs that may be
/// used, the primary one before others. Senders ask it in the transaction in which they send, and send to the address it names.
///
/// # Errors
/// Those of the database.
pub fn may_contact(conn: &mut Conn, customer: Uuid, channel: Reach, purpose: &str, address: Option<&str>, now: Instant) -> Result<Verdict> {
    let mut all = verdicts(conn, customer, channel, purpose, address, now)?;
    let at = all.iter().position(Verdict::allowed).unwrap_or(0);
    Ok(all.swap_remove(at))
}

/// The same for each address of the customer that the channel could use; at least one verdict, which says why where there is none.
///
/// # Errors
/// Those of the database.
pub fn verdicts(
    conn: &mut Conn,
    customer: Uuid,
    channel: Reach,
    purpose: &str,
    address: Option<&str>,
    now: Instant,
) -> Result<Vec<Verdict>> {
    let Some(customer) = live::<Customer>(conn, customer)? else {
        return Ok(vec![Verdict::no(Reason::CustomerGone)]);
    };
    if customer.looks_erased() && is_erased(conn, customer.base.id.uuid())? {
        return Ok(vec![Verdict::no(Reason::Erased)]);
    }
    let words = words(conn, customer.base.id.uuid(), channel, purpose)?;
    if channel == Reach::Letter {
        let (reason, consent) = match customer.addresses.is_empty() {
            true => (Reason::NoAddress, None),
            false => judge(&words, "", purpose, now),
        };
        return Ok(vec![Verdict {
            consent,
            ..Verdict::no(reason)
        }]);
    }
    let asked = |p: &&ContactPoint| channel.kinds().contains(&p.kind) && address.is_none_or(|a| p.value == a || p.is_written(a));
    let mut points: Vec<&ContactPoint> = customer.contact_points.iter().filter(asked).collect();
    points.sort_by_key(|p| !p.primary);
    // One number can stand there as a telephone and as a mobile: what one of them says of it binds the other.
    let mut marked: BTreeMap<String, Reason> = BTreeMap::new();
    for point in &customer.contact_points {
        if let Some(reason) = mark(point, now) {
            let held = marked.entry(point.known_by()).or_insert(reason);
            if reason == Reason::DoNotUse {
                *held = reason;
            }
        }
    }
    let verdict = |point: &ContactPoint| {
        let key = point.known_by();
        let (reason, consent) = match marked.get(&key) {
            Some(reason) => (*reason, None),
            None => judge(&words, &key, purpose, now),
        };
        Verdict {
            reason,
            address: Some(point.value.clone()),
            kind: Some(point.kind),
            consent,
        }
    };
    let all: Vec<Verdict> = points.into_iter().map(verdict).collect();
    Ok(if all.is_empty() {
        vec![Verdict::no(Reason::NoAddress)]
    } else {
        all
    })
}

/// What keeps a contact point from being used, whatever its owner has said.
fn mark(point: &ContactPoint, now: Instant) -> Option<Reason> {
    if point.do_not_use {
        return Some(Reason::DoNotUse);
    }
    point.valid_until.is_some_and(|until| until < now).then_some(Reason::AddressExpired)
}

/// What the ledger says of a customer, a channel and a purpose.
fn words(conn: &mut Conn, customer: Uuid, channel: Reach, purpose: &str) -> Result<Vec<Word>> {
    let sql = Sql::new("SELECT t0.id, t0.contact_key, t0.status, t0.given_at, t0.expires_at FROM consents t0 WHERE t0.deleted_at IS NULL AND t0.customer_id = ")
        .bind(customer)
        .text(" AND t0.channel = ")
        .bind(channel.word())
        .text(" AND t0.purpose = ")
        .bind(purpose);
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        found.push(Word {
            id: id(row, 0)?,
            key: row.text(1)?.unwrap_or_default(),
            status: Spelled::read(row, 2)?,
            given_at: Plain::read(row, 3)?,
            expires_at: row.instant(4)?,
        });
        Ok(())
    })?;
    Ok(found)
}

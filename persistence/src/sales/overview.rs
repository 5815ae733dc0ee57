//! Deals in what is shown of customers: the view of a customer, and the timeline.
use crate::core::conn::Conn;
use crate::core::record::pick;
use crate::core::sql::{Bind, Sql};
use crate::core::stored::{Json, Maybe, Plain, Stored, Word};
use crate::core::{read, search};
use crate::customers::overview::{id, reads};
use crate::customers::timeline::{Ask, Source, tie};
use chrono::NaiveDate;
use domain::core::actor::Actor;
use domain::core::error::Result;
use domain::core::money::Money;
use domain::sales::lead::Lead;
use domain::sales::opportunity::OpportunityStatus;
use uuid::Uuid;

/// A deal in brief.
#[derive(Debug, Clone)]
pub struct Brief {
    pub id: Uuid,
    pub name: String,
    pub status: OpportunityStatus,
    pub stage: String,
    pub amount: Option<Money>,
    pub close_date: Option<NaiveDate>,
    pub probability: i64,
    pub owner_id: Option<Uuid>,
}

/// A customer's deals that the actor may see: the open ones first, by when they close; then the latest that were won or lost.
///
/// # Errors
/// `Error::Forbidden` where the actor may read no deals at all.
pub fn of_customer(conn: &mut Conn, actor: &Actor, customer: Uuid, limit: usize) -> Result<Vec<Brief>> {
    let sight = reads(actor, "opportunities")?;
    let mut sql = Sql::new(
        "SELECT t0.id, t0.name, t0.status, (SELECT s.name FROM stages s WHERE s.id = t0.stage_id), t0.amount, t0.close_date, t0.probability, \
         t0.owner_id FROM opportunities t0 WHERE t0.deleted_at IS NULL AND t0.customer_id = ",
    )
    .bind(customer);
    sql = sql.also(read::sight(&sight));
    let sql = sql
        .text(
            " ORDER BY CASE WHEN t0.status = 'open' THEN 0 ELSE 1 END, CASE WHEN t0.status = 'open' AND t0.close_date IS NULL THEN 1 ELSE 0 END, \
             CASE WHEN t0.status = 'open' THEN t0.close_date END, t0.close_date DESC, t0.id DESC LIMIT ",
        )
        .bind(limit as i64);
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        found.push(Brief {
            id: id(row, 0)?,
            name: Plain::read(row, 1)?,
            status: Word::read(row, 2)?,
            stage: row.text(3)?.unwrap_or_default(),
            amount: Json::read(row, 4)?,
            close_date: Maybe::read(row, 5)?,
            probability: Plain::read(row, 6)?,
            owner_id: row.uuid(7)?,
        });
        Ok(())
    })?;
    Ok(found)
}

/// The leads that became a customer or a person there, as far as the actor may see them, the latest first.
///
/// # Errors
/// `Error::Forbidden` where the actor may read no leads at all.
pub fn leads_of(conn: &mut Conn, actor: &Actor, customer: Uuid, limit: usize) -> Result<Vec<Lead>> {
    let sight = reads(actor, "leads")?;
    let sql = Sql::new("t0.deleted_at IS NULL AND (t0.customer_id = ").bind(customer);
    let sql = sql.text(" OR t0.contact_id = ").bind(customer).text(")").also(read::sight(&sight));
    pick(
        conn,
        sql.text(" ORDER BY t0.converted_at DESC, t0.id DESC LIMIT ").bind(limit as i64),
    )
}

/// Deals in a timeline: when they were made, and what has become of them.
#[derive(Debug)]
pub struct Opportunities;
impl Source for Opportunities {
    fn kind(&self) -> &'static str {
        "opportunity"
    }
    fn select(&self, ask: &Ask<'_>) -> Option<Sql> {
        let sight = ask.actor.sight("opportunities", "read").filter(|_| ask.channel.is_none())?;
        let mut all = vec![
            Sql::new("t0.customer_id IN ").list(ask.customers.iter().map(|id| Bind::from(*id))),
            Sql::new("t0.deleted_at IS NULL"),
        ];
        all.extend(read::sight(&sight));
        all.extend(search::in_row(&ask.terms, ask.sqlite));
        all.extend(ask.person.map(|person| Sql::new("t0.owner_id = ").bind(person)));
        let tie = tie("t0.id", ask.sqlite);
        let sql = Sql::new(format!(
            "SELECT t0.created_at AS at, {tie} AS tie, t0.id AS record_id, t0.customer_id AS customer_id, t0.status AS word, \
             CAST(NULL AS TEXT) AS channel, CAST(NULL AS TEXT) AS direction, t0.name AS title, substr(t0.description, 1, 300) AS summary, \
             t0.owner_id AS actor_id FROM opportunities t0 WHERE "
        ));
        Some(sql.and(Sql::join(all, " AND ", "TRUE")))
    }
}

/// Leads in a timeline: when they became the customer.
#[derive(Debug)]
pub struct Leads;
impl Source for Leads {
    fn kind(&self) -> &'static str {
        "lead"
    }
    fn select(&self, ask: &Ask<'_>) -> Option<Sql> {
        let sight = ask.actor.sight("leads", "read").filter(|_| ask.channel.is_none())?;
        let customers = || ask.customers.iter().map(|id| Bind::from(*id));
        let became = Sql::new("t0.customer_id IN ").list(customers());
        let mut all = vec![became, Sql::new("t0.deleted_at IS NULL"), Sql::new("t0.converted_at IS NOT NULL")];
        all.extend(read::sight(&sight));
        all.extend(search::in_row(&ask.terms, ask.sqlite));
        all.extend(ask.person.map(|person| Sql::new("t0.owner_id = ").bind(person)));
        let tie = tie("t0.id", ask.sqlite);
        let sql = Sql::new(format!(
            "SELECT t0.converted_at AS at, {tie} AS tie, t0.id AS record_id, t0.customer_id AS customer_id, t0.channel AS word, \
             CAST(NULL AS TEXT) AS channel, CAST(NULL AS TEXT) AS direction, t0.display_name AS title, substr(t0.message, 1, 300) AS summary, \
             t0.owner_id AS actor_id FROM leads t0 WHERE "
        ));
        Some(sql.and(Sql::join(all, " AND ", "TRUE")))
    }
}

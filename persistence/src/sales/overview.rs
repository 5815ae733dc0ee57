//! Deals in what is shown of customers: the view of a customer, and the timeline.
use crate::core::conn::Conn;
use crate::core::read;
use crate::core::record::pick;
use crate::core::sql::Sql;
use crate::core::stored::{Json, Maybe, Plain, Stored, Word};
use crate::customers::overview::{self, id, reads};
use crate::customers::timeline::Records;
use chrono::NaiveDate;
use domain::core::actor::Actor;
use domain::core::error::Result;
use domain::core::money::Money;
use domain::sales::account_plan::AccountPlan;
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

/// What is planned with a customer, as far as the actor sees it: what is followed first, the latest first.
///
/// # Errors
/// `Error::Forbidden` where the actor may read no plans at all.
pub fn plans_of(conn: &mut Conn, actor: &Actor, customer: Uuid, limit: usize) -> Result<Vec<AccountPlan>> {
    let order = "CASE WHEN t0.status = 'active' THEN 0 ELSE 1 END, t0.starts_on DESC, t0.id DESC";
    overview::of_customer(conn, actor, customer, order, limit)
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
pub const OPPORTUNITIES: Records = Records {
    kind: "opportunity",
    object: "opportunities",
    at: "t0.created_at",
    word: "t0.status",
    title: "t0.name",
    summary: "substr(t0.description, 1, 300)",
    by: "t0.owner_id",
};

/// Leads in a timeline: when they became the customer.
pub const LEADS: Records = Records {
    kind: "lead",
    object: "leads",
    at: "t0.converted_at",
    word: "t0.channel",
    title: "t0.display_name",
    summary: "substr(t0.message, 1, 300)",
    by: "t0.owner_id",
};

//! Contracts: their numbers, what follows them, and the deal and the call that a due renewal becomes, once.
use super::{line, of_deal, series};
use crate::core::conn::Conn;
use crate::core::money;
use crate::core::record::live;
use crate::core::sql::{Bind, Sql};
use crate::customers::overview;
use crate::sales::course;
use crate::{row, sql, store};
use chrono::NaiveDate;
use domain::access::user::{Locale, User};
use domain::activities::task::Task;
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::input::members;
use domain::core::pipeline::{self, Context, Done, Expect, Storage as _};
use domain::core::problem::Problems;
use domain::orders::contract::{Contract, ContractKind, ContractStatus};
use domain::orders::contract_steps::Renewal;
use domain::orders::series::Numbered;
use domain::sales::opportunity::Opportunity;
use domain::sales::pipeline::Pipeline;
use serde_json::json;
use uuid::Uuid;

row! { Contract in contracts {
    number: Maybe,
    customer_id: Plain,
    name: Plain,
    kind: Word,
    status: Word,
    starts_on: Plain,
    term_months: Maybe,
    calendar: Word,
    ends_on: Maybe,
    notice_days: Plain,
    currency: Plain,
    value: Json,
    lines: Json,
    renewal: Word,
    renewal_term_months: Maybe,
    renewal_percent: Maybe,
    renewal_lead_days: Plain,
    renewal_pipeline_id: Maybe,
    order_id: Maybe,
    opportunity_id: Maybe,
    notes: Maybe,
    line_totals: Json,
    totals: Json,
    renewal_due_on: Maybe,
    renewal_opportunity_id: Maybe,
    renewal_task_id: Maybe,
    previous_id: Maybe,
    next_id: Maybe,
    anchor_on: Maybe,
    anchor_months: Plain,
    steps: Plain,
    activated_at: Maybe,
    activated_by: Maybe,
    notice_on: Maybe,
    closed_on: Maybe,
    reason: Maybe,
} hidden {
    value_units = |c: &Contract| money::units(c.value),
    value_micros = |c: &Contract| money::micros(c.value),
    value_currency = |c: &Contract| money::code(c.value),
    search = Contract::search_text,
} }
store! {
    Contract,
    settle |conn, before, after, context| settle(conn, before, after, context),
    derive |_conn, before, after, _context| match (before, after) {
        (Some(gone), None) if gone.status != ContractStatus::Draft => Err(Error::Conflict("contract_not_draft")),
        _ => Ok(()),
    }
}

fn settle(conn: &mut Conn, before: Option<&Contract>, after: &mut Contract, context: &Context<'_>) -> Result<Problems> {
    let mut problems = Problems::default();
    let differs = before.is_none_or(|b| after.differs(b));
    // What holds goes on by steps, not by edits.
    if before.is_some_and(|b| differs && b.status != ContractStatus::Draft && b.steps == after.steps) {
        return Err(Error::Conflict("contract_not_draft"));
    }
    let was = before.and_then(|b| b.opportunity_id);
    of_deal(conn, context, (was, after.opportunity_id), after.customer_id, &mut problems)?;
    if differs {
        let code = after.currency.clone();
        // What was sold before goes on being sold with the renewal.
        let known = match (before, after.previous_id) {
            (Some(before), _) => before.lines.clone(),
            (None, Some(_)) => after.lines.clone(),
            (None, None) => Vec::new(),
        };
        let scene = line::Scene {
            before: &known,
            customer: Some(after.customer_id),
            code: &code,
        };
        line::complete(conn, context, &scene, &mut after.lines, &mut problems)?;
        if problems.0.is_empty()
            && let Err(wrong) = after.count()
        {
            problems.extend(wrong);
        }
    }
    if after.activated_at.is_some() && after.number.is_none() && problems.0.is_empty() {
        let today = context.now().utc().date_naive();
        after.number = Some(series::take(conn, Numbered::Contract, today, context.now())?);
    }
    Ok(problems)
}

/// The day that it is for those who work here.
///
/// # Errors
/// Those of the database.
pub fn today(conn: &mut Conn, context: &Context<'_>) -> Result<NaiveDate> {
    Ok(course::hours(conn)?.day(context.now()))
}

/// Renews a contract: a new one takes its place from the day after its last. The contract that was renewed is answered.
///
/// # Errors
/// Those of [`Contract::renew`]; those of the pipeline.
pub fn renew(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, asked: Renewal) -> Result<Done> {
    conn.hold("contracts", id)?;
    let next: Id<Contract> = Id::from_uuid(context.ids.next());
    let old = live::<Contract>(conn, id)?;
    // Whether the actor may do it, on this version, comes first.
    let done = pipeline::change::<Contract>(conn, context, id, expect, "update", |contract| contract.give_way(next))?;
    let old = old.ok_or(Error::NotFound)?;
    let (by, now) = (context.actor.user(), context.now());
    let body = json!({
        "customer_id": old.customer_id, "name": old.name, "kind": old.kind, "calendar": old.calendar, "starts_on": old.starts_on,
        "notice_days": old.notice_days, "currency": old.currency, "renewal": old.renewal, "renewal_term_months": old.renewal_term_months,
        "renewal_percent": old.renewal_percent, "renewal_lead_days": old.renewal_lead_days, "renewal_pipeline_id": old.renewal_pipeline_id,
        "order_id": old.order_id, "opportunity_id": old.renewal_opportunity_id, "notes": old.notes, "custom": old.base.custom,
    });
    context.in_house(|context| {
        pipeline::create_with::<Contract>(conn, context, Some(next.uuid()), members(body), |into| {
            old.renew(into, asked, by, now)
        })
    })?;
    Ok(done)
}

/// Contracts whose renewal is due and was not told of, by id, after one, at most so many.
///
/// # Errors
/// Those of the database.
pub fn due(conn: &mut Conn, today: NaiveDate, after: Uuid, most: i64) -> Result<Vec<Uuid>> {
    let sql = Sql::new(
        "SELECT id FROM contracts WHERE deleted_at IS NULL AND status = 'active' AND renewal_opportunity_id IS NULL AND renewal_due_on <= ",
    );
    conn.ids(
        &sql.bind(Bind::Date(today))
            .text(" AND id > ")
            .bind(after)
            .text(" ORDER BY id LIMIT ")
            .bind(most),
    )
}

/// Contracts that hold though their last day has passed, by id, after one, at most so many.
///
/// # Errors
/// Those of the database.
pub fn over(conn: &mut Conn, today: NaiveDate, after: Uuid, most: i64) -> Result<Vec<Uuid>> {
    let sql = Sql::new("SELECT id FROM contracts WHERE deleted_at IS NULL AND status IN ('active', 'in_notice') AND ends_on < ");
    conn.ids(
        &sql.bind(Bind::Date(today))
            .text(" AND id > ")
            .bind(after)
            .text(" ORDER BY id LIMIT ")
            .bind(most),
    )
}

/// Makes of a due renewal one deal and one call, and whether it did. That it was done is kept under the contract's own key, which is there once:
/// whoever comes second, on another server, after a restart or with another clock, finds it taken and does nothing.
///
/// # Errors
/// Those of the pipeline, such as `no_pipeline`.
pub fn raise(conn: &mut Conn, context: &Context<'_>, id: Uuid) -> Result<bool> {
    conn.hold("contracts", id)?;
    let today = today(conn, context)?;
    let Some(contract) = live::<Contract>(conn, id)?.filter(|contract| contract.is_due(today)) else {
        return Ok(false);
    };
    let taken = conn.execute(&sql!(
        "INSERT INTO contract_renewals (contract_id, raised_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
        id,
        context.now()
    ))?;
    if taken == 0 {
        return Ok(false);
    }
    let owner = match contract.base.owner_id {
        Some(owner) => live::<User>(conn, owner.uuid())?,
        None => None,
    };
    let number = contract.number.as_deref().unwrap_or_default();
    let (deal, call) = match owner.as_ref().is_none_or(|owner| owner.locale == Locale::Persian) {
        true => (
            format!("تمدید {number} {}", contract.name),
            format!("تماس برای تمدید {number} {}", contract.name),
        ),
        false => (
            format!("Renewal of {number} {}", contract.name),
            format!("Call about the renewal of {number} {}", contract.name),
        ),
    };
    let cut = |text: String, most: usize| text.chars().take(most).collect::<String>();
    let mut body = members(json!({
        "name": cut(deal, 200), "customer_id": contract.customer_id, "kind": "renewal", "amount": contract.renewed_worth(),
        "close_date": contract.ends_on, "owner_id": contract.base.owner_id,
    }));
    if let Some(pipeline) = way(conn, &contract)? {
        body.insert("pipeline_id".to_owned(), json!(pipeline));
    }
    let opportunity = pipeline::create::<Opportunity>(conn, context, None, body)?.id;
    // By the last day on which notice can be given, or today where that has passed.
    let day = contract.notice_by().unwrap_or(today).max(today);
    let body = json!({
        "title": cut(call, 300), "kind": "call", "priority": "high", "customer_id": contract.customer_id,
        "due_at": course::hours(conn)?.midnight(day), "owner_id": contract.base.owner_id,
    });
    let task = pipeline::create::<Task>(conn, context, None, members(body))?.id;
    pipeline::change::<Contract>(conn, context, id, Expect::Any, "update", |contract| {
        contract.renewal_opportunity_id = Some(Id::from_uuid(opportunity));
        contract.renewal_task_id = Some(Id::from_uuid(task));
        Ok(())
    })?;
    Ok(true)
}

/// The pipeline of the deal: the contract's own choice, for a policy the one that was made for insurance, else none in particular.
fn way(conn: &mut Conn, contract: &Contract) -> Result<Option<Uuid>> {
    if let Some(own) = contract.renewal_pipeline_id
        && live::<Pipeline>(conn, own.uuid())?.is_some()
    {
        return Ok(Some(own.uuid()));
    }
    if contract.kind != ContractKind::Policy {
        return Ok(None);
    }
    let made = Sql::new(
        "SELECT id FROM pipelines WHERE deleted_at IS NULL AND template = 'insurance_policy' ORDER BY is_default DESC, created_at, id LIMIT 1",
    );
    Ok(conn.ids(&made)?.first().copied())
}

/// What became of a contract whose last day has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passed {
    /// It went on by itself.
    Renewed,
    Ended,
    /// There was nothing to do any more.
    Nothing,
}

/// Lets a contract whose last day has passed go on, or end.
///
/// # Errors
/// Those of the pipeline.
pub fn pass(conn: &mut Conn, context: &Context<'_>, id: Uuid) -> Result<Passed> {
    conn.hold("contracts", id)?;
    let today = today(conn, context)?;
    let holds = |c: &Contract| matches!(c.status, ContractStatus::Active | ContractStatus::InNotice) && c.is_over(today);
    let Some(contract) = live::<Contract>(conn, id)?.filter(holds) else {
        return Ok(Passed::Nothing);
    };
    if contract.goes_on(today) {
        renew(conn, context, id, Expect::Any, Renewal::default())?;
        return Ok(Passed::Renewed);
    }
    pipeline::change::<Contract>(conn, context, id, Expect::Any, "update", |contract| contract.end(today))?;
    Ok(Passed::Ended)
}

/// A customer's contracts that the actor sees, those that hold first, those that end first first.
///
/// # Errors
/// `Error::Forbidden` where the actor may read no contracts at all.
pub fn of_customer(conn: &mut Conn, actor: &Actor, customer: Uuid, limit: usize) -> Result<Vec<Contract>> {
    let order = "CASE WHEN t0.status IN ('active', 'in_notice') THEN 0 ELSE 1 END, t0.ends_on, t0.id";
    overview::of_customer(conn, actor, customer, order, limit)
}

//! Opportunities: what they are by their stage, and what is kept in step with them.
use super::pipeline::{found, usual};
use super::{course, history, line};
use crate::access::members;
use crate::core::conn::Conn;
use crate::core::money;
use crate::core::sql::{Bind, Sql};
use crate::{row, sql, store};
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::instant::Instant;
use domain::core::pipeline::Context;
use domain::core::problem::{Code, Problems};
use domain::sales::competitor::Competitor;
use domain::sales::course::Course;
use domain::sales::line::sold;
use domain::sales::opportunity::{Opportunity, OpportunityStatus};
use domain::sales::working_time::WorkingTime;
use std::collections::BTreeSet;
use uuid::Uuid;

row! { Opportunity in opportunities {
    name: Plain,
    customer_id: Plain,
    pipeline_id: Plain,
    stage_id: Plain,
    status: Word,
    kind: Word,
    lines: Json,
    amount: Json,
    product_id: Maybe,
    close_date: Maybe,
    started_on: Maybe,
    own_probability: Maybe,
    own_forecast_category: MaybeWord,
    next_step: Maybe,
    next_step_on: Maybe,
    description: Maybe,
    source: Maybe,
    campaign: Maybe,
    partner_id: Maybe,
    competitor_ids: Json,
    team: Json,
    checklist_done: Json,
    close_reason: MaybeWord,
    close_note: Maybe,
    lost_to_id: Maybe,
    lead_id: Maybe,
    probability: Plain,
    forecast_category: Word,
    stage_entered_at: Maybe,
    stage_due_at: Maybe,
    stage_note: Maybe,
    closed_at: Maybe,
    close_date_moves: Plain,
    close_dates: Json,
    stuck_at: Maybe,
    slipping_at: Maybe,
    accepted_quote_id: Maybe,
    order_id: Maybe,
} hidden {
    amount_units = |o: &Opportunity| money::units(o.amount),
    amount_micros = |o: &Opportunity| money::micros(o.amount),
    amount_currency = |o: &Opportunity| money::code(o.amount),
    search = Opportunity::search_text,
} }
store! {
    Opportunity,
    settle |conn, before, after, context| match before {
        None => begin(conn, after, context),
        Some(before) => go_on(conn, before, after, context),
    },
    derive |conn, before, after, context| {
        history::keep(conn, before, after, context)?;
        compete(conn, before, after)?;
        line::keep(conn, before, after)?;
        members::keep(conn, before, after, context)
    }
}

/// Puts a new deal where it belongs: into the first stage, or, for whoever may take over history, where they say.
fn begin(conn: &mut Conn, deal: &mut Opportunity, context: &Context<'_>) -> Result<Problems> {
    let mut problems = members::known(conn, None, deal)?;
    problems.extend(line::settle(conn, None, deal, context)?);
    if deal.pipeline_id.uuid().is_nil() {
        // An organization that is older than its pipelines gets its first one now.
        context.by_server(|context| found(conn, context))?;
        deal.pipeline_id = Id::from_uuid(usual(conn)?.ok_or(Error::Conflict("no_pipeline"))?);
    }
    // A pipeline that is not there is told of by the check of references.
    let Some(course) = course::of(conn, deal.pipeline_id.uuid())? else {
        deal.stage_id = Id::from_uuid(Uuid::nil());
        problems.add("/pipeline_id", Code::NotFound);
        return Ok(problems);
    };
    let kind = deal.status.stage_kind();
    let stage = match deal.stage_id.uuid().is_nil() {
        true => course.first(kind).ok_or(Error::Conflict("pipeline_without_stage"))?,
        false => match course.stage(deal.stage_id) {
            Some(stage) => stage,
            None => {
                problems.with("/stage_id", Code::Conflict, vec![("with", "/pipeline_id".to_owned())]);
                return Ok(problems);
            }
        },
    };
    if deal.status != OpportunityStatus::Open && kind != stage.kind {
        problems.with("/status", Code::Conflict, vec![("with", "/stage_id".to_owned())]);
    }
    let first = course.first(domain::sales::stage::StageKind::Open).map(|s| s.id());
    if first != Some(stage.id()) && context.actor.sight("opportunities", "load").is_none() {
        let at = if deal.stage_id.uuid().is_nil() { "/status" } else { "/stage_id" };
        problems.add(at, Code::Forbidden);
    }
    let hours = course::hours(conn)?;
    let (own_probability, own_category) = (deal.own_probability, deal.own_forecast_category);
    deal.enter(stage, &course.pipeline, context.now(), &hours);
    (deal.own_probability, deal.own_forecast_category) = (own_probability, own_category);
    deal.judge(stage);
    history_of(deal, context.now(), &hours, &mut problems);
    Ok(problems)
}

/// What is only said of deals that are over, and when this one was.
fn history_of(deal: &mut Opportunity, now: Instant, hours: &WorkingTime, problems: &mut Problems) {
    let today = hours.day(now);
    if deal.status == OpportunityStatus::Open {
        deal.started_on
            .get_or_insert(deal.close_date.map_or(today, |close| close.min(today)));
        let said = [
            ("/close_reason", deal.close_reason.is_some()),
            ("/close_note", deal.close_note.is_some()),
            ("/lost_to_id", deal.lost_to_id.is_some()),
        ];
        for (at, _) in said.into_iter().filter(|(_, said)| *said) {
            problems.with(at, Code::Conflict, vec![("with", "/status".to_owned())]);
        }
        return;
    }
    let on = *deal.close_date.get_or_insert(today);
    if on > today {
        problems.with("/close_date", Code::OutOfRange, vec![("max", today.to_string())]);
    }
    deal.started_on.get_or_insert(on.min(today));
    let at = hours.midnight(on);
    (deal.closed_at, deal.stage_entered_at) = (Some(at.min(now)), Some(at.min(now)));
    if let Some(to) = deal.lost_to_id.filter(|to| !deal.competitor_ids.contains(to)) {
        deal.competitor_ids.push(to);
    }
}

/// What follows from a change of a deal that is there.
fn go_on(conn: &mut Conn, before: &Opportunity, deal: &mut Opportunity, context: &Context<'_>) -> Result<Problems> {
    let mut problems = members::known(conn, Some(before), deal)?;
    problems.extend(line::settle(conn, Some(before), deal, context)?);
    let (was, is) = (before.status, deal.status);
    if was == OpportunityStatus::Open && is == was && before.close_date != deal.close_date {
        let hours = course::hours(conn)?;
        deal.moved(before.close_date, context.now(), context.actor.user(), hours.day(context.now()));
    }
    let judged = before.own_probability != deal.own_probability || before.own_forecast_category != deal.own_forecast_category;
    let worth = before.amount != deal.amount || sold(before) != sold(deal);
    let counted = worth || before.close_date != deal.close_date || before.customer_id != deal.customer_id;
    if was != OpportunityStatus::Open && is == was && (judged || counted) {
        // What was won or lost is counted on.
        return Err(Error::Conflict("opportunity_closed"));
    }
    if judged && before.stage_id == deal.stage_id {
        let stage = crate::core::record::live::<domain::sales::stage::Stage>(conn, deal.stage_id.uuid())?;
        if let Some(stage) = stage {
            deal.judge(&stage);
        }
    }
    Ok(problems)
}

/// Keeps in step who competes for which deal.
fn compete(conn: &mut Conn, before: Option<&Opportunity>, after: Option<&Opportunity>) -> Result<()> {
    let rivals =
        |deal: Option<&Opportunity>| -> BTreeSet<Id<Competitor>> { deal.into_iter().flat_map(|d| d.competitor_ids.clone()).collect() };
    let Some(deal) = after.or(before).map(|d| d.base.id.uuid()) else {
        return Ok(());
    };
    let (old, new) = (rivals(before), rivals(after));
    for rival in old.difference(&new) {
        conn.execute(&sql!(
            "DELETE FROM opportunity_competitors WHERE competitor_id = ? AND opportunity_id = ?",
            rival.uuid(),
            deal
        ))?;
    }
    for rival in new.difference(&old) {
        conn.execute(&sql!(
            "INSERT INTO opportunity_competitors (competitor_id, opportunity_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
            rival.uuid(),
            deal
        ))?;
    }
    Ok(())
}

/// The course of a deal's pipeline, for whoever moves it on.
///
/// # Errors
/// When it is gone, which deals keep it from.
pub fn course_of(conn: &mut Conn, deal: &Opportunity) -> Result<Course> {
    let id = deal.pipeline_id;
    course::of(conn, id.uuid())?.ok_or_else(|| Error::Internal(format!("pipeline {id} is gone")))
}

/// Deals that are in their stage for too long and are not known to be, at most so many.
///
/// # Errors
/// Those of the database.
pub fn stuck(conn: &mut Conn, now: Instant, most: i64) -> Result<Vec<Uuid>> {
    conn.ids(&stuck_sql(now, most))
}

fn stuck_sql(now: Instant, most: i64) -> Sql {
    let sql = Sql::new(
        "SELECT t0.id FROM opportunities t0 WHERE t0.deleted_at IS NULL AND t0.status = 'open' AND t0.stuck_at IS NULL AND t0.stage_due_at <= ",
    );
    sql.bind(now).text(" ORDER BY t0.stage_due_at LIMIT ").bind(most)
}

/// Deals that are open behind their closing day and are not known to be, at most so many.
///
/// # Errors
/// Those of the database.
pub fn slipping(conn: &mut Conn, today: chrono::NaiveDate, most: i64) -> Result<Vec<Uuid>> {
    conn.ids(&slipping_sql(today, most))
}

fn slipping_sql(today: chrono::NaiveDate, most: i64) -> Sql {
    let sql = Sql::new(
        "SELECT t0.id FROM opportunities t0 WHERE t0.deleted_at IS NULL AND t0.status = 'open' AND t0.slipping_at IS NULL AND t0.close_date < ",
    );
    // By the day alone: with the id behind it an index that has both is taken, and gone through past all the deals that are closed.
    sql.bind(Bind::Date(today)).text(" ORDER BY t0.close_date LIMIT ").bind(most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::plan;

    #[tokio::test]
    async fn deals_that_need_a_look_are_found_by_the_indexes_of_those_alone() {
        plan::takes(stuck_sql(Instant::UNSET, 1), "opportunities_stuck").await;
        plan::takes(slipping_sql(chrono::NaiveDate::MIN, 1), "opportunities_slipping").await;
    }
}

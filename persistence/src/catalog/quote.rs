//! Quotes: their prices, their numbers, and who lets their discounts through.
use super::pricing;
use crate::core::conn::Conn;
use crate::core::read;
use crate::core::record::{live, pick};
use crate::core::sql::{Bind, Sql};
use crate::customers::overview::reads;
use crate::customers::timeline::Records;
use crate::orders::{of_deal, series};
use crate::{row, store};
use domain::access::user::User;
use domain::catalog::approval::{Approval, ApprovalDelegation, Decider, DiscountLimit, chain};
use domain::catalog::quotation::PricedLine;
use domain::catalog::quote::{Quote, QuoteStatus};
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::pipeline::{self, Context, Expect, Storage as _};
use domain::core::problem::Problems;
use domain::core::resource::Setting;
use domain::core::text::search_key;
use domain::orders::series::Numbered;
use domain::sales::opportunity::Opportunity;
use std::collections::BTreeSet;
use uuid::Uuid;

row! { Quote in quotes {
    number: Plain,
    revision: Plain,
    previous_id: Maybe,
    status: Word,
    customer_id: Plain,
    opportunity_id: Maybe,
    title: Plain,
    language: Word,
    currency: Plain,
    valid_until: Maybe,
    lines: Json,
    discounts: Json,
    charges: Json,
    coupons: Json,
    payment_term_id: Maybe,
    rounding_step: Maybe,
    terms_text: Maybe,
    pricing: Json,
    options: Json,
    total: Json,
    discount_percent: Plain,
    submitted_by: Maybe,
    approvals: Json,
    sent_at: Maybe,
    sent_to: Maybe,
    acceptance: Json,
    declined_reason: Maybe,
    order_id: Maybe,
    converted_at: Maybe,
} hidden {
    search = |q: &Quote| search_key(&format!("{} {}", q.number, q.title)),
} }
store! {
    Quote,
    settle |conn, before, after, context| settle(conn, before, after, context),
    derive |conn, before, after, context| {
        kept(before, after)?;
        tell(conn, before, after, context)
    }
}

row! { DiscountLimit in discount_limits {
    role_id: Plain,
    max_percent: Plain,
} }
store! { DiscountLimit }

row! { ApprovalDelegation in approval_delegations {
    from_user_id: Plain,
    to_user_id: Plain,
    from_date: Plain,
    to_date: Plain,
} }
store! { ApprovalDelegation, settle |_conn, _before, after, context| own(after, context) }

/// Nobody gives another's say away, but for who may do everything.
fn own(delegation: &ApprovalDelegation, context: &Context<'_>) -> Result<Problems> {
    let own = delegation.from_user_id.uuid() == context.actor.user_id;
    if own || crate::access::actor::owns(&context.actor.grants) {
        Ok(Problems::default())
    } else {
        Err(Error::Forbidden("approval_delegations:create".to_owned()))
    }
}

/// What was once submitted is no draft to be thrown away.
fn kept(before: Option<&Quote>, after: Option<&Quote>) -> Result<()> {
    match (before, after) {
        (Some(quote), None) if quote.status != QuoteStatus::Draft => Err(Error::Conflict("quote_not_draft")),
        _ => Ok(()),
    }
}

/// A deal knows which quote of it was accepted last, and which order came of it last: its criteria can ask for them, and its changes tell of them.
fn tell(conn: &mut Conn, before: Option<&Quote>, after: Option<&Quote>, context: &Context<'_>) -> Result<()> {
    let Some((quote, deal)) = after.and_then(|quote| Some((quote, quote.opportunity_id?))) else {
        return Ok(());
    };
    let linked = before.is_some_and(|b| b.opportunity_id != quote.opportunity_id);
    let accepted = quote.status == QuoteStatus::Accepted && (linked || before.is_some_and(|b| b.status != quote.status));
    let ordered = quote.order_id.is_some() && (linked || before.is_some_and(|b| b.order_id != quote.order_id));
    if !accepted && !ordered || live::<Opportunity>(conn, deal.uuid())?.is_none() {
        return Ok(());
    }
    conn.hold("opportunities", deal.uuid())?;
    context
        .in_house(|context| {
            pipeline::change::<Opportunity>(conn, context, deal.uuid(), Expect::Any, "update", |deal| {
                deal.accepted_quote_id = Some(quote.base.id.cast());
                deal.order_id = quote.order_id.or(deal.order_id);
                Ok(())
            })
        })
        .map(|_| ())
}

/// A draft has the price of the day; nothing else of it changes. A new one gets its number.
fn settle(conn: &mut Conn, before: Option<&Quote>, after: &mut Quote, context: &Context<'_>) -> Result<Problems> {
    let mut problems = Problems::default();
    let was = before.and_then(|b| b.opportunity_id);
    of_deal(conn, context, (was, after.opportunity_id), after.customer_id, &mut problems)?;
    if !problems.0.is_empty() {
        return Ok(problems);
    }
    let touched = before.is_none_or(|b| after.differs(b));
    if touched && before.is_some_and(|b| b.status != QuoteStatus::Draft) {
        return Err(Error::Conflict("quote_not_draft"));
    }
    if touched {
        let problems = reprice(conn, context.actor, context.setting, after)?;
        if !problems.0.is_empty() {
            return Ok(problems);
        }
    }
    if before.is_none() && after.number.is_empty() {
        after.revision = 1;
        after.number = series::take(conn, Numbered::Quote, context.now().utc().date_naive(), context.now())?;
    }
    Ok(Problems::default())
}

/// Works out anew what a quote costs, as far as somebody may see what it names.
///
/// # Errors
/// Those of the database; what is wrong with the quote is returned.
pub fn reprice(conn: &mut Conn, actor: &Actor, setting: &Setting, quote: &mut Quote) -> Result<Problems> {
    let (ask, places) = quote.ask();
    let pricing = match ask.lines.is_empty() {
        true => None,
        false => match pricing::price(conn, actor, setting, &ask) {
            Ok(pricing) => Some(pricing),
            Err(Error::Invalid(problems)) => return Ok(placed(problems, &places)),
            Err(error) => return Err(error),
        },
    };
    let mut options: Vec<PricedLine> = Vec::new();
    for (place, ask) in quote.options() {
        match pricing::price(conn, actor, setting, &ask) {
            Ok(pricing) => options.extend(pricing.lines),
            Err(Error::Invalid(problems)) => return Ok(placed(problems, &[place])),
            Err(error) => return Err(error),
        }
    }
    quote.price(pricing, options);
    Ok(Problems::default())
}

/// Problems of the lines that were asked for, at their places in the quote.
fn placed(problems: Problems, places: &[usize]) -> Problems {
    let mut out = Problems::default();
    for violation in problems.0 {
        let parts = violation
            .pointer
            .strip_prefix("/lines/")
            .map(|rest| rest.split_once('/').unwrap_or((rest, "")));
        let place = parts.and_then(|(n, rest)| Some((places.get(n.parse::<usize>().ok()?)?, rest)));
        let pointer = match place {
            Some((place, rest)) => format!("/lines/{place}/{rest}").trim_end_matches('/').to_owned(),
            None => violation.pointer.clone(),
        };
        out.with(pointer, violation.code, violation.params);
    }
    out
}

/// The roles that a user holds.
fn roles(conn: &mut Conn, user: Uuid) -> Result<BTreeSet<Uuid>> {
    let user: Option<User> = live(conn, user)?;
    Ok(user.iter().flat_map(|u| &u.role_ids).map(|r| r.uuid()).collect())
}

/// The approvals that a quote needs when an actor submits it.
///
/// # Errors
/// `no_approver`; those of the database.
pub fn approvals(conn: &mut Conn, actor: &Actor, quote: &Quote) -> Result<Vec<Approval>> {
    let limits: Vec<DiscountLimit> = pick(conn, Sql::new("t0.deleted_at IS NULL"))?;
    let own = roles(conn, actor.user_id)?;
    chain(quote.discount_percent, &own, &limits)
}

/// An actor as one who decides: with their roles, and those in whose place they stand today.
///
/// # Errors
/// Those of the database.
pub fn decider(conn: &mut Conn, context: &Context<'_>) -> Result<Decider> {
    let (user, today) = (context.actor.user_id, context.now().utc().date_naive());
    let which = Sql::new("t0.deleted_at IS NULL AND t0.to_user_id = ")
        .bind(user)
        .text(" AND t0.from_date <= ")
        .bind(Bind::Date(today))
        .text(" AND t0.to_date >= ")
        .bind(Bind::Date(today));
    let found: Vec<ApprovalDelegation> = pick(conn, which)?;
    let mut delegators = Vec::with_capacity(found.len());
    for delegation in found {
        let from = delegation.from_user_id.uuid();
        delegators.push((from, roles(conn, from)?));
    }
    Ok(Decider {
        user,
        roles: roles(conn, user)?,
        delegators,
    })
}

/// Quotes whose last day has passed and that still wait for somebody, at most so many.
///
/// # Errors
/// Those of the database.
pub fn over(conn: &mut Conn, today: chrono::NaiveDate, most: i64) -> Result<Vec<Uuid>> {
    let sql = Sql::new(
        "SELECT id FROM quotes WHERE deleted_at IS NULL AND status IN ('approved', 'sent', 'pending_approval') AND valid_until < ",
    )
    .bind(Bind::Date(today))
    .text(" ORDER BY valid_until, id LIMIT ")
    .bind(most);
    conn.ids(&sql)
}

/// The newest version that has taken a quote's place; none where there is none.
///
/// # Errors
/// Those of the database.
pub fn next(conn: &mut Conn, quote: Uuid) -> Result<Option<Uuid>> {
    let sql = Sql::new("SELECT id FROM quotes WHERE deleted_at IS NULL AND previous_id = ").bind(quote);
    Ok(conn.ids(&sql)?.pop())
}

/// A customer's quotes that an actor sees, the latest made first, without those that were replaced.
///
/// # Errors
/// `Error::Forbidden` where the actor may read no quotes at all.
pub fn of_customer(conn: &mut Conn, actor: &Actor, customer: Uuid, limit: usize) -> Result<Vec<Quote>> {
    let sight = reads(actor, "quotes")?;
    let which = Sql::new("t0.deleted_at IS NULL AND t0.status <> 'superseded' AND t0.customer_id = ").bind(customer);
    let which = which.also(read::sight(&sight));
    pick(
        conn,
        which.text(" ORDER BY t0.created_at DESC, t0.id DESC LIMIT ").bind(limit as i64),
    )
}

/// Quotes in a timeline: when they were made, and how far they are.
pub const QUOTES: Records = Records {
    kind: "quote",
    object: "quotes",
    at: "t0.created_at",
    word: "t0.status",
    title: "t0.title",
    summary: "t0.number",
    by: "t0.owner_id",
};

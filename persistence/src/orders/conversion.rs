//! An accepted quote becomes an order, exactly once: whoever makes one holds the quote first, and the table of orders has room for one of each quote.
use super::known;
use crate::catalog::promotion;
use crate::core::conn::Conn;
use crate::core::record::live;
use crate::core::sql::Sql;
use domain::catalog::coupon::{CouponRedemption, normal};
use domain::catalog::quote::Quote;
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::input::members;
use domain::core::pipeline::{self, Context, Done, Expect, Storage as _, Store as _};
use domain::orders::conversion::{Ordered, ordered};
use domain::orders::order::Order;
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Makes the order of a quote, or finds the one that was made of it: whether it is new, and the order.
///
/// # Errors
/// `quote_status` of a quote that is not accepted; `quote_converted` where the order is out of the actor's sight; those of a coupon that can no
/// longer be used; 422 for options that are none; those of the pipeline.
pub fn convert(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, options: &[i64]) -> Result<(bool, Done)> {
    conn.hold("quotes", id)?;
    let sight = context.sight("quotes", "update")?;
    context.sight("orders", "create")?;
    let quote: Quote = conn.load(Id::from_uuid(id), &sight, false)?.ok_or(Error::NotFound)?;
    if let Some(order) = quote.order_id {
        let order = known::<Order>(conn, context, order.uuid())?.ok_or(Error::Conflict("quote_converted"))?;
        let done = Done {
            id: order.base.id.uuid(),
            version: order.base.version,
            changed: false,
        };
        return Ok((false, done));
    }
    quote.convertible()?;
    let taken = ordered(&quote, options)?;
    let done = order(conn, context, &quote, &taken)?;
    pipeline::change::<Quote>(conn, context, id, expect, "update", |quote| {
        quote.convert(Id::from_uuid(done.id), context.now())
    })?;
    redeem(conn, context, &quote, taken.by_coupon)?;
    Ok((true, done))
}

/// The order: what was accepted, not what whoever presses the button may see or would write.
fn order(conn: &mut Conn, context: &Context<'_>, quote: &Quote, taken: &Ordered) -> Result<Done> {
    let body = json!({
        "customer_id": quote.customer_id, "opportunity_id": quote.opportunity_id, "currency": quote.currency, "lines": taken.lines,
        "adjustments": taken.adjustments, "payment_term_id": quote.payment_term_id, "rounding_step": quote.rounding_step,
    });
    let user = context.actor.user();
    context.in_house(|context| {
        pipeline::create_with::<Order>(conn, context, None, members(body), |order| {
            order.quote_id = Some(quote.base.id.cast());
            order.base.owner_id = quote.base.owner_id.or(user);
            Ok(())
        })
    })
}

/// Uses the coupons by which the quote became cheaper, on the day on which it was accepted.
fn redeem(conn: &mut Conn, context: &Context<'_>, quote: &Quote, mut promotions: BTreeSet<Uuid>) -> Result<()> {
    let codes: BTreeSet<String> = quote.coupons.iter().map(|code| normal(code)).collect();
    // Of several coupons for one promotion the last one counted.
    for code in codes.iter().rev() {
        let Some(coupon) = promotion::coupon(conn, code)?.filter(|c| promotions.contains(&c.promotion_id.uuid())) else {
            continue;
        };
        promotions.remove(&coupon.promotion_id.uuid());
        let body = json!({"coupon_id": coupon.base.id, "customer_id": quote.customer_id, "reference": quote.number});
        context.in_house(|context| {
            pipeline::create_with::<CouponRedemption>(conn, context, None, members(body), |used| {
                used.used_on = quote.acceptance.as_ref().map(|a| a.at.utc().date_naive());
                Ok(())
            })
        })?;
    }
    match promotions.is_empty() {
        true => Ok(()),
        false => Err(Error::Conflict("coupon_not_valid")),
    }
}

/// Gives back the coupons of a quote whose order is cancelled.
///
/// # Errors
/// Those of the pipeline.
pub(super) fn release(conn: &mut Conn, context: &Context<'_>, quote: Id<Quote>) -> Result<()> {
    let Some(quote) = live::<Quote>(conn, quote.uuid())? else {
        return Ok(());
    };
    let which = Sql::new("SELECT id FROM coupon_redemptions WHERE deleted_at IS NULL AND released_at IS NULL AND reference = ")
        .bind(quote.number.as_str());
    for used in conn.ids(&which.text(" AND customer_id = ").bind(quote.customer_id.uuid()))? {
        context.in_house(|context| {
            pipeline::change::<CouponRedemption>(conn, context, used, Expect::Any, "update", |used| {
                used.released_at = Some(context.now());
                Ok(())
            })
        })?;
    }
    Ok(())
}

//! Promotions, coupons and what was used of them.
use super::product;
use crate::core::conn::Conn;
use crate::core::record::{live, pick};
use crate::core::sql::Sql;
use crate::{row, sql, store};
use domain::catalog::coupon::{Coupon, CouponRedemption};
use domain::catalog::promotion::Promotion;
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::pipeline::{Context, Storage as _};
use domain::core::problem::{Code, Problems};
use domain::core::text::search_key;
use domain::customers::customer::Customer;
use uuid::Uuid;

row! { Promotion in promotions {
    name: Plain,
    name_en: Maybe,
    name_fa: Maybe,
    kind: Word,
    applies_to: Word,
    percent: Maybe,
    amount: Json,
    buy_quantity: Maybe,
    get_quantity: Maybe,
    parts: Json,
    product_ids: Json,
    category_ids: Json,
    condition: Maybe,
    from_date: Maybe,
    to_date: Maybe,
    priority: Plain,
    stacking: Word,
    coupon_only: Plain,
    active: Plain,
} hidden {
    search = |p: &Promotion| search_key(&p.name),
} }
store! {
    Promotion,
    settle |conn, before, after, context| parts(conn, before, after, context),
    derive |conn, before, after, _context| unused(conn, before, after)
}

row! { Coupon in coupons {
    code: Plain,
    promotion_id: Plain,
    customer_id: Maybe,
    max_uses: Maybe,
    max_uses_per_customer: Maybe,
    from_date: Maybe,
    to_date: Maybe,
    active: Plain,
} hidden {
    search = |c: &Coupon| search_key(&c.code),
} }
store! { Coupon }

row! { CouponRedemption in coupon_redemptions {
    coupon_id: Plain,
    customer_id: Maybe,
    reference: Maybe,
    used_on: Maybe,
    released_at: Maybe,
} }
store! { CouponRedemption, settle |conn, before, after, context| redeem(conn, before, after, context) }

/// What belongs together is there to be seen.
fn parts(conn: &mut Conn, before: Option<&Promotion>, after: &Promotion, context: &Context<'_>) -> Result<Problems> {
    let mut problems = Problems::default();
    if before.is_some_and(|b| b.parts == after.parts) {
        return Ok(problems);
    }
    let seen = product::seen(conn, context.actor, after.parts.iter().map(|part| part.product_id.uuid()))?;
    for (i, part) in after.parts.iter().enumerate() {
        if !seen.contains_key(&part.product_id.uuid()) {
            problems.add(format!("/parts/{i}/product_id"), Code::NotFound);
        }
    }
    Ok(problems)
}

/// No promotion goes while it has coupons.
fn unused(conn: &mut Conn, before: Option<&Promotion>, after: Option<&Promotion>) -> Result<()> {
    let (Some(promotion), None) = (before, after) else {
        return Ok(());
    };
    let coupon = sql!(
        "SELECT 1 FROM coupons WHERE promotion_id = ? AND deleted_at IS NULL LIMIT 1",
        promotion.base.id.uuid()
    );
    match conn.row(&coupon, |_| Ok(()))? {
        Some(()) => Err(Error::Conflict("in_use")),
        None => Ok(()),
    }
}

/// A coupon is used as often as it may be, however many come at once: whoever uses it holds its row until their use is written, so that the
/// next one counts it.
fn redeem(conn: &mut Conn, before: Option<&CouponRedemption>, after: &CouponRedemption, context: &Context<'_>) -> Result<Problems> {
    let used = |r: &CouponRedemption| r.released_at.is_none();
    if !used(after) || before.is_some_and(used) {
        return Ok(Problems::default());
    }
    let id = after.coupon_id.uuid();
    if !conn.reaches(context.actor, "coupons", "read", id)? {
        // Told where references are looked at.
        return Ok(Problems::default());
    }
    conn.hold("coupons", id)?;
    let Some(coupon) = live::<Coupon>(conn, id)? else {
        return Ok(Problems::default());
    };
    let day = after.used_on.unwrap_or_else(|| context.now().utc().date_naive());
    if let Some(code) = coupon.refuses(after.customer_id, day) {
        return Err(Error::Conflict(code));
    }
    match used_up(conn, &coupon, after.customer_id)? {
        true => Err(Error::Conflict("coupon_used_up")),
        false => Ok(Problems::default()),
    }
}

/// Whether a coupon was used as often as it may be, in all or by a customer.
///
/// # Errors
/// Those of the database.
pub fn used_up(conn: &mut Conn, coupon: &Coupon, customer: Option<Id<Customer>>) -> Result<bool> {
    let id = coupon.base.id.uuid();
    let uses =
        || Sql::new("SELECT COUNT(*) FROM coupon_redemptions WHERE deleted_at IS NULL AND released_at IS NULL AND coupon_id = ").bind(id);
    if let Some(most) = coupon.max_uses
        && conn.row(&uses(), |row| row.integer(0))?.unwrap_or_default() >= most
    {
        return Ok(true);
    }
    if let (Some(most), Some(customer)) = (coupon.max_uses_per_customer, customer) {
        let own = uses().text(" AND customer_id = ").bind(customer.uuid());
        return Ok(conn.row(&own, |row| row.integer(0))?.unwrap_or_default() >= most);
    }
    Ok(false)
}

/// The coupon of a code, as it is kept.
///
/// # Errors
/// Those of the database.
pub fn coupon(conn: &mut Conn, code: &str) -> Result<Option<Coupon>> {
    Ok(pick(conn, Sql::new("t0.deleted_at IS NULL AND t0.code = ").bind(code))?.pop())
}

/// The promotion that a coupon holds for.
///
/// # Errors
/// Those of the database.
pub fn promotion(conn: &mut Conn, id: Uuid) -> Result<Option<Promotion>> {
    live(conn, id)
}

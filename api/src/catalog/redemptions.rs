//! Giving back what was used of a coupon.
use crate::http::action::Action;
use domain::catalog::coupon::CouponRedemption;
use domain::core::error::Error;
use domain::core::error::Result;
use domain::core::pipeline::{self, Context, Done, Expect};
use persistence::core::conn::Conn;
use persistence::core::object::{Object, Of};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

const REDEMPTIONS: &dyn Object = &Of::<CouponRedemption>::NEW;

fn release(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, (): ()) -> Result<Done> {
    pipeline::change::<CouponRedemption>(conn, context, id, expect, "update", |redemption| {
        if redemption.released_at.is_some() {
            return Err(Error::Conflict("already_released"));
        }
        redemption.released_at = Some(context.now());
        Ok(())
    })
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let releasing = Action {
        path: "/coupon-redemptions/{id}/release",
        id: "releaseCouponRedemption",
        summary: "Give back a use of a coupon",
        doc: "Gives back one use of a coupon, such as when an order is cancelled: it counts no longer.",
        done: "It is given back.",
        object: REDEMPTIONS,
        permission: "update",
        keyed: false,
    };
    config.service(releasing.on(release));
}

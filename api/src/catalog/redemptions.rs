//! Giving back what was used of a coupon.
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, idempotency_key, if_match, path_id};
use crate::http::crud::id;
use crate::http::headers;
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::writing::Writing;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::catalog::coupon::CouponRedemption;
use domain::core::error::Error;
use domain::core::pipeline;
use domain::core::resource::Resource;
use domain::core::schema::{Face, example};
use persistence::core::object::{Object, Of};
use utoipa_actix_web::service_config::ServiceConfig;

const REDEMPTIONS: &dyn Object = &Of::<CouponRedemption>::NEW;

async fn release(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("coupon_redemptions", "update")?;
    Query::read(&request, &[])?;
    let id = id(&path)?;
    let expect = headers::if_match(&request)?;
    Writing::new(&request, app, signed, &[])?
        .run(REDEMPTIONS, move |conn, context| {
            let done = pipeline::change::<CouponRedemption>(conn, context, id, expect, "update", |redemption| {
                if redemption.released_at.is_some() {
                    return Err(Error::Conflict("already_released"));
                }
                redemption.released_at = Some(context.now());
                Ok(())
            })?;
            Ok((200, done))
        })
        .await
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let spec = &CouponRedemption::SPEC;
    let doc = "Gives back one use of a coupon, such as when an order is cancelled: it counts no longer. Needs the permission \
               `coupon_redemptions:update`.";
    let described = operation("releaseCouponRedemption", spec.tag, "Give back a use of a coupon", doc)
        .parameter(path_id())
        .parameter(if_match(true))
        .parameter(idempotency_key())
        .response("200", answer("It is given back.", spec.schema, example(spec, Face::Output)));
    config.service(Operations::at("/coupon-redemptions/{id}/release").post(web::route().to(release), described));
}

//! What we sell and what it costs, over HTTP.
mod pricing;
mod redemptions;

use crate::http::crud::{Crud, Has};
use domain::catalog::book::{PriceBook, PriceBookEntry};
use domain::catalog::category::ProductCategory;
use domain::catalog::coupon::{Coupon, CouponRedemption};
use domain::catalog::levy::Tax;
use domain::catalog::product::Product;
use domain::catalog::promotion::Promotion;
use domain::catalog::terms::PaymentTerm;
use utoipa_actix_web::service_config::ServiceConfig;

/// The area's routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(Crud::<ProductCategory>::new());
    config.service(Crud::<Product>::new());
    config.service(Crud::<PriceBook>::new());
    config.service(Crud::<PriceBookEntry>::new());
    config.service(Crud::<Promotion>::new());
    config.service(Crud::<Coupon>::new());
    redemptions::routes(config);
    config.service(Crud::<CouponRedemption>::only(Has::ReadsAndCreate));
    config.service(Crud::<Tax>::new());
    config.service(Crud::<PaymentTerm>::new());
    pricing::routes(config);
}

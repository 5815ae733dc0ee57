//! What we sell and what it costs, over HTTP.
mod configuration;
mod offers;
mod pricing;
mod quote_file;
mod quote_send;
mod quotes;
mod redemptions;
pub mod section;

use crate::http::crud::{Crud, Has};
use crate::jobs::JobKind;
use domain::catalog::approval::{ApprovalDelegation, DiscountLimit};
use domain::catalog::book::{PriceBook, PriceBookEntry};
use domain::catalog::category::ProductCategory;
use domain::catalog::configuration::model::ConfigurationModel;
use domain::catalog::coupon::{Coupon, CouponRedemption};
use domain::catalog::levy::Tax;
use domain::catalog::product::Product;
use domain::catalog::promotion::Promotion;
use domain::catalog::quote::Quote;
use domain::catalog::terms::PaymentTerm;
use utoipa_actix_web::service_config::ServiceConfig;

/// The area's jobs.
pub const KINDS: &[&dyn JobKind] = &[&quote_send::MailQuote, &quote_send::ExpireQuotes];

/// The area's routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(Crud::<ProductCategory>::new());
    config.service(Crud::<Product>::new());
    config.service(Crud::<ConfigurationModel>::new());
    configuration::routes(config);
    config.service(Crud::<PriceBook>::new());
    config.service(Crud::<PriceBookEntry>::new());
    config.service(Crud::<Promotion>::new());
    config.service(Crud::<Coupon>::new());
    redemptions::routes(config);
    config.service(Crud::<CouponRedemption>::only(Has::ReadsAndCreate));
    config.service(Crud::<Tax>::new());
    config.service(Crud::<PaymentTerm>::new());
    pricing::routes(config);
    quotes::routes(config);
    quote_send::routes(config);
    quote_file::routes(config);
    offers::routes(config);
    config.service(Crud::<Quote>::new());
    config.service(Crud::<DiscountLimit>::new());
    config.service(Crud::<ApprovalDelegation>::new());
}

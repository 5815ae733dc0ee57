//! Orders, what is in stock for them, invoices and payments, over HTTP.
mod balance;
mod contract;
mod conversion;
mod dashboard;
mod invoice;
mod order;
mod request;
pub mod section;
mod series;
mod stock;

use crate::jobs::JobKind;
use utoipa_actix_web::service_config::ServiceConfig;

/// The area's kinds of jobs.
pub const KINDS: &[&dyn JobKind] = &[&stock::ExpireReservations, &contract::RenewContracts];

/// The area's routes.
pub fn routes(config: &mut ServiceConfig) {
    series::routes(config);
    stock::routes(config);
    order::routes(config);
    conversion::routes(config);
    contract::routes(config);
    request::routes(config);
    invoice::routes(config);
    balance::routes(config);
    dashboard::routes(config);
}

//! Orders, what is in stock for them, invoices and payments, over HTTP.
mod series;

use utoipa_actix_web::service_config::ServiceConfig;

/// The area's routes.
pub fn routes(config: &mut ServiceConfig) {
    series::routes(config);
}

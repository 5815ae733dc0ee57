//! How other systems reach this one, and how much is changed at once.
mod behalf;
pub mod bulk;
pub mod import;
mod taking_back;

use utoipa_actix_web::service_config::ServiceConfig;

/// The area's routes.
pub fn routes(config: &mut ServiceConfig) {
    import::routes(config);
    bulk::routes(config);
}

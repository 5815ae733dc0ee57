//! How other systems reach this one.
pub mod import;

use utoipa_actix_web::service_config::ServiceConfig;

/// The area's routes.
pub fn routes(config: &mut ServiceConfig) {
    import::routes(config);
}

//! What happens between us and our customers, over HTTP.
pub mod sections;

use crate::http::crud::Crud;
use domain::activities::interaction::Interaction;
use utoipa_actix_web::service_config::ServiceConfig;

/// The area's routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(Crud::<Interaction>::new());
}

//! What an organization adds to the product by itself, over HTTP.
mod objects;

use crate::http::crud::Crud;
use domain::customize::field::CustomField;
use utoipa_actix_web::service_config::ServiceConfig;

/// The area's routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(Crud::<CustomField>::new());
    objects::routes(config);
}

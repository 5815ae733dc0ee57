//! What we sell and what it costs, over HTTP.
use crate::http::crud::Crud;
use domain::catalog::category::ProductCategory;
use domain::catalog::product::Product;
use utoipa_actix_web::service_config::ServiceConfig;

/// The area's routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(Crud::<ProductCategory>::new());
    config.service(Crud::<Product>::new());
}

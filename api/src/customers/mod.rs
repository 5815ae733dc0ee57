//! Whom we deal with, over HTTP.
mod hierarchy;
pub mod overview;
pub mod sections;
mod timeline;

use crate::http::crud::Crud;
use domain::customers::customer::Customer;
use domain::customers::group::{Group, GroupMember};
use domain::customers::relationship::Relationship;
use utoipa_actix_web::service_config::ServiceConfig;

/// The area's routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(Crud::<Customer>::new());
    overview::routes(config);
    hierarchy::routes(config);
    timeline::routes(config);
    config.service(Crud::<Relationship>::new());
    config.service(Crud::<Group>::new());
    config.service(Crud::<GroupMember>::new());
}

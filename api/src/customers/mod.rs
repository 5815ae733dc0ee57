//! Whom we deal with, over HTTP.
mod exact;
mod hierarchy;
mod merges;
pub mod overview;
mod sections;

use crate::http::crud::Crud;
use crate::http::guard;
use domain::customers::customer::Customer;
use domain::customers::group::{Group, GroupMember};
use domain::customers::relationship::Relationship;
use utoipa_actix_web::service_config::ServiceConfig;

/// The area's routes.
pub fn routes(config: &mut ServiceConfig) {
    guard::set("customers", &exact::ExactKeys);
    config.service(Crud::<Customer>::new());
    overview::routes(config);
    hierarchy::routes(config);
    merges::routes(config);
    config.service(Crud::<Relationship>::new());
    config.service(Crud::<Group>::new());
    config.service(Crud::<GroupMember>::new());
}

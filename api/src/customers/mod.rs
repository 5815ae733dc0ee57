//! Whom we deal with, over HTTP.
mod duplicates;
mod exact;
mod groups;
mod hierarchy;
mod matcher;
mod merges;
pub mod overview;
mod rebuild;
pub mod sections;
mod timeline;

use crate::http::crud::Crud;
use crate::http::guard;
use crate::jobs::JobKind;
use domain::customers::customer::Customer;
use domain::customers::group::{Group, GroupMember};
use domain::customers::relationship::Relationship;
use utoipa_actix_web::service_config::ServiceConfig;

/// The area's kinds of jobs.
pub const KINDS: [&'static dyn JobKind; 2] = [&matcher::FindDuplicates, &rebuild::RebuildGroup];

/// The area's routes.
pub fn routes(config: &mut ServiceConfig) {
    guard::set("customers", &exact::ExactKeys);
    config.service(Crud::<Customer>::new());
    overview::routes(config);
    hierarchy::routes(config);
    timeline::routes(config);
    merges::routes(config);
    duplicates::routes(config);
    config.service(Crud::<Relationship>::new());
    groups::routes(config);
    config.service(Crud::<Group>::new());
    config.service(Crud::<GroupMember>::new());
}

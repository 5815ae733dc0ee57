//! What people let us do with their data, and how they get it back or gone, over HTTP.
mod archive;
mod archive_parts;
mod erasures;
mod lifts;
mod may_contact;
mod opt_in;
mod retention;
mod retention_job;
pub mod section;

use crate::http::crud::{Crud, Has};
use crate::jobs::JobKind;
use actix_web::web;
use domain::privacy::consent::Consent;
use domain::privacy::erasure::Erasure;
use domain::privacy::lift::ErasureLift;
use utoipa_actix_web::service_config::ServiceConfig;

/// The area's jobs.
pub const KINDS: &[&dyn JobKind] = &[
    &opt_in::MailConfirmation,
    &retention_job::DailyRetention,
    &retention_job::ApplyRetention,
];

/// The area's routes.
pub fn routes(config: &mut ServiceConfig) {
    // Before `/consents/{id}`, which would take the word for an id.
    opt_in::routes(config);
    config.service(Crud::<Consent>::only(Has::ReadsAndCreate));
    may_contact::routes(config);
    archive::routes(config);
    let erase = || web::route().to(erasures::create);
    config.service(Crud::<Erasure>::only(Has::Reads).making::<erasures::CreateErasure>(erase, erasures::described()));
    let lift = || web::route().to(lifts::create);
    config.service(Crud::<ErasureLift>::only(Has::Reads).making::<lifts::CreateErasureLift>(lift, lifts::described()));
    retention::routes(config);
}

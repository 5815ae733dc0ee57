//! What happened, over HTTP: the change feed for machines, the audit for people, and a note of what was refused.
mod audit;
pub mod denials;
mod events;
mod feed;
pub mod followers;
mod stream;

use utoipa_actix_web::service_config::ServiceConfig;

/// The area's routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(feed::operations());
    config.service(audit::operations());
    config.service(events::operations());
}

/// The chapter of the contract.
const TAG: &str = "Changes";

//! What happens between us and our customers, over HTTP.
pub mod calendars;
mod escalation;
mod reminders;
pub mod sections;

use crate::http::crud::Crud;
use crate::jobs::JobKind;
use domain::activities::interaction::Interaction;
use domain::activities::task::Task;
use utoipa_actix_web::service_config::ServiceConfig;

/// The area's jobs.
pub const KINDS: &[&dyn JobKind] = &[&escalation::Escalation, &reminders::Reminders];

/// The area's routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(Crud::<Interaction>::new());
    config.service(Crud::<Task>::new());
    calendars::routes(config);
}

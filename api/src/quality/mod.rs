//! How good the data is, over HTTP: profiles, what to ask next and where values come from, suggestions, sources and their cost.
mod confirm;
mod count;
mod report;
mod rescore;
pub mod section;
mod suggest;
mod suggestions;

use crate::http::crud::Crud;
use crate::jobs::JobKind;
use domain::quality::profile::QualityProfile;
use domain::quality::source::DataSource;
use utoipa_actix_web::service_config::ServiceConfig;

/// The contract's chapter.
const TAG: &str = "Data quality";

/// The area's kinds of jobs.
pub const KINDS: &[&dyn JobKind] = &[&rescore::Rescore, &suggest::FindSuggestions, &count::CountSources];

/// The area's routes.
pub fn routes(config: &mut ServiceConfig) {
    report::routes(config);
    confirm::routes(config);
    suggestions::routes(config);
    count::routes(config);
    config.service(Crud::<QualityProfile>::new());
    config.service(Crud::<DataSource>::new());
}

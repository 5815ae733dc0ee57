//! Selling, over HTTP: leads, pipelines and their boards, deals and the steps they take, forecasts and quotas, competitors.
mod accuracy;
mod adjusted;
mod board;
mod convert;
mod forecast;
mod forecast_shown;
mod guidance;
mod history;
mod leads;
mod quota;
mod rescore;
mod results;
pub mod section;
mod snapshot;
mod snapshot_job;
mod steps;
mod totals;
mod watch;

use crate::http::crud::Crud;
use crate::jobs::JobKind;
use domain::sales::account_plan::AccountPlan;
use domain::sales::adjustment::ForecastAdjustment;
use domain::sales::assignment::AssignmentRule;
use domain::sales::competitor::Competitor;
use domain::sales::contact_role::OpportunityContact;
use domain::sales::lead::Lead;
use domain::sales::market_indicator::MarketIndicator;
use domain::sales::market_note::MarketNote;
use domain::sales::opportunity::Opportunity;
use domain::sales::pipeline::Pipeline;
use domain::sales::scoring::ScoringRule;
use domain::sales::stage::Stage;
use persistence::core::object;
use utoipa_actix_web::service_config::ServiceConfig;

/// The area's jobs.
pub const KINDS: &[&dyn JobKind] = &[
    &rescore::RipenLeads,
    &rescore::ScoreLeads,
    &snapshot_job::SnapshotForecasts,
    &watch::WatchDeals,
];

/// The area's routes.
pub fn routes(config: &mut ServiceConfig) {
    object::allow("opportunities", &["load"]);
    config.service(Crud::<Lead>::new());
    config.service(Crud::<ScoringRule>::new());
    config.service(Crud::<AssignmentRule>::new());
    config.service(Crud::<Pipeline>::new());
    config.service(Crud::<Stage>::new());
    config.service(Crud::<Competitor>::new());
    config.service(Crud::<MarketNote>::new());
    config.service(Crud::<MarketIndicator>::new());
    config.service(Crud::<AccountPlan>::new());
    config.service(Crud::<Opportunity>::new());
    config.service(Crud::<OpportunityContact>::new());
    config.service(Crud::<ForecastAdjustment>::new());
    accuracy::routes(config);
    board::routes(config);
    forecast::routes(config);
    guidance::routes(config);
    history::routes(config);
    quota::routes(config);
    snapshot::routes(config);
    leads::routes(config);
    convert::routes(config);
    results::routes(config);
    steps::routes(config);
}

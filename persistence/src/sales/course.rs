//! The course of a deal as it is kept: the pipeline, its stages, their conditions, the hours that people work.
use crate::core::conn::Conn;
use crate::core::record::{live, pick};
use crate::core::sql::Sql;
use crate::core::{read, settings};
use domain::core::actor::{Actor, Via};
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use domain::core::problem::Problems;
use domain::core::resource::Resource;
use domain::core::settings::{TIME_ZONE, WORKING_HOURS};
use domain::sales::course::{Course, Step};
use domain::sales::criteria::{Exit, Missing, missing};
use domain::sales::opportunity::Opportunity;
use domain::sales::pipeline::Pipeline;
use domain::sales::stage::Stage;
use domain::sales::working_time::WorkingTime;
use serde_json::Value;
use uuid::Uuid;

/// The course of a pipeline; none where there is no such pipeline.
///
/// # Errors
/// Those of the database.
pub fn of(conn: &mut Conn, pipeline: Uuid) -> Result<Option<Course>> {
    let Some(found) = live::<Pipeline>(conn, pipeline)? else {
        return Ok(None);
    };
    let which = Sql::new("t0.deleted_at IS NULL AND t0.pipeline_id = ").bind(pipeline);
    Ok(Some(Course::new(found, pick::<Stage>(conn, which)?)))
}

/// The hours that people work, as the organization has set them.
///
/// # Errors
/// Those of the database.
pub fn hours(conn: &mut Conn) -> Result<WorkingTime> {
    let (zone, hours) = (settings::in_force(conn, TIME_ZONE)?, settings::in_force(conn, WORKING_HOURS)?);
    WorkingTime::parse(&hours, &zone).map_err(|code| Error::Internal(format!("the working hours are not readable: {}", code.as_str())))
}

/// What a deal lacks before it leaves a stage.
///
/// # Errors
/// Those of the database.
pub fn lacks(conn: &mut Conn, stage: &Stage, deal: &Value, now: Instant) -> Result<Vec<Missing>> {
    let exit = match stage.rule() {
        Ok(None) => Exit::None,
        Err(_) => Exit::Broken(stage.exit_condition.clone().unwrap_or_default()),
        Ok(Some(rule)) => {
            // What a stage asks is the same whoever asks: it was held against what its author may know when it was written.
            let server = Actor::server(Via::Console, now);
            match read::check(conn, &Opportunity::SPEC, &server, rule) {
                Ok(condition) => Exit::Condition(condition),
                Err(Error::Query(_)) => Exit::Broken(stage.exit_condition.clone().unwrap_or_default()),
                Err(error) => return Err(error),
            }
        }
    };
    Ok(missing(stage, &exit, deal))
}

/// That a deal has all that a step asks for.
///
/// # Errors
/// `Code::Unmet` for each thing it lacks; those of the database.
pub fn met(conn: &mut Conn, step: &Step<'_>, deal: &Value, now: Instant) -> Result<()> {
    let mut problems = Problems::default();
    for stage in &step.through {
        for lack in lacks(conn, stage, deal, now)? {
            lack.tell(stage, &mut problems);
        }
    }
    Ok(problems.or(())?)
}

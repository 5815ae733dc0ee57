//! Taking an import back: what it made goes to the trash, what it changed gets its earlier values again, the last row first. Nobody
//! else's work is touched: a record that was changed since is left as it is, and told.
use super::job::{load, progress};
use crate::http::app::context;
use crate::integration::behalf::Behalf;
use crate::integration::taking_back;
use crate::jobs::{JobContext, JobKind, Outcome, Progress, Run, as_server};
use domain::core::error::Result;
use domain::core::pipeline::{self, Context, Expect};
use domain::core::resource::Setting;
use domain::integration::import::{Import, ImportUndo};
use persistence::core::conn::Conn;
use persistence::core::object::Object;
use persistence::integration::rows;
use serde_json::json;
use uuid::Uuid;

/// Takes an import back.
#[derive(Debug)]
pub struct UndoImport;

impl JobKind for UndoImport {
    fn kind(&self) -> &'static str {
        "undo_import"
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(run(job))
    }
}

async fn run(job: &JobContext) -> Result<Outcome> {
    let (payload, id) = (Behalf::read(&job.job)?, job.job.claim.id);
    loop {
        let (app, setting) = (job.app.clone(), job.app.setting());
        let done = job
            .step(move |conn| {
                let over = |over| Ok((over, progress(0)));
                let Some(import) = load(conn, &setting, payload.work)? else {
                    return over(true);
                };
                let Some(actor) = payload.actor(conn, id, setting.now)? else {
                    return over(true);
                };
                // The import's own, as its rows had: so that a second row of one record is not taken for somebody else's work.
                let context = context(&actor, &setting, payload.work);
                step(conn, &context, app.object(&import.object)?, &import, id, &setting)
            })
            .await?;
        if done {
            return Ok(Outcome::Done(json!({ "import_id": payload.work })));
        }
        if job.stopping() {
            return Ok(Outcome::Paused);
        }
    }
}

/// Takes back as many rows as the time allows; whether there are no more, and how many rows are behind it.
fn step(
    conn: &mut Conn,
    context: &Context<'_>,
    object: &dyn Object,
    import: &Import,
    job: Uuid,
    setting: &Setting,
) -> Result<(bool, Progress)> {
    let id = import.base.id.uuid();
    let mut at = rows::checkpoint(conn, id)?.unwrap_or_default();
    let mut undo = import.undo.unwrap_or_default();
    let taken = taking_back::some(conn, context, object, id, at.undo.unwrap_or(at.number))?;
    undo.deleted += taken.deleted;
    undo.restored += taken.restored;
    undo.conflicts += taken.conflicts;
    let over = taken.over;
    at.undo = Some(taken.next);
    rows::advance(conn, id, &at, setting.now)?;
    as_server(setting, job, id, |context| {
        pipeline::change::<Import>(conn, context, id, Expect::Any, "update", |import| {
            import.undo = Some(ImportUndo { done: over, ..undo });
            Ok(())
        })
    })?;
    Ok((over, progress(at.number - taken.next)))
}

//! Taking an import back: what it made goes to the trash, what it changed gets its earlier values again, the last row first. Nobody
//! else's work is touched: a record that was changed since is left as it is, and told.
use super::job::{acting, load, payload, progress};
use crate::http::app::SystemIds;
use crate::jobs::{JobContext, JobKind, Outcome, Progress, Run, as_server};
use domain::core::error::{Error, Result};
use domain::core::field::Access;
use domain::core::pipeline::{self, Context, Expect};
use domain::core::resource::{Setting, Spec};
use domain::integration::import::{Import, ImportUndo, Outcome as RowOutcome};
use persistence::core::conn::Conn;
use persistence::core::object::Object;
use persistence::integration::rows::{self, Entry};
use serde_json::{Map, Value, json};
use std::time::{Duration, Instant as Clock};
use uuid::Uuid;

/// How long one transaction may hold the writer, and the rows it looks at most.
const HOLD: Duration = Duration::from_millis(40);
const ROWS: i64 = 500;

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
    let (payload, id) = (payload(&job.job)?, job.job.claim.id);
    loop {
        let (app, setting) = (job.app.clone(), job.app.setting());
        let done = job
            .step(move |conn| {
                let over = |over| Ok((over, progress(0)));
                let Some(import) = load(conn, &setting, payload.import)? else {
                    return over(true);
                };
                let Some(actor) = acting(conn, &payload, id, setting.now)? else {
                    return over(true);
                };
                let context = Context {
                    actor: &actor,
                    setting: &setting,
                    ids: &SystemIds,
                    // The import's own, as its rows had: so that a second row of one record is not taken for somebody else's work.
                    origin: payload.import,
                };
                step(conn, &context, app.object(&import.object)?, &import, id, &setting)
            })
            .await?;
        if done {
            return Ok(Outcome::Done(json!({ "import_id": payload.import })));
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
    let (started, from) = (Clock::now(), at.undo.unwrap_or(at.number));
    let entries = rows::before(conn, id, from, ROWS)?;
    let mut next = from;
    let mut over = true;
    for entry in &entries {
        next = entry.number - 1;
        if let Some(what) = take_back(conn, context, object, id, entry)? {
            rows::undone(conn, id, entry.number, what)?;
            match what {
                "deleted" => undo.deleted += 1,
                "restored" => undo.restored += 1,
                _ => undo.conflicts += 1,
            }
        }
        if started.elapsed() >= HOLD {
            over = false;
            break;
        }
    }
    over = over && entries.len() < ROWS as usize;
    at.undo = Some(next);
    rows::advance(conn, id, &at, setting.now)?;
    as_server(setting, job, id, |context| {
        pipeline::change::<Import>(conn, context, id, Expect::Any, "update", |import| {
            import.undo = Some(ImportUndo { done: over, ..undo });
            Ok(())
        })
    })?;
    Ok((over, progress(at.number - next)))
}

/// Takes one row back; what that came to, none where there was nothing to do.
fn take_back(conn: &mut Conn, context: &Context<'_>, object: &dyn Object, import: Uuid, entry: &Entry) -> Result<Option<&'static str>> {
    let (Some(record), Some(version), None) = (entry.record, entry.version, &entry.undo) else {
        return Ok(None);
    };
    let spec = object.spec();
    if !matches!(entry.outcome, RowOutcome::Created | RowOutcome::Updated) {
        return Ok(None);
    }
    if rows::touched(conn, spec.object, record, version, import)? {
        return Ok(Some("conflict"));
    }
    let done = conn.savepoint(|conn| match entry.outcome {
        RowOutcome::Created => object.delete(conn, context, record, Expect::Any).map(|_| "deleted"),
        _ => {
            let changed = rows::changed(conn, spec.object, record, version)?.unwrap_or_default();
            let changed = serde_json::from_str(&changed).map_err(|e| Error::Internal(e.to_string()))?;
            object
                .patch(conn, context, record, Expect::Any, before(spec, changed))
                .map(|_| "restored")
        }
    });
    match done {
        Ok(what) => Ok(Some(what)),
        Err(error @ (Error::Unavailable(_) | Error::Internal(_))) => Err(error),
        Err(_) => Ok(Some("conflict")),
    }
}

/// The patch that brings back what was before: each changed field with its earlier value; of a map, null for what was not there.
fn before(spec: &Spec, changed: Map<String, Value>) -> Map<String, Value> {
    let free = |name: &str| spec.field(name).is_some_and(|f| f.access == Access::Free);
    changed
        .into_iter()
        .filter(|(name, _)| free(name))
        .map(|(name, mut pair)| {
            let (mut old, new) = (pair[0].take(), pair[1].take());
            if let (true, Value::Object(old), Value::Object(new)) = (matches!(name.as_str(), "external_ids" | "custom"), &mut old, new) {
                for key in new.keys() {
                    old.entry(key.clone()).or_insert(Value::Null);
                }
            }
            (name, old)
        })
        .collect()
}

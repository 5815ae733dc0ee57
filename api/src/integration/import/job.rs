//! Running an import: one thread reads ahead, the writer takes what is ready in chunks. A chunk is one transaction: its rows, what
//! became of them, and the place behind them, so that a run that was cut off goes on with the next row, each row exactly once.
use super::apply::{Applied, apply};
use super::folder;
use super::prepare::{self, BATCH, Prepared, Work};
use super::reader::{Place, ReadError};
use crate::http::app::context;
use crate::integration::behalf::Behalf;
use crate::jobs::{JobContext, JobKind, Outcome, Progress, Run, as_server};
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::instant::Instant;
use domain::core::pipeline::{self, Context, Expect};
use domain::core::resource::Setting;
use domain::core::store::Store;
use domain::integration::import::{Import, ImportFailure, ImportState};
use domain::integration::mapping::{Column, Layout};
use persistence::core::conn::Conn;
use persistence::core::{custom, jobs};
use persistence::integration::rows::{self, Checkpoint};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant as Clock};
use uuid::Uuid;

/// How long a chunk may hold the writer: others wait behind it.
const HOLD: Duration = Duration::from_millis(40);
/// Batches that wait for the writer; bounds the memory of reading ahead.
const AHEAD: usize = 16;
/// A row failed after it had written: the chunk is lost, and done again with a savepoint for each row.
const LATE: &str = "late";
/// How often the import itself tells how far it is.
const TELL: Duration = Duration::from_secs(1);

/// Takes in the rows of an import.
#[derive(Debug)]
pub struct ImportRows;

impl JobKind for ImportRows {
    fn kind(&self) -> &'static str {
        "import_rows"
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(run(job))
    }
    fn parked(&self, conn: &mut Conn, job: &jobs::Job, error: &str, now: Instant) -> Result<()> {
        let payload = Behalf::read(job)?;
        let failure = ImportFailure {
            code: error.to_owned(),
            detail: "it was tried several times and did not get to its end".to_owned(),
        };
        let setting = Setting {
            now,
            default_region: String::new(),
        };
        end(conn, &payload, &setting, job.claim.id, Some(failure))
    }
}

/// How far a job of an import has got, in rows. The place to go on from is kept with the rows; told here, it gives a job whose servers
/// were killed again and again its attempts back.
pub fn progress(rows: i64) -> Progress {
    Progress {
        done: rows,
        total: None,
        checkpoint: Value::Null,
    }
}

/// The import as it is; none when it is in the trash.
pub fn load(conn: &mut Conn, setting: &Setting, id: Uuid) -> Result<Option<Import>> {
    as_server(setting, Uuid::nil(), id, |context| {
        Store::<Import>::load(conn, Id::from_uuid(id), &context.sight("imports", "read")?, false)
    })
}

fn end(conn: &mut Conn, payload: &Behalf, setting: &Setting, job: Uuid, failure: Option<ImportFailure>) -> Result<()> {
    let counts = rows::checkpoint(conn, payload.work)?.unwrap_or_default().counts;
    let ended = as_server(setting, job, payload.work, |context| {
        pipeline::change::<Import>(conn, context, payload.work, Expect::Any, "update", |import| {
            import.counts = counts;
            if import.state == ImportState::Running {
                import.end(failure, setting.now);
            }
            Ok(())
        })
    });
    match ended {
        Err(Error::NotFound) => Ok(()),
        other => other.map(|_| ()),
    }
}

fn failure(error: &ReadError) -> ImportFailure {
    let code = match error {
        ReadError::Io(_) => "file_missing",
        ReadError::NoHeader | ReadError::NoCard | ReadError::BadHeader(_) => "unreadable_file",
        ReadError::RowTooLarge { .. } => "row_too_large",
        ReadError::UnclosedQuote { .. } => "unclosed_quote",
        ReadError::NoSuchPlace => "file_changed",
    };
    let detail = match error {
        // What the operating system says may name paths of ours.
        ReadError::Io(_) => "the file is not where it was put".to_owned(),
        error => error.to_string(),
    };
    ImportFailure {
        code: code.to_owned(),
        detail,
    }
}

/// What a run begins with.
struct Begin {
    work: Work,
    import: Import,
    checkpoint: Checkpoint,
}

async fn begin(job: &JobContext, payload: Behalf) -> Result<Result<Begin, ImportFailure>> {
    let (app, setting, id) = (job.app.clone(), job.app.setting(), job.job.claim.id);
    job.app
        .db
        .read(move |conn| {
            let refuse = |code: &str, detail: &str| {
                Ok(Err(ImportFailure {
                    code: code.to_owned(),
                    detail: detail.to_owned(),
                }))
            };
            let Some(import) = load(conn, &setting, payload.work)? else {
                return refuse("deleted", "the import was deleted");
            };
            let Ok(object) = app.object(&import.object) else {
                return refuse("unknown_object", "there is no such object any more");
            };
            let Some(actor) = payload.actor(conn, id, setting.now)? else {
                return refuse("starter_gone", "whoever started it may not sign in any more");
            };
            let custom = custom::declared(conn, object.spec().object)?;
            let mapping = import.columns.iter().map(|c| Column {
                header: c.header.clone(),
                target: c.target.clone(),
            });
            let layout = import.layout.as_deref().and_then(Layout::of_name).unwrap_or(Layout::General);
            let plan = prepare::plan(&import, &mapping.collect(), layout, object.spec(), &custom)?;
            Ok(Ok(Begin {
                checkpoint: rows::checkpoint(conn, payload.work)?.unwrap_or_default(),
                work: Work {
                    import: payload.work,
                    object,
                    mode: import.mode,
                    matches: import.matches(),
                    dry_run: import.dry_run,
                    defaults: import.defaults.clone().unwrap_or_default().0,
                    plan,
                    actor,
                    setting,
                },
                import,
            }))
        })
        .await
}

async fn finish(job: &JobContext, payload: Behalf, failure: Option<ImportFailure>) -> Result<Outcome> {
    let (setting, id) = (job.app.setting(), job.job.claim.id);
    job.write(move |conn| end(conn, &payload, &setting, id, failure)).await?;
    Ok(Outcome::Done(json!({ "import_id": payload.work })))
}

async fn run(job: &JobContext) -> Result<Outcome> {
    let payload = Behalf::read(&job.job)?;
    let Begin { work, import, checkpoint } = match begin(job, payload).await? {
        Ok(begin) => begin,
        Err(why) => return finish(job, payload, Some(why)).await,
    };
    let (work, path) = (Arc::new(work), folder::file(&job.app.data, payload.work));
    let (send, mut batches) = tokio::sync::mpsc::channel::<Vec<Prepared>>(AHEAD);
    let ahead = work.clone();
    let reading = tokio::task::spawn_blocking(move || {
        let mut reader = prepare::open(&path, &import)?;
        if checkpoint.number > 0 {
            reader.resume(Place {
                offset: checkpoint.offset as u64,
                number: checkpoint.number as u64,
                line: checkpoint.line as u64,
            })?;
        }
        ahead.read_ahead(reader, |batch| send.blocking_send(batch).is_ok())
    });
    let (mut chunk, mut told, mut most) = (Chunk::new(payload, checkpoint), Clock::now(), 256);
    let mut waiting: Vec<Prepared> = Vec::new();
    let mut more = true;
    while more || !waiting.is_empty() {
        while more && waiting.len() < most {
            match batches.recv().await {
                Some(batch) => waiting.extend(batch),
                None => more = false,
            }
        }
        if waiting.is_empty() {
            break;
        }
        chunk.tell = told.elapsed() >= TELL;
        if chunk.tell {
            told = Clock::now();
        }
        let rows = Arc::new(std::mem::take(&mut waiting));
        let (work, setting, id) = (work.clone(), job.app.setting(), job.job.claim.id);
        let (mut next, taken) = (chunk.clone(), rows.clone());
        let written = job
            .step(move |conn| {
                let (n, ended) = next.write(conn, &work, &setting, id, &taken)?;
                drop(taken);
                let got = progress(next.to.number);
                Ok(((n, ended, next), got))
            })
            .await;
        // The writer has let go of them, whatever it came to.
        let mut rows = Arc::try_unwrap(rows).map_err(|_| Error::Internal("rows are still being written".to_owned()))?;
        let (rest, ended, next) = match written {
            Ok((n, ended, next)) => (rows.split_off(n), ended, next),
            Err(Error::Conflict(LATE)) => {
                chunk.careful = true;
                waiting = rows;
                continue;
            }
            Err(error) => return Err(error),
        };
        if ended {
            break;
        }
        // Rows ready for one chunk: as many as were written in the time, or more where all were.
        let written = (next.to.number - chunk.to.number) as usize;
        most = if rest.is_empty() { (most * 2).min(4096) } else { written.max(64) };
        (waiting, chunk) = (rest, next);
        if job.stopping() {
            return Ok(Outcome::Paused);
        }
    }
    drop(batches);
    let read = reading.await.map_err(|e| Error::Internal(e.to_string()))?;
    finish(job, payload, read.err().as_ref().map(failure)).await
}

/// A chunk of rows on its way into one transaction.
#[derive(Debug, Clone)]
struct Chunk {
    payload: Behalf,
    to: Checkpoint,
    /// Whether the import itself is to tell how far it is.
    tell: bool,
    /// Whether each row gets a savepoint: after a chunk in which one failed late. Most files have none, and go without.
    careful: bool,
}

impl Chunk {
    fn new(payload: Behalf, to: Checkpoint) -> Self {
        Chunk {
            payload,
            to,
            tell: false,
            careful: false,
        }
    }

    /// Writes as many rows as the time allows; how many those were, and whether the import is over.
    fn write(&mut self, conn: &mut Conn, work: &Work, setting: &Setting, job: Uuid, rows: &[Prepared]) -> Result<(usize, bool)> {
        let running = load(conn, setting, self.payload.work)?.is_some_and(|i| i.state == ImportState::Running);
        let Some(actor) = self.payload.actor(conn, job, setting.now)?.filter(|_| running) else {
            return Ok((0, true));
        };
        let context = context(&actor, setting, self.payload.work);
        let entries = self.entries(conn, &context, work, rows)?;
        for entry in &entries {
            self.to.counts.count(entry.outcome);
        }
        let n = entries.len();
        if let Some(last) = n.checked_sub(1).and_then(|i| rows.get(i)) {
            self.to.offset = last.next.offset as i64;
            self.to.number = last.next.number as i64;
            self.to.line = last.next.line as i64;
        }
        rows::note(conn, self.payload.work, &entries)?;
        rows::advance(conn, self.payload.work, &self.to, setting.now)?;
        if self.tell {
            let counts = self.to.counts;
            as_server(setting, job, self.payload.work, |context| {
                pipeline::change::<Import>(conn, context, self.payload.work, Expect::Any, "update", |import| {
                    import.counts = counts;
                    Ok(())
                })
            })?;
        }
        Ok((n, false))
    }

    fn entries(&mut self, conn: &mut Conn, context: &Context<'_>, work: &Work, rows: &[Prepared]) -> Result<Vec<rows::Entry>> {
        if work.dry_run {
            // A savepoint for the chunk, always undone: the same checks, and no effect.
            let mut entries = Ok(Vec::new());
            let undone = conn.savepoint(|conn| {
                entries = self.carefully(conn, context, work, rows);
                Err::<(), _>(Error::Precondition)
            });
            return match undone {
                Err(Error::Precondition) => entries,
                Err(error) => Err(error),
                Ok(()) => entries,
            };
        }
        if self.careful {
            return self.carefully(conn, context, work, rows);
        }
        let (started, mut entries) = (Clock::now(), Vec::with_capacity(rows.len()));
        for row in rows {
            let Applied { entry, dirty } = apply(conn, context, work, row)?;
            if dirty {
                return Err(Error::Conflict(LATE));
            }
            entries.push(entry);
            if started.elapsed() >= HOLD {
                break;
            }
        }
        Ok(entries)
    }

    /// Each row in a savepoint of its own. A dry run tries a batch together however long that takes: what is undone behind a chunk, the rows of
    /// the next do not see.
    fn carefully(&mut self, conn: &mut Conn, context: &Context<'_>, work: &Work, rows: &[Prepared]) -> Result<Vec<rows::Entry>> {
        let (started, mut entries, mut late) = (Clock::now(), Vec::with_capacity(rows.len()), 0);
        let together = if work.dry_run { BATCH } else { 1 };
        for row in rows {
            let mut failed = None;
            let kept = conn.savepoint(|conn| {
                let applied = apply(conn, context, work, row)?;
                if applied.dirty {
                    failed = Some(applied.entry);
                    return Err(Error::Precondition);
                }
                Ok(applied.entry)
            });
            match (kept, failed) {
                (_, Some(entry)) => {
                    late += 1;
                    entries.push(entry);
                }
                (Ok(entry), None) => entries.push(entry),
                (Err(error), None) => return Err(error),
            }
            if entries.len() >= together && started.elapsed() >= HOLD {
                break;
            }
        }
        self.careful = late > 0;
        Ok(entries)
    }
}

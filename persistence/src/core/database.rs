//! The only doors to storage: `read` and `write`. One closure is one transaction; on SQLite a single writer commits all that wait
//! together, on PostgreSQL a pool serves both.
use super::conn::Conn;
use super::postgres::Postgres;
use super::sqlite::Sqlite;
use super::{changes, migrate, place};
use domain::core::error::{Error, Result};
use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{oneshot, watch};

/// Where the data is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A file beside the program.
    Sqlite(PathBuf),
    /// A server, by its libpq address.
    Postgres(String),
}

impl std::str::FromStr for Address {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Ok(Address::Sqlite(PathBuf::from(path))),
            Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => Ok(Address::Postgres(text.to_owned())),
            _ => Err(format!(
                "'{text}' is no database address: give sqlite:PATH or postgres://USER@HOST/NAME"
            )),
        }
    }
}

/// Opens one connection of the caller's own, for commands: no limit on how long a statement takes.
pub fn connect(address: &Address) -> Result<Conn> {
    match address {
        Address::Sqlite(path) => super::sqlite::connect(path),
        Address::Postgres(url) => super::postgres::alone(url),
    }
}

/// What a body came to. Of which type it is only who asked knows: all that lies between is compiled once, not for each body.
type Done = Box<dyn Any + Send>;
type Body = Box<dyn FnOnce(&mut Conn) -> Result<Done> + Send>;

/// A job for a thread that has a connection: it is run, then told whether what it did is kept.
pub(super) struct Work {
    body: Option<Body>,
    result: Option<Result<Answer>>,
    reply: oneshot::Sender<Result<Answer>>,
}
impl Work {
    pub fn run(&mut self, conn: &mut Conn) -> bool {
        let Some(body) = self.body.take() else { return false };
        let before = changes::access_changes();
        let result = caught(body, conn).map(|done| Answer {
            done,
            access_changed: changes::access_changes() != before,
        });
        let good = result.is_ok();
        self.result = Some(result);
        good
    }
    /// Whether what it met was the database going away.
    pub fn lost_connection(&self) -> bool {
        matches!(self.result, Some(Err(Error::Unavailable("database_away"))))
    }
    /// Called once, after `run`: `Err` when what it did was lost with its transaction, or it never ran.
    pub fn finish(self, kept: Result<()>) {
        let result = match (self.result, kept) {
            (Some(Err(error)), _) => Err(error),
            (_, Err(error)) => Err(error),
            (Some(result), Ok(())) => result,
            (None, Ok(())) => Err(Error::Internal("the work never ran".to_owned())),
        };
        // The one who asked may have gone away; the work is done all the same.
        let _ = self.reply.send(result);
    }
}

/// What came of a body, and whether it changed who may do what.
struct Answer {
    done: Done,
    access_changed: bool,
}
impl Answer {
    /// What the body came to, as its own type.
    fn done<T: 'static>(self) -> Result<T> {
        let done = self
            .done
            .downcast()
            .map_err(|_| Error::Internal("the work came to something else".to_owned()))?;
        Ok(*done)
    }
}

/// A body whose type nobody needs to know.
fn any<T: Send + 'static>(body: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static) -> Body {
    Box::new(move |conn| body(conn).map(|done| Box::new(done) as Done))
}

/// Runs a body; what it panics with is an error of its own alone.
fn caught<T>(body: impl FnOnce(&mut Conn) -> Result<T>, conn: &mut Conn) -> Result<T> {
    std::panic::catch_unwind(AssertUnwindSafe(|| body(conn))).unwrap_or_else(|panic| Err(panicked(&*panic)))
}

fn panicked(panic: &(dyn Any + Send)) -> Error {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or(panic.downcast_ref::<&str>().copied());
    Error::Internal(format!("panicked: {}", text.unwrap_or("for no stated reason")))
}

#[derive(Debug)]
enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// An open database. Cheap to clone; the last clone closes it.
#[derive(Debug, Clone)]
pub struct Database {
    engine: Arc<Engine>,
    address: Address,
    written: watch::Sender<u64>,
    access: Arc<AtomicU64>,
}

impl Database {
    /// How much work may wait in each direction before more is refused.
    pub const QUEUE: usize = 1024;

    /// Opens the database and brings its schema up to date.
    pub fn open(address: &Address, readers: usize) -> Result<Self> {
        migrate::run(address)?;
        if let Address::Postgres(_) = address {
            let mut conn = connect(address)?;
            if conn.within(place::settle)? {
                tracing::warn!("the change log came from another database; followers of the change feed start anew");
            }
        }
        let engine = match address {
            Address::Sqlite(path) => Engine::Sqlite(Sqlite::open(path, readers)?),
            Address::Postgres(url) => Engine::Postgres(Postgres::open(url)?),
        };
        Ok(Database {
            engine: Arc::new(engine),
            address: address.clone(),
            written: watch::Sender::new(0),
            access: Arc::default(),
        })
    }

    /// Where it is.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Changes with every write of this process: what a follower of the change log waits for.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.written.subscribe()
    }

    /// Changes with every write of this process that changes who may do what, whichever way it came: what was read of an actor while this was
    /// another number is no longer to be believed.
    pub fn access(&self) -> u64 {
        self.access.load(Ordering::Acquire)
    }

    /// Runs a body that only reads, in one snapshot.
    pub async fn read<T, F>(&self, body: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        self.send(any(body), false).await?.done()
    }

    /// Runs a body that reads a record or two by their ids, in one snapshot. On SQLite on this very thread: handing it to another one costs more than
    /// such a read does.
    pub async fn look<T, F>(&self, body: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        match (&*self.engine, &self.address) {
            (Engine::Sqlite(s), Address::Sqlite(path)) => s.near(path, |conn| caught(body, conn)),
            _ => self.send(any(body), false).await?.done(),
        }
    }

    /// Runs a body in a transaction of its own: all of it is kept, durably, before this returns, or none of it.
    pub async fn write<T, F>(&self, body: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        let answer = self.send(any(body), true).await?;
        self.told(&answer);
        answer.done()
    }

    /// Tells those who follow that something is written.
    fn told(&self, answer: &Answer) {
        if answer.access_changed {
            self.access.fetch_add(1, Ordering::Release);
        }
        self.written.send_modify(|n| *n += 1);
    }

    async fn send(&self, body: Body, writes: bool) -> Result<Answer> {
        let (reply, answer) = oneshot::channel();
        let work = Work {
            body: Some(body),
            result: None,
            reply,
        };
        let queue = match (&*self.engine, writes) {
            (Engine::Sqlite(s), false) => &s.reads,
            (Engine::Sqlite(s), true) => &s.writes,
            (Engine::Postgres(p), false) => &p.reads,
            (Engine::Postgres(p), true) => &p.writes,
        };
        queue.try_send(work).map_err(|_| Error::Unavailable("overloaded"))?;
        answer.await.map_err(|_| Error::Unavailable("stopping"))?
    }
}

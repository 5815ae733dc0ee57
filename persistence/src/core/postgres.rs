//! A PostgreSQL server: a pool of connections and as many threads, so that what waits is bounded and refused quickly when it is too much.
use super::conn::{Conn, fault};
use super::database::{Database, Work};
use crossbeam_channel::{Receiver, Sender, bounded};
use diesel::PgConnection;
use diesel::connection::SimpleConnection;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool, PooledConnection};
use domain::core::error::{Error, Result};
use std::thread;
use std::time::Duration;

/// Connections for each direction: with fewer, writers wait for each other's fsync.
const POOL: u32 = 8;
/// How long a thread waits for a connection before it says that the database is away.
const WAIT: Duration = Duration::from_secs(2);

/// The threads and connections of an open server.
#[derive(Debug)]
pub(super) struct Postgres {
    pub reads: Sender<Work>,
    pub writes: Sender<Work>,
}

type Manager = ConnectionManager<PgConnection>;

#[derive(Debug)]
struct Settings;
impl CustomizeConnection<PgConnection, diesel::r2d2::Error> for Settings {
    fn on_acquire(&self, conn: &mut PgConnection) -> Result<(), diesel::r2d2::Error> {
        let set = "SET statement_timeout = '10s'; SET lock_timeout = '2s'; SET idle_in_transaction_session_timeout = '10s'; SET timezone = 'UTC';";
        conn.batch_execute(set).map_err(diesel::r2d2::Error::QueryError)
    }
}

impl Postgres {
    pub fn open(url: &str) -> Result<Self> {
        let pool = Pool::builder()
            .max_size(2 * POOL)
            .min_idle(Some(2))
            .connection_timeout(WAIT)
            // A broken connection is noticed when it is used; a look each time would cost a round trip.
            .test_on_check_out(false)
            .connection_customizer(Box::new(Settings))
            .build(Manager::new(url))
            .map_err(|e| Error::Internal(format!("the database can't be reached: {e}")))?;
        let start = |name: &str, writes: bool| {
            let (sender, queue) = bounded::<Work>(Database::QUEUE);
            for n in 0..POOL {
                let (pool, queue) = (pool.clone(), queue.clone());
                let run = move || serve(&pool, &queue, writes);
                let thread = thread::Builder::new().name(format!("{name}-{n}")).spawn(run);
                thread.map_err(|e| Error::Internal(format!("a thread could not start: {e}")))?;
            }
            Ok::<_, Error>(sender)
        };
        Ok(Postgres {
            reads: start("reader", false)?,
            writes: start("writer", true)?,
        })
    }
}

fn serve(pool: &Pool<Manager>, queue: &Receiver<Work>, writes: bool) {
    while let Ok(mut work) = queue.recv() {
        let Ok(pooled) = pool.get() else {
            work.finish(Err(Error::Unavailable("database_away")));
            continue;
        };
        let kept = transaction(pooled, &mut work, writes);
        work.finish(kept);
    }
}

fn transaction(pooled: PooledConnection<Manager>, work: &mut Work, writes: bool) -> Result<()> {
    let mut conn = Conn::Postgres(pooled);
    let kept = if writes {
        conn.batch("BEGIN").and_then(|()| conn.run(work))
    } else {
        // One statement is one snapshot; a read of several takes what each sees, as the default isolation has it.
        work.run(&mut conn);
        Ok(())
    };
    if kept.is_err() || work.lost_connection() {
        conn.discard();
    }
    kept
}

impl Conn {
    fn run(&mut self, work: &mut Work) -> Result<()> {
        let end = if work.run(self) { "COMMIT" } else { "ROLLBACK" };
        self.batch(end)
    }
}

/// A connection of one's own, for commands that take longer than a request may.
pub fn alone(url: &str) -> Result<Conn> {
    #[derive(Debug)]
    struct Utc;
    impl CustomizeConnection<PgConnection, diesel::r2d2::Error> for Utc {
        fn on_acquire(&self, conn: &mut PgConnection) -> Result<(), diesel::r2d2::Error> {
            conn.batch_execute("SET timezone = 'UTC'").map_err(diesel::r2d2::Error::QueryError)
        }
    }
    let away = |e: &dyn std::fmt::Display| Error::Internal(format!("the database can't be reached: {e}"));
    let pool = Pool::builder()
        .max_size(1)
        .connection_timeout(WAIT)
        .connection_customizer(Box::new(Utc))
        .build(Manager::new(url))
        .map_err(|e| away(&e))?;
    pool.get().map(Conn::Postgres).map_err(|e| away(&e))
}

/// Opens one connection outside the pool, for migrations.
pub fn connect(url: &str) -> Result<PgConnection> {
    use diesel::Connection;
    let mut conn = PgConnection::establish(url).map_err(|e| Error::Internal(format!("the database can't be reached: {e}")))?;
    conn.batch_execute("SET timezone = 'UTC'").map_err(fault)?;
    Ok(conn)
}

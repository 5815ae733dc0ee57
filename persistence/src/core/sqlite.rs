//! The embedded database: reader threads, and one writer that takes all waiting work into one transaction, with what comes while it is at
//! it, and answers after the one commit. Several writers would only wait for each other's locks, and each would pay for its own fsync. A
//! thread of its own carries what was committed from the log into the file: done by the writer, it would keep all writes waiting for as long
//! as it takes.
use super::cell::Cells;
use super::conn::{Conn, fault};
use super::database::{Database, Work};
use super::{near, text_index};
use crate::sql;
use crossbeam_channel::{Receiver, Sender};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use domain::core::error::{Error, Result};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// How many writes share one commit at most: more would make the first wait too long.
const GROUP: usize = 128;
/// A writer waits less long for another program that holds the file: a request may wait behind one group that waits so long, and then
/// wait so long itself, and is to be answered within ten seconds.
/// What a write would undo of a group may go to a file: in memory it is one list, gone through from its start at the end of every statement
/// (`memjrnlTruncate`), which took four fifths of the time of five thousand creates in a commit among 300 000 customers.
const WRITER: &str = "PRAGMA busy_timeout = 4500; PRAGMA temp_store = FILE";
/// How many reads share one snapshot at most.
const BATCH: usize = 16;
/// Pages in the log from which on they are carried into the file: few at a time, because a commit that meanwhile wants to be durable
/// waits for the disk as well.
const CARRIED: i64 = 1_000;
/// Pages in the log from which on the writer helps. While it writes without a pause the log never ends up carried to its end, which it
/// must be to begin anew; the few pages that are left then are the writer's.
const HELPED: i64 = 16_000;

/// The threads of an open file.
#[derive(Debug)]
pub(super) struct Sqlite {
    pub reads: Sender<Work>,
    pub writes: Sender<Work>,
    /// How many groups of writes were committed; counted before anyone is told of them.
    commits: Arc<AtomicU64>,
}

impl Sqlite {
    pub fn open(path: &Path, readers: usize) -> Result<Self> {
        let (writes, waiting) = crossbeam_channel::bounded(Database::QUEUE);
        let (reads, asked) = crossbeam_channel::bounded(Database::QUEUE);
        let started = |error: std::io::Error| Error::Internal(format!("a thread could not start: {error}"));
        let (mut writer, mut carrier) = (connect(path)?, connect(path)?);
        let commits = Arc::new(AtomicU64::new(0));
        writer.batch(&format!("{WRITER}; PRAGMA wal_autocheckpoint = {HELPED}"))?;
        carrier.batch("PRAGMA cache_size = -100")?;
        // One note is enough, however many commits there were.
        let (committed, notes) = crossbeam_channel::bounded(1);
        let counted = commits.clone();
        thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || write(writer, &waiting, &committed, &counted))
            .map_err(started)?;
        thread::Builder::new()
            .name("carrier".to_owned())
            .spawn(move || carry(carrier, &notes))
            .map_err(started)?;
        for n in 0..readers.max(1) {
            let (mut reader, asked) = (connect(path)?, asked.clone());
            // The system keeps what all of them read; what each keeps of it again spares little.
            reader.batch("PRAGMA cache_size = -4000")?;
            thread::Builder::new()
                .name(format!("reader-{n}"))
                .spawn(move || read(reader, &asked))
                .map_err(started)?;
        }
        Ok(Sqlite { reads, writes, commits })
    }
}

/// Opens a connection with the settings that all of them need. An I/O error must be an error and not a signal, so nothing is mapped.
pub fn connect(path: &Path) -> Result<Conn> {
    let name = path
        .to_str()
        .ok_or_else(|| Error::Internal("the database's path is not UTF-8".to_owned()))?;
    let mut conn = SqliteConnection::establish(name).map_err(|e| Error::Internal(format!("{name}: {e}")))?;
    let pragmas = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
                   PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF; PRAGMA wal_autocheckpoint = 4000;";
    conn.batch_execute(pragmas).map_err(fault)?;
    text_index::register(&mut conn)?;
    Ok(Conn::Sqlite(conn))
}

impl Sqlite {
    /// Runs a short read on a connection of this thread's own, in a snapshot: see [`super::near`].
    pub fn near<T>(&self, path: &Path, body: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        near::run(path, self.commits.load(Ordering::Acquire), body)
    }
}

fn write(mut conn: Conn, queue: &Receiver<Work>, committed: &Sender<()>, commits: &AtomicU64) {
    while let Ok(first) = queue.recv() {
        let mut group = vec![first];
        let kept = match conn.batch("BEGIN IMMEDIATE") {
            Ok(()) => run(&mut conn, &mut group, queue),
            Err(error) => {
                // All who wait are told at once: each of them would wait for as long again.
                group.extend(queue.try_iter().take(GROUP - 1));
                Err(error)
            }
        };
        commits.fetch_add(1, Ordering::Release);
        // Where a note waits already, this commit is one of those it tells of.
        let _ = committed.try_send(());
        let why = match kept {
            Ok(()) => None,
            Err(error) => {
                tracing::error!(%error, "a group of writes was lost whole");
                if let Err(error) = conn.batch("ROLLBACK") {
                    tracing::debug!(%error, "nothing was open to roll back");
                }
                Some(match error {
                    Error::Unavailable(why) => why,
                    _ => "database_away",
                })
            }
        };
        for work in group {
            work.finish(why.map_or(Ok(()), |why| Err(Error::Unavailable(why))));
        }
    }
}

/// Runs the first of a group, what waits behind it and what comes meanwhile, and commits. Whoever was answered after the last commit is back
/// with their next request before those who waited for it are through, and would else make the disk be waited for once more.
fn run(conn: &mut Conn, group: &mut Vec<Work>, queue: &Receiver<Work>) -> Result<()> {
    if queue.is_empty() {
        // Alone it needs no savepoint, for which every page that it changes would be copied.
        if let [alone] = &mut group[..]
            && !alone.run(conn)
        {
            return conn.batch("ROLLBACK");
        }
    } else {
        run_last(conn, group)?;
    }
    while group.len() < GROUP
        && let Ok(next) = queue.try_recv()
    {
        group.push(next);
        run_last(conn, group)?;
    }
    text_index::settle(conn)?;
    conn.batch("COMMIT")
}

/// Runs the last of a group, so that it can be undone without the others.
fn run_last(conn: &mut Conn, group: &mut [Work]) -> Result<()> {
    conn.batch("SAVEPOINT one")?;
    let good = group.last_mut().is_some_and(|last| last.run(conn));
    conn.batch(if good { "RELEASE one" } else { "ROLLBACK TO one; RELEASE one" })
}

fn carry(mut conn: Conn, notes: &Receiver<()>) {
    while notes.recv().is_ok() {
        if let Err(error) = carry_once(&mut conn) {
            tracing::warn!(%error, "the log could not be carried into the file; it goes on growing until it can");
        }
    }
}

/// Carries the log into the file once it is long; whoever reads or writes meanwhile is not disturbed.
fn carry_once(conn: &mut Conn) -> Result<()> {
    let counts = |row: &dyn Cells| Ok((row.integer(1)?, row.integer(2)?));
    let (pages, carried) = conn.row(&sql!("PRAGMA wal_checkpoint(NOOP)"), counts)?.unwrap_or_default();
    if pages - carried >= CARRIED {
        conn.row(&sql!("PRAGMA wal_checkpoint(PASSIVE)"), counts)?;
    }
    Ok(())
}

fn read(mut conn: Conn, queue: &Receiver<Work>) {
    while let Ok(first) = queue.recv() {
        // What has gathered was asked for before the snapshot is taken, so each sees at least what its caller has seen.
        let mut batch: Vec<Work> = std::iter::once(first).chain(queue.try_iter().take(BATCH - 1)).collect();
        let open = conn.batch("BEGIN").is_ok();
        for work in &mut batch {
            work.run(&mut conn);
        }
        if open && let Err(error) = conn.batch("COMMIT") {
            tracing::error!(%error, "a read snapshot did not close");
        }
        for work in batch {
            work.finish(Ok(()));
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
mod tests {
    use crate::core::conn::Conn;
    use crate::core::database::{Address, Database};
    use crate::sql;
    use domain::core::error::{Error, Result};
    use std::future::ready;
    use std::path::Path;
    use std::pin::pin;
    use std::sync::mpsc;
    use tokio::sync::oneshot;

    fn open(folder: &Path) -> Database {
        let address: Address = format!("sqlite:{}/db", folder.display()).parse().unwrap();
        Database::open(&address, 1).unwrap()
    }

    /// SQLite forgets it at the end of a transaction.
    const MARK: &str = "PRAGMA defer_foreign_keys = ON";

    fn is_marked(conn: &mut Conn) -> Result<bool> {
        Ok(conn.row(&sql!("PRAGMA defer_foreign_keys"), |row| row.integer(0))? == Some(1))
    }

    #[tokio::test]
    async fn what_comes_during_a_write_is_committed_with_it_and_undone_alone() {
        let folder = tempfile::tempdir().unwrap();
        let db = open(folder.path());
        db.write(|conn| conn.batch("CREATE TABLE t (n INTEGER)")).await.unwrap();
        let ((begins, begun), (goes_on, waits)) = (oneshot::channel(), mpsc::channel());
        let mut first = pin!(db.write(move |conn| {
            begins.send(()).unwrap();
            conn.batch(MARK)?;
            conn.batch("INSERT INTO t VALUES (1)")?;
            waits.recv().unwrap();
            Ok(())
        }));
        let mut failing = pin!(db.write(|conn| -> Result<()> {
            conn.batch("INSERT INTO t VALUES (2)")?;
            assert!(is_marked(conn)?);
            Err(Error::NotFound)
        }));
        let mut last = pin!(db.write(|conn| {
            conn.batch("INSERT INTO t VALUES (3)")?;
            is_marked(conn)
        }));
        // Each is handed over when it is first asked how it is getting on.
        tokio::select! { biased; _ = &mut first => unreachable!(), begun = begun => begun.unwrap() }
        tokio::select! { biased; _ = &mut failing => unreachable!(), () = ready(()) => {} }
        tokio::select! { biased; _ = &mut last => unreachable!(), () = ready(()) => {} }
        goes_on.send(()).unwrap();
        first.await.unwrap();
        assert!(matches!(failing.await, Err(Error::NotFound)));
        assert!(last.await.unwrap(), "it had a commit of its own");
        assert!(!db.write(is_marked).await.unwrap());
        let kept = db.read(|conn| conn.row(&sql!("SELECT group_concat(n) FROM t"), |row| row.text(0)));
        assert_eq!(kept.await.unwrap().flatten().as_deref(), Some("1,3"));
    }

    #[tokio::test]
    async fn a_write_alone_that_fails_is_undone() {
        let folder = tempfile::tempdir().unwrap();
        let db = open(folder.path());
        db.write(|conn| conn.batch("CREATE TABLE t (n INTEGER)")).await.unwrap();
        let failed = db.write(|conn| -> Result<()> {
            conn.batch("INSERT INTO t VALUES (1)")?;
            Err(Error::NotFound)
        });
        assert!(matches!(failed.await, Err(Error::NotFound)));
        let left = db.read(|conn| conn.row(&sql!("SELECT count(*) FROM t"), |row| row.integer(0)));
        assert_eq!(left.await.unwrap(), Some(0));
    }
}

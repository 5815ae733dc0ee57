//! Short reads of the embedded database on the thread that asks, on a connection of its own.
//!
//! What a server's thread reads in one turn of its loop shares one snapshot, for the locks of the file are one for all threads, and taking
//! them costs as much as a read by id. A commit of this process ends the sharing at once, so that whoever was told of a write sees it; what
//! another process commits is seen in the next turn, and nothing is kept open between turns.
use super::conn::Conn;
use super::sqlite::connect;
use domain::core::error::{Error, Result};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use tokio::runtime::{Handle, RuntimeFlavor};

/// A thread's own connection.
struct Near {
    path: PathBuf,
    conn: Conn,
    /// How many commits there were when its open snapshot was taken; none while none is open.
    open: Option<u64>,
}

thread_local! {
    static NEAR: RefCell<Option<Near>> = const { RefCell::new(None) };
}

/// Runs a read of the file at `path`, in a snapshot that has at least the first `commits` of this process.
///
/// # Errors
/// Those of the body, and of the database.
pub(super) fn run<T>(path: &Path, commits: u64, body: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    NEAR.with_borrow_mut(|slot| {
        if slot.as_ref().is_some_and(|near| near.path != path) {
            *slot = None;
        }
        let near = match slot {
            Some(near) => near,
            None => slot.insert(Near::new(path)?),
        };
        let result = near.run(commits, body);
        if let Err(Error::Internal(_)) = result {
            // What failed inside may have left more open than it found.
            *slot = None;
        }
        result
    })
}

/// Ends the snapshot of this thread.
fn end() {
    NEAR.with_borrow_mut(|slot| {
        if let Some(Err(error)) = slot.as_mut().map(Near::close) {
            tracing::error!(%error, "a read snapshot did not close");
            *slot = None;
        }
    });
}

impl Near {
    fn new(path: &Path) -> Result<Near> {
        let mut conn = connect(path)?;
        // The upper parts of indexes, which all reads go through; a page asked of the system costs more than one kept. One for each thread.
        conn.batch("PRAGMA cache_size = -8000")?;
        Ok(Near {
            path: path.to_owned(),
            conn,
            open: None,
        })
    }

    fn run<T>(&mut self, commits: u64, body: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        if self.open == Some(commits) {
            return body(&mut self.conn);
        }
        self.close()?;
        self.conn.batch("BEGIN")?;
        self.open = Some(commits);
        match Handle::try_current() {
            Ok(runtime) if runtime.runtime_flavor() == RuntimeFlavor::CurrentThread => {
                // Behind whatever else this thread has to do in this turn.
                runtime.spawn(async { end() });
                body(&mut self.conn)
            }
            // A task may run on another thread there: nothing is shared.
            _ => {
                let result = body(&mut self.conn);
                self.close()?;
                result
            }
        }
    }

    fn close(&mut self) -> Result<()> {
        match self.open.take() {
            Some(_) => self.conn.batch("COMMIT"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
mod tests {
    use crate::core::conn::Conn;
    use crate::core::database::{Address, Database, connect};
    use crate::sql;

    async fn count(db: &Database) -> i64 {
        let count = |conn: &mut Conn| conn.row(&sql!("SELECT count(*) FROM near_test"), |row| row.integer(0));
        db.look(count).await.unwrap().unwrap()
    }

    #[tokio::test]
    async fn reads_of_a_turn_share_a_snapshot_but_for_what_was_written_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let address: Address = format!("sqlite:{}/db", folder.path().display()).parse().unwrap();
        let db = Database::open(&address, 1).unwrap();
        db.write(|conn| conn.batch("CREATE TABLE near_test (n INTEGER)")).await.unwrap();
        let mut other = connect(&address).unwrap();

        assert_eq!(count(&db).await, 0);
        // Another program's commit waits for the next turn; one of our own ends the snapshot, and with it comes the other's.
        other.batch("INSERT INTO near_test VALUES (1)").unwrap();
        assert_eq!(count(&db).await, 0);
        db.write(|conn| conn.batch("INSERT INTO near_test VALUES (2)")).await.unwrap();
        assert_eq!(count(&db).await, 2);
        other.batch("INSERT INTO near_test VALUES (3)").unwrap();
        tokio::task::yield_now().await;
        assert_eq!(count(&db).await, 3);

        // Nothing is open between turns: the log can be carried into the file whole, and begin anew.
        tokio::task::yield_now().await;
        let busy = other.row(&sql!("PRAGMA wal_checkpoint(TRUNCATE)"), |row| row.integer(0)).unwrap();
        assert_eq!(busy, Some(0));
    }

    #[tokio::test]
    async fn a_read_that_fails_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let db = Database::open(&format!("sqlite:{}/db", folder.path().display()).parse().unwrap(), 1).unwrap();
        db.write(|conn| conn.batch("CREATE TABLE near_test (n INTEGER)")).await.unwrap();
        let failed = db.look(|conn| conn.batch("SAVEPOINT left_open; SELECT nonsense")).await;
        assert!(failed.is_err());
        assert_eq!(count(&db).await, 0);
    }
}

//! A connection to either database, and the one macro that runs the same expression on whichever it is.
use super::sql::Sql;
use super::text_index;
use diesel::r2d2::{ConnectionManager, PooledConnection};
use diesel::result::{DatabaseErrorKind as Kind, Error as DieselError};
use diesel::{PgConnection, SqliteConnection};
use domain::core::error::Error;

/// A connection, chosen at run time by the database's address.
#[expect(missing_debug_implementations, reason = "a connection shows nothing")]
pub enum Conn {
    Sqlite(SqliteConnection),
    Postgres(PooledConnection<ConnectionManager<PgConnection>>),
}

/// Runs the same diesel expression on whichever database this is. Both arms are concrete, so upserts, batches,
/// `into_boxed::<Db>()` and savepoints are all available.
#[macro_export]
macro_rules! on {
    ($conn:expr, |$c:ident| $body:expr) => {
        match $conn {
            $crate::core::conn::Conn::Sqlite($c) => {
                #[allow(clippy::allow_attributes, dead_code, reason = "not every expression names its database")]
                type Db = diesel::sqlite::Sqlite;
                $body
            }
            $crate::core::conn::Conn::Postgres($c) => {
                #[allow(clippy::allow_attributes, dead_code, reason = "not every expression names its database")]
                type Db = diesel::pg::Pg;
                $body
            }
        }
    };
}

impl Conn {
    /// Whether this is the embedded database.
    pub fn is_sqlite(&self) -> bool {
        matches!(self, Conn::Sqlite(_))
    }

    /// Runs a body in a savepoint: what it did is undone when it fails, and only that.
    pub fn savepoint<T>(&mut self, body: impl FnOnce(&mut Conn) -> Result<T, Error>) -> Result<T, Error> {
        self.batch("SAVEPOINT inner_step")?;
        let result = body(self);
        match &result {
            Ok(_) => self.batch("RELEASE SAVEPOINT inner_step")?,
            Err(_) => self.batch("ROLLBACK TO SAVEPOINT inner_step; RELEASE SAVEPOINT inner_step")?,
        }
        result
    }

    /// Runs a body and takes back all that it did: what it would come to.
    pub fn tried<T>(&mut self, body: impl FnOnce(&mut Conn) -> Result<T, Error>) -> Result<T, Error> {
        let mut found = None;
        let undone = self.savepoint(|conn| {
            found = Some(body(conn)?);
            Err::<(), _>(Error::Precondition)
        });
        match (found, undone) {
            (Some(found), Err(Error::Precondition)) => Ok(found),
            (_, Err(error)) => Err(error),
            (_, Ok(())) => Err(Error::Internal("what was tried was kept".to_owned())),
        }
    }

    /// Runs a body in a transaction of its own, on a connection of the caller's own.
    pub fn within<T>(&mut self, body: impl FnOnce(&mut Conn) -> Result<T, Error>) -> Result<T, Error> {
        self.batch(if self.is_sqlite() { "BEGIN IMMEDIATE" } else { "BEGIN" })?;
        let result = body(self).and_then(|done| text_index::settle(self).map(|()| done));
        match &result {
            Ok(_) => self.batch("COMMIT")?,
            Err(_) => self.batch("ROLLBACK")?,
        }
        result
    }

    /// Waits until no other transaction holds this name, and holds it until the transaction ends: what is counted before it is written would
    /// not see what others count at once. On SQLite there is one writer anyway.
    ///
    /// # Errors
    /// Those of the database.
    pub fn alone(&mut self, name: &str) -> Result<(), Error> {
        self.advise("pg_advisory_xact_lock", name)
    }

    /// Holds this name until the transaction ends, beside all others that do so; whoever is to hold it alone waits for all of them.
    ///
    /// # Errors
    /// Those of the database.
    pub fn together(&mut self, name: &str) -> Result<(), Error> {
        self.advise("pg_advisory_xact_lock_shared", name)
    }

    fn advise(&mut self, lock: &'static str, name: &str) -> Result<(), Error> {
        if self.is_sqlite() {
            return Ok(());
        }
        let held = Sql::new("SELECT 1 FROM (SELECT ").text(lock).text("(hashtextextended(").bind(name);
        self.row(&held.text(", 0))) l"), |_| Ok(())).map(|_| ())
    }

    /// Marks the connection as broken, so that its pool throws it away.
    pub fn discard(&mut self) {
        use diesel::connection::{Connection, TransactionManager};
        fn mark<C: Connection>(conn: &mut C) {
            C::TransactionManager::transaction_manager_status_mut(conn).set_in_error();
        }
        on!(self, |c| mark(c));
    }

    /// Runs fixed statements that take no values.
    pub fn batch(&mut self, sql: &str) -> Result<(), Error> {
        use diesel::connection::SimpleConnection;
        on!(self, |c| c.batch_execute(sql)).map_err(fault)
    }
}

/// What a database's refusal means to the caller.
pub fn fault(error: DieselError) -> Error {
    match &error {
        DieselError::NotFound => Error::NotFound,
        DieselError::DatabaseError(Kind::UniqueViolation, info) => Error::Taken(taken(info.constraint_name(), info.message())),
        DieselError::DatabaseError(Kind::ClosedConnection | Kind::ReadOnlyTransaction, _) => unavailable("database_away", &error),
        DieselError::DatabaseError(_, info) if away(info.message()) => unavailable("database_away", &error),
        DieselError::DatabaseError(_, info) if full(info.message()) => unavailable("storage_full", &error),
        DieselError::BrokenTransactionManager => unavailable("database_away", &error),
        _ => Error::Internal(error.to_string()),
    }
}

/// What the caller hears is a code; why, the log alone says.
fn unavailable(code: &'static str, cause: &DieselError) -> Error {
    tracing::warn!(code, %cause, "the database could not do what it was asked");
    Error::Unavailable(code)
}

/// The field of a unique index: SQLite names `table.column`, PostgreSQL our `table_column_key`.
fn taken(constraint: Option<&str>, message: &str) -> String {
    if let Some(columns) = message.strip_prefix("UNIQUE constraint failed: ") {
        let last = columns.rsplit(", ").next().unwrap_or(columns);
        return last.rsplit('.').next().unwrap_or(last).to_owned();
    }
    let name = constraint.unwrap_or_default().trim_end_matches("_key");
    name.split_once("__").map_or(name, |(_, column)| column).to_owned()
}

fn full(message: &str) -> bool {
    message.contains("database or disk is full") || message.contains("No space left on device")
}

fn away(message: &str) -> bool {
    const SIGNS: [&str; 9] = [
        "server closed the connection",
        "terminating connection",
        "could not connect",
        "connection to server",
        "the database system is",
        "canceling statement due to",
        "deadlock detected",
        "database is locked",
        "disk I/O error",
    ];
    SIGNS.iter().any(|sign| message.contains(sign))
}

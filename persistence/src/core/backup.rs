//! Copies of the database, and the way back. SQLite is copied page by page through its backup interface: `VACUUM INTO` would number rows
//! anew, and the search index goes by their numbers. PostgreSQL is copied by its own programs, which know every version of its dumps.
use super::conn::Conn;
use super::database::{Address, connect};
use super::place;
use crate::sql;
use domain::core::error::{Error, Result};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

fn broken(error: impl std::fmt::Display) -> Error {
    Error::Internal(error.to_string())
}

/// What the copy of this database is called.
pub const fn file_name(address: &Address) -> &'static str {
    match address {
        Address::Sqlite(_) => "database.sqlite",
        Address::Postgres(_) => "database.dump",
    }
}

/// Files that belong to a database and not to the data beside it.
pub fn own_files(address: &Address) -> Vec<PathBuf> {
    match address {
        Address::Postgres(_) => Vec::new(),
        Address::Sqlite(path) => {
            let beside = |suffix: &str| {
                let mut name = path.clone().into_os_string();
                name.push(suffix);
                PathBuf::from(name)
            };
            vec![
                path.clone(),
                beside("-wal"),
                beside("-shm"),
                beside("-journal"),
                path.with_extension("lock"),
            ]
        }
    }
}

/// Copies the database as it is at one moment, while it is being written to, into a new file; then checks the copy.
///
/// # Errors
/// When there is no such database, a program is missing, or the copy is not whole. What was written of it is the caller's to remove.
pub fn save(address: &Address, into: &Path) -> Result<()> {
    match address {
        Address::Sqlite(path) => copy(path, into)?,
        Address::Postgres(url) => {
            let mut dump = tool("pg_dump", url)?;
            dump.args(["--format=custom", "--no-owner", "--no-privileges", "--no-comments", "--file"])
                .arg(into);
            run(dump, "pg_dump")?;
        }
    }
    check(address, into)?;
    File::open(into).and_then(|f| f.sync_all()).map_err(broken)
}

fn copy(from: &Path, into: &Path) -> Result<()> {
    let named = |e: rusqlite::Error| broken(format!("{}: {e}", from.display()));
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(named)?;
    source.busy_timeout(Duration::from_secs(10)).map_err(named)?;
    let mut target = Connection::open(into).map_err(broken)?;
    {
        let backup = Backup::new(&source, &mut target).map_err(named)?;
        // All pages in one step are one snapshot; writers go on meanwhile. In several steps each write would begin it anew.
        while backup.step(-1).map_err(named)? != StepResult::Done {
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    // The copy is one file, without a log beside it.
    journal(&target, "DELETE").map_err(broken)?;
    target.close().map_err(|(_, e)| broken(e))
}

fn journal(conn: &Connection, mode: &str) -> rusqlite::Result<String> {
    conn.query_row(&format!("PRAGMA journal_mode = {mode}"), [], |row| row.get(0))
}

/// Checks that a copy of such a database is whole.
///
/// # Errors
/// What is wrong with it.
pub fn check(address: &Address, copy: &Path) -> Result<()> {
    match address {
        Address::Sqlite(_) => {
            let conn = Connection::open_with_flags(copy, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(broken)?;
            let found: String = conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).map_err(broken)?;
            match found.as_str() {
                "ok" => Ok(()),
                _ => Err(broken(format!("{}: {found}", copy.display()))),
            }
        }
        Address::Postgres(_) => {
            let mut list = Command::new("pg_restore");
            list.arg("--list").arg(copy);
            let text = run(list, "pg_restore")?;
            match text.contains(" TABLE DATA ") {
                true => Ok(()),
                false => Err(broken(format!("{}: it holds no tables", copy.display()))),
            }
        }
    }
}

/// Whether there is anything in the database yet.
///
/// # Errors
/// When it can't be asked.
pub fn is_empty(address: &Address) -> Result<bool> {
    let tables = match address {
        Address::Sqlite(path) if !path.exists() => return Ok(true),
        Address::Sqlite(_) => sql!("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table'"),
        Address::Postgres(_) => sql!("SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema()"),
    };
    let count = connect(address)?.row(&tables, |row| row.integer(0))?;
    Ok(count == Some(0))
}

/// Puts a copy in the place of the database, all of it or nothing. Whatever was there is gone afterwards.
///
/// # Errors
/// When somebody else has the database open, the copy is not whole, or a program is missing; then all is as it was.
pub fn restore(address: &Address, copy: &Path) -> Result<()> {
    check(address, copy)?;
    match address {
        Address::Sqlite(path) => put(copy, path)?,
        Address::Postgres(url) => load(address, url, copy)?,
    }
    super::migrate::run(address)?;
    let mut conn = connect(address)?;
    conn.within(|conn| {
        place::settle(conn)?;
        place::renew(conn)
    })
}

/// Moves a copy to where the database is.
fn put(copy: &Path, path: &Path) -> Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder).map_err(broken)?;
    if path.exists() {
        alone(path)?;
    }
    let partial = path.with_extension("restoring");
    std::fs::copy(copy, &partial).map_err(broken)?;
    File::open(&partial).and_then(|f| f.sync_all()).map_err(broken)?;
    std::fs::rename(&partial, path).map_err(broken)?;
    File::open(folder).and_then(|f| f.sync_all()).map_err(broken)
}

/// Refuses while another program has the file open: only who is alone can leave the log of writes, which takes what is in it into the file.
fn alone(path: &Path) -> Result<()> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(broken)?;
    conn.busy_timeout(Duration::ZERO).map_err(broken)?;
    match journal(&conn, "DELETE") {
        Ok(mode) if mode == "delete" => conn.close().map_err(|(_, e)| broken(e)),
        // What is there is no database of ours, and whoever restores over it has said so.
        Err(rusqlite::Error::SqliteFailure(e, _)) if e.code == rusqlite::ErrorCode::NotADatabase => Ok(()),
        _ => Err(broken(IN_USE)),
    }
}

const IN_USE: &str = "the database is in use; stop every server on it first";

/// Loads a dump in one transaction that first takes away all that is there.
fn load(address: &Address, url: &str, copy: &Path) -> Result<()> {
    let others = sql!(
        "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    );
    if connect(address)?.row(&others, |row| row.integer(0))? != Some(0) {
        return Err(broken(IN_USE));
    }
    // Through a file: a dump that can't be read to its end must not be committed up to there.
    let script = copy.with_extension(format!("restoring-{}", std::process::id()));
    let mut write = Command::new("pg_restore");
    write
        .args(["--no-owner", "--no-privileges", "--no-comments", "--file"])
        .arg(&script)
        .arg(copy);
    let loaded = run(write, "pg_restore").and_then(|_| {
        let mut psql = Command::new("psql");
        let (address, password) = without_password(url)?;
        if let Some(password) = password {
            psql.env("PGPASSWORD", password);
        }
        psql.args([
            "--no-psqlrc",
            "--quiet",
            "--single-transaction",
            "--set=ON_ERROR_STOP=1",
            "--output=/dev/null",
        ]);
        psql.args(["--command", CLEAR, "--file"]).arg(&script).arg("--dbname").arg(address);
        run(psql, "psql")
    });
    if let Err(error) = std::fs::remove_file(&script)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%error, file = %script.display(), "a file that is no longer needed could not be removed");
    }
    loaded.map(|_| ())
}

/// Takes away all tables of the schema, also those that the dump does not know.
const CLEAR: &str = "DO $$ DECLARE t record; BEGIN FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LOOP \
                     EXECUTE format('DROP TABLE %I CASCADE', t.tablename); END LOOP; END $$";

/// A program of PostgreSQL's for a database. The password goes by the environment: arguments are for every user of the machine to see.
fn tool(name: &str, url: &str) -> Result<Command> {
    let (address, password) = without_password(url)?;
    let mut command = Command::new(name);
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    command.arg("--dbname").arg(address);
    Ok(command)
}

fn without_password(url: &str) -> Result<(String, Option<String>)> {
    // A socket's address has no host, which the URL parser would refuse together with a user.
    let Ok(mut parsed) = url::Url::parse(url) else {
        return Ok((url.to_owned(), None));
    };
    let Some(password) = parsed.password().map(str::to_owned) else {
        return Ok((url.to_owned(), None));
    };
    let plain = url::form_urlencoded::parse(format!("p={}", password.replace('+', "%2B")).as_bytes())
        .next()
        .map(|(_, value)| value.into_owned());
    parsed
        .set_password(None)
        .map_err(|()| broken("the database's address can't be read"))?;
    Ok((parsed.to_string(), plain))
}

/// Runs a program to its end; what it wrote.
fn run(mut command: Command, name: &str) -> Result<String> {
    let output = command.output().map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => broken(format!("{name} is not installed here; install PostgreSQL's client programs")),
        _ => broken(format!("{name}: {e}")),
    })?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(broken(format!("{name}: {}", String::from_utf8_lossy(&output.stderr).trim()))),
    }
}

/// How many entries the change log of a database has.
///
/// # Errors
/// Those of the database.
pub fn entries(conn: &mut Conn) -> Result<i64> {
    Ok(conn
        .row(&sql!("SELECT COUNT(*) FROM changes"), |row| row.integer(0))?
        .unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
    use super::*;

    #[test]
    fn a_password_is_no_argument() {
        for (url, address, password) in [
            (
                "postgres://u:p%40%2Bs+x@db.example:5433/crm?sslmode=require",
                "postgres://u@db.example:5433/crm?sslmode=require",
                Some("p@+s+x"),
            ),
            ("postgres://u@db.example/crm", "postgres://u@db.example/crm", None),
            ("postgres:///crm?host=/run/pg", "postgres:///crm?host=/run/pg", None),
        ] {
            assert_eq!(without_password(url).unwrap(), (address.to_owned(), password.map(str::to_owned)));
        }
    }
}

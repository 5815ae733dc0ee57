//! The template: a database that is migrated and filled once for each build, and copied for each test. Tests run in many processes; the
//! first that comes makes it, under a file lock, and the others wait for it.
use crate::engine::{Copy, Engine, administer, cluster, has_database, in_cluster};
use crate::people::People;
use crate::{binary, seed};
use api::access::keys::KeyRing;
use persistence::core::database::{Database, connect};
use serde_json::Value;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A template that is ready.
#[derive(Debug)]
pub struct Template {
    engine: Engine,
    folder: PathBuf,
    database: String,
    pub people: People,
}

impl Template {
    /// The template of this build, made now if it is not there yet.
    pub fn of(engine: Engine) -> Template {
        let mut hasher = DefaultHasher::new();
        let place = if engine == Engine::Postgres { cluster() } else { String::new() };
        (binary::fingerprint(), place, engine.name()).hash(&mut hasher);
        let name = format!("{:016x}", hasher.finish());
        let all = binary::folder().join("tmp-tests");
        fs::create_dir_all(&all).unwrap();
        let (folder, database) = (all.join(format!("{}-{name}", engine.name())), format!("peyvand_template_{name}"));
        let lock = File::create(all.join("lock")).unwrap();
        lock.lock().unwrap();
        let ready = folder.join("people.json");
        if !ready.is_file() || engine == Engine::Postgres && !has_database(&database) {
            forget_old(&all);
            make(engine, &folder, &database);
        }
        let people: Value = serde_json::from_slice(&fs::read(&ready).unwrap()).unwrap();
        Template {
            engine,
            folder,
            database,
            people: People::from_json(&people),
        }
    }

    /// A copy of the database, and of the data folder into this one.
    pub fn copy(&self, folder: &Path) -> Copy {
        copy_keys(&self.folder.join("keys"), &folder.join("keys"));
        match self.engine {
            Engine::Sqlite => Copy::of_file(&self.folder.join("peyvand.db"), folder),
            Engine::Postgres => Copy::of_database(&self.database),
        }
    }

    /// The contract as the program prints it, kept beside the template.
    pub fn contract(&self) -> Value {
        serde_json::from_slice(&fs::read(self.folder.join("openapi.json")).unwrap()).unwrap()
    }
}

/// Templates of builds that are no more. Only old ones: another run may be using its own.
fn forget_old(all: &Path) {
    for entry in fs::read_dir(all).unwrap().flatten() {
        let age = entry.metadata().and_then(|m| m.modified()).ok().and_then(|m| m.elapsed().ok());
        if entry.path().is_dir() && age.is_some_and(|age| age > Duration::from_secs(6 * 3600)) {
            fs::remove_dir_all(entry.path()).unwrap();
        }
    }
}

fn make(engine: Engine, folder: &Path, database: &str) {
    if folder.exists() {
        fs::remove_dir_all(folder).unwrap();
    }
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("openapi.json"), binary::run(&["openapi", "--format", "json"])).unwrap();
    KeyRing::open(&folder.join("keys"), chrono::Utc::now(), &mut rand::rng()).expect("signing keys");
    let work = folder.join("work.db");
    let address = match engine {
        Engine::Sqlite => format!("sqlite:{}", work.display()),
        Engine::Postgres => {
            let statements = [
                format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)"),
                // With a collation that is not the order of code points: what relies on the default one shows.
                format!("CREATE DATABASE {database} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'fa' LOCALE 'C.UTF-8'"),
            ];
            administer(&cluster(), &statements);
            in_cluster(database)
        }
    };
    binary::run(&["migrate", "--database", &address]);
    let whole = folder.join("peyvand.db").display().to_string();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let people = runtime.block_on(async {
        let db = Database::open(&address.parse().unwrap(), 1).expect("the template's database");
        let people = db.write(|conn| Ok(seed::fill(conn))).await.expect("the template");
        if engine == Engine::Sqlite {
            // One file, without a log beside it, whenever the connections close.
            let mut alone = connect(db.address()).expect("a connection of its own");
            alone.batch(&format!("VACUUM INTO '{whole}'")).expect("a copy");
        }
        people
    });
    if engine == Engine::Postgres {
        // A template that someone is connected to can't be copied.
        let statement = format!(
            "ALTER DATABASE {database} ALLOW_CONNECTIONS false; \
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
        );
        administer(&cluster(), &[statement]);
    }
    // Last: that it is there says that all is.
    fs::write(folder.join("people.json"), people.to_json().to_string()).unwrap();
}

/// Signing keys are only believed where nobody else may read them.
fn copy_keys(from: &Path, to: &Path) {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

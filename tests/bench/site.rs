//! A server on a filled database of its own, and what the same statements cost without it.
use crate::bare::{self, Bare, Script};
use crate::child::Traced;
use crate::deals;
use crate::fill::{self, Filled};
use crate::held::Held;
use crate::import;
use crate::load::{Load, Sample};
use crate::names::Dice;
use crate::process;
use crate::rich;
use crate::work::{Requests, Work};
use api::access::keys::KeyRing;
use api::access::token::{Grant, MAX_LIFETIME, Tokens};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tests::node::{BASE_URL, Node};
use tests::{People, Who, binary};
use uuid::Uuid;

/// How many ids requests choose among.
const CHOSEN: usize = 200_000;
/// Rows of an import: measured, and traced.
pub const IMPORTED: (u64, u64) = (10_000, 4_000);

/// Where the processor time of a database is counted.
#[derive(Debug, Clone, Copy)]
pub enum Engine {
    /// In the server's own process.
    Embedded,
    /// In a cluster, by its first process.
    Cluster(u32),
}

/// Processor time of a database that is a process of its own, in seconds.
fn database_cpu(engine: Engine) -> f64 {
    match engine {
        Engine::Cluster(pid) => process::family_cpu(pid),
        Engine::Embedded => 0.0,
    }
}

/// A running server.
pub struct Site {
    pub size: u64,
    pub engine: Engine,
    node: Node,
    data: PathBuf,
    people: People,
    requests: BTreeMap<Work, Requests>,
    scripts: BTreeMap<Work, Script>,
    /// The inserts of an import, a chunk of rows each.
    imports: Script,
    /// Rows imported so far.
    imported: u64,
    twin: PathBuf,
    held: Vec<Held>,
    _folder: tempfile::TempDir,
    /// Memory before anything was asked, in bytes.
    pub started_with: u64,
}

/// What a sample cost.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    pub sample: Sample,
    /// Processor time of the server for one request, in microseconds.
    pub cpu: f64,
    /// The same of a database that is a process of its own.
    pub database_cpu: f64,
}

/// A token of the owner's, good for a quarter of an hour.
pub fn token(data: &Path, people: &People) -> String {
    let keys = KeyRing::open(&data.join("keys"), chrono::Utc::now(), &mut rand::rng()).unwrap();
    let grant = Grant {
        sub: people.users[&Who::Owner],
        client_id: "bench".to_owned(),
        scope: String::new(),
        sid: people.sessions[&Who::Owner],
        sv: 1,
        jti: Uuid::now_v7(),
    };
    Tokens::new(BASE_URL, "peyvand-api", MAX_LIFETIME)
        .issue(&keys, &grant, chrono::Utc::now())
        .unwrap()
}

/// Copies the database and the keys of a filled folder.
fn copy(filled: &Filled, to: &Path) -> PathBuf {
    for file in ["peyvand.db", "keys"] {
        let done = std::process::Command::new("cp")
            .args(["-a", "--reflink=auto"])
            .arg(filled.folder.join(file))
            .arg(to)
            .status();
        assert!(done.unwrap().success());
    }
    let database = to.join("peyvand.db");
    // Sessions end after a while; the file may be older.
    let far = (chrono::Utc::now() + chrono::TimeDelta::days(1)).timestamp_micros();
    bare::open(&database).execute("UPDATE sessions SET expires_at = ?1", [far]).unwrap();
    database
}

/// Who is asked for.
#[derive(Debug)]
pub struct Known {
    /// Customers, in no order.
    all: Vec<Uuid>,
    /// Those with a long file.
    rich: Vec<Uuid>,
    /// The pipeline with a full board.
    boards: Vec<Uuid>,
    /// Its first stage, and after it the deals that stand there.
    steps: Vec<Uuid>,
}

impl Known {
    /// From what a statement finds in a database.
    pub fn new(find: impl Fn(&str) -> Vec<Uuid>) -> Known {
        Known {
            all: shuffle(find("SELECT id FROM customers")),
            rich: shuffle(find(rich::WHICH)),
            boards: find(deals::WHICH),
            steps: [find(deals::FIRST), shuffle(find(deals::IN_FIRST))].concat(),
        }
    }

    fn of(&self, work: Work) -> &[Uuid] {
        match work {
            Work::Overview => &self.rich,
            Work::Board => &self.boards,
            Work::Step => &self.steps,
            _ => &self.all,
        }
    }
}

fn ids(database: &Path, statement: &str) -> Vec<Uuid> {
    let all = bare::column(database, statement).into_iter();
    all.map(Uuid::from_bytes).collect()
}

/// The whole lines that a file holds from a place on: the last may still be being written.
fn behind(path: &Path, place: u64) -> String {
    use std::io::{Read, Seek, SeekFrom};
    let (mut file, mut text) = (std::fs::File::open(path).unwrap(), String::new());
    file.seek(SeekFrom::Start(place)).unwrap();
    file.read_to_string(&mut text).unwrap();
    text.truncate(text.rfind('\n').map_or(0, |end| end + 1));
    text
}

/// What a trace says of the writes that touched a table.
fn writing(trace: &str, table: &str) -> Script {
    writing_of(bare::read(trace), table)
}
fn writing_of(trace: Vec<bare::Traced>, table: &str) -> Script {
    let mut writes = bare::writes(trace);
    writes.retain(|w| w.work.iter().any(|t| t.text.starts_with(table)));
    let closing = writes.iter_mut().map(|w| std::mem::take(&mut w.closing)).max_by_key(Vec::len);
    Script::new(writes.into_iter().map(|w| w.work).collect()).closing(&closing.unwrap_or_default())
}

/// Some of them, in no order.
fn shuffle(mut all: Vec<Uuid>) -> Vec<Uuid> {
    let mut dice = Dice(7);
    for i in (1..all.len()).rev() {
        all.swap(i, dice.below(i as u64 + 1) as usize);
    }
    all.truncate(CHOSEN);
    all
}

impl Site {
    /// A server on SQLite with so many customers, and a twin of its database for the bare statements.
    pub fn sqlite(kept: &Path, size: u64) -> Site {
        let filled = fill::sqlite(kept, size);
        let folder = tempfile::Builder::new().prefix("site-").tempdir_in(kept).unwrap();
        let (data, twin) = (folder.path().join("data"), folder.path().join("twin"));
        std::fs::create_dir_all(&data).unwrap();
        std::fs::create_dir_all(&twin).unwrap();
        let database = copy(&filled, &data);
        let twin = copy(&filled, &twin);
        let known = Known::new(|statement| ids(&database, statement));
        let held = [&database, &twin].map(|path| Held::new(path));
        let address = format!("sqlite:{}", database.display());
        let mut site = Site::start(&address, data, filled.people.clone(), Engine::Embedded, &known, size, folder);
        site.twin = twin;
        site.held = held.into();
        site.hold();
        site.trace(&filled, &known);
        site
    }

    /// A server on PostgreSQL.
    pub fn postgres(
        address: &str,
        data: PathBuf,
        people: People,
        cluster: Engine,
        known: &Known,
        size: u64,
        folder: tempfile::TempDir,
    ) -> Site {
        Site::start(address, data, people, cluster, known, size, folder)
    }

    fn start(address: &str, data: PathBuf, people: People, engine: Engine, known: &Known, size: u64, folder: tempfile::TempDir) -> Site {
        let node = Node::start(address, data.to_str().unwrap(), &[]);
        process::settle(node.pid());
        let started_with = process::memory(node.pid());
        let (server, token) = (node.address(), token(&data, &people));
        let requests = Work::ALL
            .map(|work| (work, Requests::new(work, server, &token, known.of(work), size)))
            .into();
        Site {
            size,
            engine,
            requests,
            node,
            data,
            people,
            scripts: BTreeMap::new(),
            imports: Script::default(),
            imported: 0,
            twin: PathBuf::new(),
            held: Vec::new(),
            _folder: folder,
            started_with,
        }
    }

    /// What the server asks of its database for each kind of work, taken down by the same program with a hook.
    fn trace(&mut self, filled: &Filled, known: &Known) {
        let scratch = tempfile::tempdir_in(self._folder.path()).unwrap();
        let database = copy(filled, scratch.path());
        let out = scratch.path().join("trace");
        let traced = Traced::start(&database, scratch.path(), &out);
        let token = token(scratch.path(), &filled.people);
        for work in Work::ALL {
            let mut requests = Requests::new(work, traced.server, &token, known.of(work), self.size + 500_000);
            let mut load = Load::open(traced.server, 1);
            let (mut operations, mut seen) = (Vec::new(), std::fs::metadata(&out).unwrap().len());
            let mut refused = 0;
            for _ in 0..work.traced() {
                // No time at all: one request.
                refused += load.run(Duration::ZERO, &mut requests).refused;
                if refused > 0 {
                    break;
                }
                if work.written().is_none() {
                    let new = behind(&out, seen);
                    seen += new.len() as u64;
                    operations.push(bare::read(&new));
                }
            }
            if refused > 0 {
                let why = requests.refusal.unwrap_or_default();
                eprintln!("{} is not measured: {}", work.code(), why.lines().next().unwrap_or_default());
                self.requests.remove(&work);
                continue;
            }
            if let Some(table) = work.written() {
                self.scripts.insert(work, writing(&behind(&out, seen), table));
            } else {
                self.scripts.insert(work, Script::new(operations));
            }
        }
        let seen = std::fs::metadata(&out).unwrap().len();
        import::run(traced.server, &token, &import::file(self.size + 700_000, IMPORTED.1));
        // Only what is put into tables: that rows are looked for first is what an import does more.
        let all = bare::read(&behind(&out, seen));
        let inserts = |t: &bare::Traced| {
            t.text.starts_with("INSERT") || matches!(t.text.as_str(), "BEGIN IMMEDIATE" | "SAVEPOINT one" | "RELEASE one" | "COMMIT")
        };
        let closing = |t: &bare::Traced| t.text.contains("pending_search");
        let all = all.into_iter().filter(|t| inserts(t) || closing(t)).collect();
        self.imports = writing_of(all, "INSERT INTO customers (");
    }

    /// Keeps what is measured in memory.
    pub fn hold(&mut self) {
        self.held.iter_mut().for_each(Held::hold);
    }

    /// Which database it is on.
    pub fn kind(&self) -> &'static str {
        match self.engine {
            Engine::Embedded => "SQLite",
            Engine::Cluster(_) => "PostgreSQL",
        }
    }
    /// The kinds of work that this server can do.
    pub fn works(&self) -> Vec<Work> {
        self.requests.keys().copied().collect()
    }
    /// The texts of the statements behind a kind of work.
    pub fn texts(&self, work: Work) -> Vec<String> {
        self.scripts.get(&work).map(|s| s.texts().to_vec()).unwrap_or_default()
    }
    /// Signs in again: a token lasts a quarter of an hour.
    pub fn sign(&mut self) {
        let token = token(&self.data, &self.people);
        for requests in self.requests.values_mut() {
            requests.sign(self.node.address(), &token);
        }
    }

    fn database_cpu(&self) -> f64 {
        database_cpu(self.engine)
    }

    /// Measures the server for a while.
    pub fn measure(&mut self, work: Work, connections: usize, span: Duration) -> Measured {
        let (pid, engine) = (self.node.pid(), self.engine);
        let database = || database_cpu(engine);
        let requests = self.requests.get_mut(&work).unwrap().over(connections);
        let mut load = Load::open(self.node.address(), connections);
        let (cpu, other) = (process::cpu(pid), database());
        let sample = load.run(span, requests);
        let (cpu, other) = (process::cpu(pid) - cpu, database() - other);
        if let Some(why) = requests.refusal.take() {
            eprintln!(
                "{}: {} refused: {}",
                work.code(),
                sample.refused,
                why.lines().next().unwrap_or_default()
            );
        }
        let each = 1e6 / (sample.done + sample.refused).max(1) as f64;
        Measured {
            cpu: cpu * each,
            database_cpu: other * each,
            sample,
        }
    }

    /// Does the same statements on the twin; none where they are not known.
    pub fn bare(&mut self, work: Work, span: Duration) -> Option<Bare> {
        let script = self.scripts.get_mut(&work)?;
        Some(match work {
            Work::Create => script.write(&self.twin, 4000, 32, true),
            // Each change fits one version, so it can be done once.
            Work::Change | Work::Step => script.write(&self.twin, 300, 32, false),
            _ => script.read(&self.twin, span),
        })
    }

    /// Has the server take in a file.
    pub fn import(&mut self) -> Measured {
        let file = import::file(self.size + 1_000_000 + self.imported, IMPORTED.0);
        self.imported += IMPORTED.0;
        let token = token(&self.data, &self.people);
        let (cpu, other) = (process::cpu(self.node.pid()), self.database_cpu());
        let took = import::run(self.node.address(), &token, &file);
        let each = 1e6 / IMPORTED.0 as f64;
        Measured {
            cpu: (process::cpu(self.node.pid()) - cpu) * each,
            database_cpu: (self.database_cpu() - other) * each,
            sample: Sample {
                done: IMPORTED.0,
                seconds: took.as_secs_f64(),
                ..Sample::default()
            },
        }
    }

    /// Puts the same rows into the same tables of the twin, a chunk to a commit; none where they are not known.
    pub fn bare_import(&mut self) -> Option<Bare> {
        let (chunks, rows) = (self.imports.len(), self.imports.made());
        (rows > 0).then(|| Bare {
            done: rows,
            ..self.imports.write(&self.twin, chunks, 1, true)
        })
    }

    /// The memory of the server now, in bytes.
    pub fn memory(&self) -> u64 {
        process::memory(self.node.pid())
    }
    pub fn address(&self) -> SocketAddr {
        self.node.address()
    }
}

/// The program's own build, which must be the one for release.
pub fn check_build() {
    let folder = binary::folder();
    assert!(folder.ends_with("release"), "measure a release build: make bench");
    binary::path();
}

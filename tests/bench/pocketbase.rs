//! PocketBase beside our server: the same customers in collections as a team would make them that writes its frontend first, asked by the
//! same load generator. Where there is a choice it is the one that is cheaper for PocketBase.
mod collections;
mod requests;

use crate::bare;
use crate::held::Held;
use crate::load::{Load, Sample};
use crate::names::Dice;
use crate::process;
use crate::site::{IMPORTED, Measured};
use crate::work::Work;
use collections::Client;
use requests::{Batches, Requests};
use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// What it does as well as our server, request by request.
const WORKS: [Work; 6] = [Work::Read, Work::List, Work::Create, Work::Change, Work::Search, Work::Overview];
/// In how many batches the rows of an import are sent at once: more or fewer make no difference.
const BATCHES: u64 = 10;

/// A running program; it ends when this goes.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    /// Starts the program on a folder and waits until it listens.
    fn start(program: &Path, data: &Path) -> Server {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let child = on(program, data)
            .args(["serve", "--automigrate=false", "--hooksWatch=false"])
            .arg(format!("--http={address}"))
            .spawn()
            .unwrap();
        let mut server = Server { child, address };
        while TcpStream::connect(address).is_err() {
            assert!(server.child.try_wait().unwrap().is_none(), "PocketBase ended");
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// The program, told where its data are. All that it looks for besides is looked for there too.
fn on(program: &Path, data: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg("--dir").arg(data).current_dir(data);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// What the program calls its version.
fn version(program: &Path) -> String {
    let said = Command::new(program).arg("--version").output().unwrap().stdout;
    let said = String::from_utf8(said).unwrap();
    said.split_whitespace().last().unwrap().to_owned()
}

/// The folder with so many customers; filled now unless it is kept from before.
fn filled(program: &Path, kept: &Path, size: u64) -> PathBuf {
    let folder = kept.join(format!("pocketbase-{}-{}-{size}", version(program), collections::shape()));
    let done = folder.join("done");
    if !done.is_file() {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        eprintln!("filling {size} customers into {}", folder.display());
        let (mail, password) = collections::SUPERUSER;
        let made = on(program, &folder).args(["superuser", "upsert", mail, password]).status();
        assert!(made.unwrap().success());
        let server = Server::start(program, &folder);
        collections::fill(server.address, size);
        drop(server);
        // One file, without a log beside it.
        bare::open(&folder.join("data.db"))
            .execute_batch("PRAGMA wal_checkpoint(TRUNCATE);")
            .unwrap();
        std::fs::write(&done, "").unwrap();
    }
    folder
}

/// PocketBase with customers, running.
pub struct PocketBase {
    server: Server,
    /// Its version.
    pub version: String,
    client: Client,
    requests: BTreeMap<Work, Requests>,
    /// The number of the next customer to import.
    serial: u64,
    held: Held,
    _folder: tempfile::TempDir,
}

impl PocketBase {
    /// Starts the program on a copy of a folder with so many customers.
    pub fn start(program: &Path, kept: &Path, size: u64) -> PocketBase {
        let program = program.canonicalize().expect("BENCH_POCKETBASE names a program");
        let kept = kept.canonicalize().unwrap();
        let filled = filled(&program, &kept, size);
        let folder = tempfile::Builder::new().prefix("pocketbase-").tempdir_in(&kept).unwrap();
        let data = folder.path().join("data");
        let copied = Command::new("cp").args(["-a", "--reflink=auto"]).args([&filled, &data]).status();
        assert!(copied.unwrap().success());
        let database = data.join("data.db");
        let all = bare::column(&database, "SELECT id FROM customers");
        let rich = bare::column(&database, "SELECT DISTINCT customer FROM tasks");
        let server = Server::start(&program, &data);
        let client = Client::seller(server.address);
        let requests = WORKS.map(|work| {
            let ids = if work == Work::Overview { &rich } else { &all };
            (work, Requests::new(work, &client, ids, size))
        });
        PocketBase {
            version: version(&program),
            requests: requests.into(),
            client,
            serial: size + 1_000_000,
            held: Held::new(&database),
            server,
            _folder: folder,
        }
    }

    /// Keeps what is measured in memory.
    pub fn hold(&mut self) {
        self.held.hold();
    }

    /// Measures a kind of work for a while; nothing when it is none of PocketBase's.
    pub fn measure(&mut self, work: Work, connections: usize, span: Duration) -> Option<Measured> {
        let requests = self.requests.get_mut(&work)?;
        let mut load = Load::open(self.server.address, connections);
        let cpu = process::cpu(self.server.child.id());
        let mut sample = load.run(span, requests);
        let cpu = process::cpu(self.server.child.id()) - cpu;
        if let Some(why) = requests.refusal.take() {
            eprintln!("PocketBase, {}: {} refused: {why}", work.code(), sample.refused);
        }
        // What takes several requests is one operation.
        sample.done /= requests.each();
        Some(Measured {
            cpu: cpu * 1e6 / sample.done.max(1) as f64,
            database_cpu: 0.0,
            sample,
        })
    }

    /// Has it take in as many customers as our server is given in a file.
    pub fn import(&mut self) -> Measured {
        let (rows, batches) = (IMPORTED.0, BATCHES);
        let mut dice = Dice(self.serial);
        let mut next = || {
            self.serial += 1;
            collections::customer(&mut dice, self.serial, &self.client.user)
        };
        let bodies = (0..batches).map(|_| collections::batch("customers", (0..rows / batches).map(|_| next())));
        let mut source = Batches::new(&self.client, bodies);
        let mut load = Load::open(self.server.address, batches as usize);
        let cpu = process::cpu(self.server.child.id());
        // No time at all: one request on each connection.
        let sample = load.run(Duration::ZERO, &mut source);
        let cpu = process::cpu(self.server.child.id()) - cpu;
        assert_eq!(sample.refused, 0, "PocketBase refused an import: {:?}", source.refusal);
        Measured {
            cpu: cpu * 1e6 / rows as f64,
            database_cpu: 0.0,
            sample: Sample { done: rows, ..sample },
        }
    }
}

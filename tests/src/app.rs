//! What a test has: a database of its own with the people of the template, a server on it, and a post office that takes its mail.
use crate::client::Client;
use crate::contract::Contract;
use crate::engine::{Copy, Engine};
use crate::node::{BASE_URL, Node};
use crate::people::{People, Who};
use crate::post::PostOffice;
use crate::s3::S3;
use crate::template::Template;
use api::access::keys::KeyRing;
use api::access::token::{Grant, MAX_LIFETIME, Tokens};
use domain::core::error::Result;
use persistence::core::cell::Cells;
use persistence::core::conn::Conn;
use persistence::core::database::Database;
use persistence::core::sql::Sql;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use uuid::Uuid;

/// A server, its database and its post office. All are gone when this is dropped.
#[derive(Debug)]
pub struct App {
    // In the order in which they end: the processes, then what they use.
    node: Node,
    storage: OnceLock<(tokio::runtime::Runtime, Database)>,
    copy: Copy,
    post: PostOffice,
    s3: Option<S3>,
    folder: tempfile::TempDir,
    keys: KeyRing,
    contract: Contract,
    pub engine: Engine,
    /// Ids of the users, units and roles.
    pub people: People,
    agent: ureq::Agent,
}

fn start(copy: &Copy, data: &Path, post: &PostOffice, s3: Option<&S3>, settings: &[(&str, &str)]) -> Node {
    let smtp = post.address();
    let mut all = vec![("PEYVAND_SMTP", smtp.as_str())];
    let place = s3.map(S3::settings).unwrap_or_default();
    all.extend(place.iter().map(|(name, value)| (*name, value.as_str())));
    all.extend_from_slice(settings);
    Node::start(&copy.address(), data.to_str().unwrap(), &all)
}

impl App {
    /// A server on SQLite.
    pub fn sqlite() -> App {
        App::with(Engine::Sqlite, &[])
    }
    /// A server on PostgreSQL.
    pub fn postgres() -> App {
        App::with(Engine::Postgres, &[])
    }
    /// A server with settings of its own, as environment variables.
    pub fn with(engine: Engine, settings: &[(&str, &str)]) -> App {
        App::open(engine, None, settings)
    }
    /// A server whose documents are in a bucket of an S3 server.
    pub fn on_s3(engine: Engine) -> App {
        App::open(engine, Some(S3::open()), &[])
    }
    fn open(engine: Engine, s3: Option<S3>, settings: &[(&str, &str)]) -> App {
        let template = Template::of(engine);
        let folder = tempfile::Builder::new().prefix("peyvand-test-").tempdir().unwrap();
        let copy = template.copy(folder.path());
        let keys = KeyRing::open(&folder.path().join("keys"), chrono::Utc::now(), &mut rand::rng()).expect("signing keys");
        let post = PostOffice::open();
        let node = start(&copy, folder.path(), &post, s3.as_ref(), settings);
        App {
            node,
            storage: OnceLock::new(),
            copy,
            post,
            s3,
            keys,
            contract: Contract::new(template.contract()),
            engine,
            people: template.people,
            folder,
            agent: crate::client::agent(),
        }
    }

    /// The server.
    pub fn node(&self) -> &Node {
        &self.node
    }
    /// Another server on the same database, with settings of its own.
    pub fn another(&self, settings: &[(&str, &str)]) -> Node {
        start(&self.copy, self.folder.path(), &self.post, self.s3.as_ref(), settings)
    }
    /// Where [`on_a_small_disk`](App::on_a_small_disk) puts the disk, as its server sees it.
    pub fn small_disk(&self) -> PathBuf {
        self.data().join("disk")
    }
    /// Stops the server and starts it on a disk of its own of so many megabytes, with all its files, and the database where that is one. The
    /// disk is a tmpfs in a mount namespace, which nobody has to be root for where the machine lets people have such.
    pub fn on_a_small_disk(&self, megabytes: usize) -> Node {
        assert!(self.node.stop());
        let (disk, from, size) = (
            self.small_disk(),
            self.data().to_str().unwrap(),
            format!("size={megabytes}m,mode=700"),
        );
        std::fs::create_dir(&disk).unwrap();
        let disk = disk.to_str().unwrap();
        let script = r#"mount -t tmpfs -o "$1" peyvand "$2" && cp -a "$3"/keys "$3"/vault.key "$2" && for f in "$3"/*.db*; do [ ! -f "$f" ] || cp -a "$f" "$2" || exit 1; done; shift 3; exec "$@""#;
        // Who is root keeps that, so as to reach a PostgreSQL that is not; everyone else is root in a namespace of their own.
        let forms: [&[&str]; 2] = [&["unshare", "--mount"], &["unshare", "--user", "--map-root-user", "--mount"]];
        let possible = |form: &[&str]| {
            let tried = std::process::Command::new(form[0]).args(&form[1..]).arg("true").output();
            tried.is_ok_and(|tried| tried.status.success())
        };
        let form = forms.into_iter().find(|form| possible(form)).expect(
            "mount namespaces: where the machine lets only root have them, sysctl kernel.apparmor_restrict_unprivileged_userns=0 lets others",
        );
        let starter = [form, &["sh", "-c", script, "sh", &size, disk, from]].concat();
        let database = match &self.copy {
            Copy::Sqlite(path) => format!("sqlite:{disk}/{}", path.file_name().unwrap().to_str().unwrap()),
            Copy::Postgres(_) => self.copy.address(),
        };
        let smtp = self.post.address();
        Node::start_by(&starter, &database, disk, &[("PEYVAND_SMTP", smtp.as_str())])
    }
    /// Where its mail arrives.
    pub fn post(&self) -> &PostOffice {
        &self.post
    }
    /// The S3 server that its documents are on; fails where they are in a folder.
    pub fn s3(&self) -> &S3 {
        self.s3.as_ref().expect("documents on S3")
    }
    /// The folder that the contents of documents lie in at last, each in the folder of its last byte.
    pub fn contents(&self) -> PathBuf {
        self.s3.as_ref().map_or_else(|| self.data().join("documents"), S3::contents)
    }
    /// The folder of keys and files.
    pub fn data(&self) -> &Path {
        self.folder.path()
    }
    /// The database's address, as the command line takes it.
    pub fn database(&self) -> String {
        self.copy.address()
    }
    /// What the server says of itself.
    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    /// A client signed in as one of the people.
    pub fn be(&self, who: Who) -> Client<'_> {
        self.anyone().with_token(self.token(who))
    }
    /// A client that has not signed in.
    pub fn anyone(&self) -> Client<'_> {
        Client::new(self.agent.clone(), &self.contract, self.node.address())
    }
    /// A fresh access token.
    pub fn token(&self, who: Who) -> String {
        let tokens = Tokens::new(BASE_URL, "peyvand-api", MAX_LIFETIME);
        let grant = Grant {
            sub: self.people.users[&who],
            client_id: "tests".to_owned(),
            scope: String::new(),
            sid: self.people.sessions[&who],
            sv: 1,
            jti: Uuid::now_v7(),
        };
        tokens.issue(&self.keys, &grant, chrono::Utc::now()).expect("a token")
    }

    fn storage(&self) -> &(tokio::runtime::Runtime, Database) {
        self.storage.get_or_init(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let db = Database::open(&self.copy.parsed(), 1).expect("the test's database");
            (runtime, db)
        })
    }
    /// Reads the database past the server.
    pub fn read<T: Send + 'static>(&self, body: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static) -> T {
        let (runtime, db) = self.storage();
        runtime.block_on(db.read(body)).expect("a read past the server")
    }
    /// Writes the database past the server.
    pub fn write<T: Send + 'static>(&self, body: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static) -> T {
        let (runtime, db) = self.storage();
        runtime.block_on(db.write(body)).expect("a write past the server")
    }
    /// The rows of a statement, each read by a callback: `app.rows(sql!("SELECT op FROM changes"), |row| row.text(0))`.
    pub fn rows<T: Send + 'static>(&self, sql: Sql, read: impl Fn(&dyn Cells) -> Result<T> + Send + 'static) -> Vec<T> {
        self.read(move |conn| {
            let mut out = Vec::new();
            conn.rows(&sql, |row| {
                out.push(read(row)?);
                Ok(())
            })?;
            Ok(out)
        })
    }
}

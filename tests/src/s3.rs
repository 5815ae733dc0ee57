//! A server that speaks S3, for contents of documents: a process of its own that can be killed and started again where it was.
use crate::binary;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

const BUCKET: &str = "papers";
const PREFIX: &str = "crm/test";
const KEY: &str = "peyvand-test";
/// No secret of anybody's.
pub const SECRET: &str = "a-secret-of-tests-0123456789";

/// The server, and the folder that its buckets lie in. Both are gone when this is dropped.
#[derive(Debug)]
pub struct S3 {
    child: Mutex<Child>,
    address: SocketAddr,
    folder: tempfile::TempDir,
}

impl S3 {
    /// Starts one with an empty bucket.
    pub fn open() -> S3 {
        let folder = tempfile::Builder::new().prefix("peyvand-s3-").tempdir().unwrap();
        std::fs::create_dir(folder.path().join(BUCKET)).unwrap();
        let (child, address) = start(&folder, "127.0.0.1:0");
        S3 {
            child: Mutex::new(child),
            address,
            folder,
        }
    }

    /// What a server of ours needs to be told, as environment variables.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let place = format!("s3://{BUCKET}/{PREFIX}?endpoint=http://{}&region=test-1", self.address);
        vec![
            ("PEYVAND_DOCUMENTS", place),
            ("AWS_ACCESS_KEY_ID", KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", SECRET.to_owned()),
            // What the machine has for the network beyond is not for this.
            ("NO_PROXY", "127.0.0.1".to_owned()),
        ]
    }

    /// The key and its secret.
    pub fn credentials(&self) -> (&'static str, &'static str) {
        (KEY, SECRET)
    }

    /// The folder that contents lie in, each in the folder of its last byte.
    pub fn contents(&self) -> PathBuf {
        self.folder.path().join(BUCKET).join(PREFIX)
    }

    /// The process's id, for drills that send it signals.
    pub fn pid(&self) -> u32 {
        self.child.lock().unwrap().id()
    }

    /// Ends it at once.
    pub fn kill(&self) {
        let mut child = self.child.lock().unwrap();
        // It may have ended by itself.
        let _ = child.kill();
        child.wait().unwrap();
    }

    /// Starts it again with what it had, at the same address.
    pub fn come_back(&self) {
        let (child, address) = start(&self.folder, &self.address.to_string());
        assert_eq!(address, self.address);
        *self.child.lock().unwrap() = child;
    }
}

fn start(folder: &tempfile::TempDir, address: &str) -> (Child, SocketAddr) {
    let path = binary::folder().join("peyvand-test-s3");
    assert!(
        path.is_file(),
        "{} is not there. Run scripts/test, or first: cargo build --workspace --bin peyvand-test-s3",
        path.display()
    );
    let mut child = Command::new(path)
        .arg(folder.path())
        .args([address, KEY, SECRET])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line
        .trim()
        .strip_prefix("listening on ")
        .expect("where it listens")
        .parse()
        .unwrap();
    (child, address)
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.kill();
    }
}

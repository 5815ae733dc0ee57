//! A running server: the real program on a free port, its log, and its end.
use crate::binary;
use crate::post::FROM;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long anything that has to happen may take, on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(30);
/// The address under which all nodes say they are reached, so that a token of one is good on the others.
pub const BASE_URL: &str = "http://peyvand.test";
/// Where all nodes say the web application is.
pub const APP_URL: &str = "https://crm.peyvand.test";

#[derive(Debug, Default)]
struct Log {
    lines: Mutex<(Vec<String>, bool)>,
    grown: Condvar,
    /// Nobody wants to read it any more.
    unread: AtomicBool,
}

/// One process.
#[derive(Debug)]
pub struct Node {
    child: Mutex<Child>,
    address: SocketAddr,
    log: Arc<Log>,
    reader: Option<JoinHandle<()>>,
}

impl Node {
    /// Starts the program on a database and a data folder; `settings` are environment variables of its own.
    pub fn start(database: &str, data: &str, settings: &[(&str, &str)]) -> Node {
        Node::start_by(&[], database, data, settings)
    }

    /// The same, by a program that starts ours: the words of its command.
    pub fn start_by(starter: &[&str], database: &str, data: &str, settings: &[(&str, &str)]) -> Node {
        let action = ["serve", "--listen", "127.0.0.1:0", "--database", database, "--data", data];
        let mut command = binary::within(starter, &action);
        let quiet = [
            ("PEYVAND_RATE_LIMITS", "off"),
            ("PEYVAND_BASE_URL", BASE_URL),
            ("PEYVAND_APP_URL", APP_URL),
            ("PEYVAND_MAIL_FROM", FROM),
            ("PEYVAND_DRAIN_SECONDS", "0"),
            ("PEYVAND_WORKERS", "2"),
        ];
        command.envs(quiet).envs(settings.iter().copied());
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Log::default());
        let (stderr, kept) = (child.stderr.take().unwrap(), log.clone());
        let reader = std::thread::spawn(move || {
            let mut lines = BufReader::new(stderr).lines();
            for line in lines.by_ref().map_while(Result::ok) {
                kept.lines.lock().unwrap().0.push(line);
                kept.grown.notify_all();
                if kept.unread.load(Ordering::Relaxed) {
                    break;
                }
            }
            drop(lines);
            kept.lines.lock().unwrap().1 = true;
            kept.grown.notify_all();
        });
        let mut node = Node {
            child: Mutex::new(child),
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            log,
            reader: Some(reader),
        };
        let line = node.logged(|line| line.starts_with("listening on "));
        node.address = line["listening on ".len()..].parse().unwrap();
        node
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The first line of the log that fits, waited for; fails when the program ends without it.
    pub fn logged(&self, fits: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + PATIENCE;
        let mut lines = self.log.lines.lock().unwrap();
        let mut seen = 0;
        loop {
            if let Some(line) = lines.0[seen..].iter().find(|line| fits(line)) {
                return line.clone();
            }
            seen = lines.0.len();
            let left = end.saturating_duration_since(Instant::now());
            assert!(!lines.1 && !left.is_zero(), "no such line in the log:\n{}", lines.0.join("\n"));
            lines = self.log.grown.wait_timeout(lines, left).unwrap().0;
        }
    }

    /// The log so far.
    pub fn log(&self) -> Vec<String> {
        self.log.lines.lock().unwrap().0.clone()
    }

    /// Stops reading the log, so that the program can't write it any more. `ask` makes it write a line.
    pub fn hang_up(&self, ask: impl FnOnce()) {
        self.log.unread.store(true, Ordering::Relaxed);
        ask();
        let ended = self
            .log
            .grown
            .wait_timeout_while(self.log.lines.lock().unwrap(), PATIENCE, |lines| !lines.1);
        assert!(!ended.unwrap().1.timed_out(), "the program wrote nothing");
    }

    /// The process's id, for drills that send it signals.
    pub fn pid(&self) -> u32 {
        self.child.lock().unwrap().id()
    }

    /// The memory it holds now, in bytes.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// A path as the program sees it, which may have disks of its own.
    pub fn sees(&self, path: &Path) -> PathBuf {
        Path::new(&format!("/proc/{}/root", self.pid())).join(path.strip_prefix("/").unwrap())
    }

    /// How many sockets it has open.
    pub fn sockets(&self) -> usize {
        let open = std::fs::read_dir(format!("/proc/{}/fd", self.pid())).unwrap().flatten();
        let socket = |path: PathBuf| path.to_string_lossy().starts_with("socket:");
        open.filter(|fd| std::fs::read_link(fd.path()).is_ok_and(socket)).count()
    }

    /// Ends it at once, as a power cut of the process would.
    pub fn kill(&self) {
        let mut child = self.child.lock().unwrap();
        // It may have ended by itself.
        let _ = child.kill();
        child.wait().unwrap();
    }

    /// Asks it to stop (SIGTERM) and waits for its end; whether it ended well.
    pub fn stop(&self) -> bool {
        let pid = self.pid().to_string();
        let asked = std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        assert!(asked.success());
        self.child.lock().unwrap().wait().unwrap().success()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
        if let Some(reader) = self.reader.take() {
            // Its pipe is closed; what it read is of use to a test that failed.
            let _ = reader.join();
        }
        if std::thread::panicking() {
            let lines = self.log.lines.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let from = lines.0.len().saturating_sub(30);
            eprintln!("the server's last lines:\n{}", lines.0[from..].join("\n"));
        }
    }
}

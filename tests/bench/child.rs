//! Processes that are started to be measured beside the server, or to watch it: this program again, under another name.
use crate::load::Load;
use crate::process;
use crate::site::Measured;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use tests::node::BASE_URL;

/// The server's program with the hook of [`crate::trace`].
pub struct Traced {
    child: std::process::Child,
    pub server: SocketAddr,
}

impl Traced {
    pub fn start(database: &Path, data: &Path, out: &Path) -> Traced {
        use std::io::{BufRead, BufReader};
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--database",
                &format!("sqlite:{}", database.display()),
                "--data",
            ])
            .arg(data)
            .env("BENCH_TRACE", out)
            .env("PEYVAND_RATE_LIMITS", "off")
            .env("PEYVAND_BASE_URL", BASE_URL)
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("listening on ") {
            line.clear();
            assert!(log.read_line(&mut line).unwrap() > 0, "the traced server ended");
        }
        // Whatever else it says must not fill the pipe.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        let server = line["listening on ".len()..].trim().parse().unwrap();
        Traced { child, server }
    }
}

impl Drop for Traced {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// The constant page, as a process of its own.
pub struct Page {
    child: std::process::Child,
    server: SocketAddr,
}

/// Asks for the page with the same headers as everything else.
pub struct Ask(pub String);
impl crate::load::Source for Ask {
    fn next(&mut self, _: usize, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0.as_bytes());
    }
}

impl Page {
    pub fn start() -> Page {
        use std::io::{BufRead, BufReader};
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        let mut child = command.arg("page").stderr(std::process::Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
        let server = line["listening on ".len()..].trim().parse().unwrap();
        Page { child, server }
    }
    pub fn measure(&mut self, connections: usize, span: Duration, ask: &mut Ask) -> Measured {
        let mut load = Load::open(self.server, connections);
        let (cpu, own) = (process::cpu(self.child.id()), process::own_cpu());
        let sample = load.run(span, ask);
        let each = 1e6 / sample.done.max(1) as f64;
        Measured {
            cpu: (process::cpu(self.child.id()) - cpu) * each,
            // The generator's own cost, which all samples bear.
            database_cpu: (process::own_cpu() - own) * each,
            sample,
        }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

//! A follower of the change feed as a browser is one: an open event stream, read as it comes.
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// How long anything that has to come may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// An open event stream.
#[derive(Debug)]
pub struct Events {
    socket: TcpStream,
    text: String,
}

impl Events {
    /// Asks for the stream; `last` is the event it goes on behind.
    pub fn open(server: SocketAddr, token: &str, last: Option<&str>) -> Events {
        let last = last.map(|id| format!("Last-Event-ID: {id}\r\n")).unwrap_or_default();
        Events::ask(
            server,
            token,
            "/changes?objects=customers",
            &format!("Accept: text/event-stream\r\n{last}"),
        )
    }

    /// Asks for anything that goes on, such as a long poll.
    pub fn ask(server: SocketAddr, token: &str, address: &str, headers: &str) -> Events {
        let mut socket = TcpStream::connect(server).unwrap();
        let request = format!("GET /api/v1{address} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n{headers}\r\n");
        socket.write_all(request.as_bytes()).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        Events {
            socket,
            text: String::new(),
        }
    }

    /// Reads on until the text fits, or the connection ends.
    #[track_caller]
    pub fn until(&mut self, fits: impl Fn(&str) -> bool) -> &str {
        let end = Instant::now() + PATIENCE;
        let mut buffer = [0; 4096];
        while !fits(&self.text) {
            assert!(Instant::now() < end, "it never came: {}", self.text);
            match self.socket.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => self.text += &String::from_utf8_lossy(&buffer[..n]),
                Err(error) => panic!("{error}: {}", self.text),
            }
        }
        &self.text
    }

    /// Reads the head of the answer; its status.
    #[track_caller]
    pub fn status(&mut self) -> u16 {
        self.until(|text| text.contains("\r\n\r\n"));
        self.text["HTTP/1.1 ".len()..][..3].parse().unwrap()
    }

    /// Reads to the last chunk of the answer.
    #[track_caller]
    pub fn ended(&mut self) -> &str {
        self.until(|text| text.ends_with("0\r\n\r\n"))
    }

    pub fn text(&self) -> &str {
        &self.text
    }
    pub fn ids(&self) -> Vec<String> {
        let lines = self.text.lines().filter_map(|l| l.strip_prefix("id: "));
        lines.map(str::to_owned).collect()
    }
    /// The family names of the records that came.
    pub fn names(&self) -> Vec<String> {
        let data = self.text.lines().filter_map(|l| l.strip_prefix("data: "));
        let name = |d: &str| {
            serde_json::from_str::<Value>(d).unwrap()["record"]["family_name"]
                .as_str()
                .unwrap_or("?")
                .to_owned()
        };
        data.map(name).collect()
    }
}

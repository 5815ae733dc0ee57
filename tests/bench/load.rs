//! The load generator: one thread, an event loop, connections that are kept, requests that are bytes already. It shares the machine with
//! what it measures, so it does as little as it can: of an answer it reads the status and the length.
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// What sends the requests of one kind.
pub trait Source {
    /// Writes the next request of a connection.
    fn next(&mut self, connection: usize, out: &mut Vec<u8>);
    /// Told of each answer: its status and all its bytes.
    fn answered(&mut self, _connection: usize, _status: u16, _answer: &[u8]) {}
}

/// What was measured in one stretch.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    /// Answers that were 2xx.
    pub done: u64,
    /// Answers that were not.
    pub refused: u64,
    /// From the first request to the last answer, in seconds.
    pub seconds: f64,
    /// How long each answer took, in microseconds, in rising order.
    pub micros: Vec<u32>,
    /// Bytes of answers.
    pub bytes: u64,
}

impl Sample {
    /// Answers in a second.
    pub fn rate(&self) -> f64 {
        self.done as f64 / self.seconds
    }
    /// The time that so many of a hundred answers kept to, in microseconds.
    pub fn percentile(&self, percent: f64) -> f64 {
        let at = ((self.micros.len() as f64 * percent / 100.0).ceil() as usize).clamp(1, self.micros.len().max(1));
        self.micros.get(at - 1).copied().unwrap_or_default().into()
    }
}

struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
    answer: Vec<u8>,
    sent: Instant,
    waits: bool,
}

/// Connections to a server. They are for use at once: the server closes one that asks nothing.
pub struct Load {
    poll: Poll,
    connections: Vec<Connection>,
}

/// What stands behind some words of a head; nothing when they are not in it.
fn header<'a>(head: &'a [u8], name: &[u8]) -> &'a [u8] {
    let at = head.windows(name.len()).position(|w| w.eq_ignore_ascii_case(name));
    at.map_or(&[], |at| &head[at + name.len()..])
}

/// Whether an answer is all there: as long as its head says, or up to its last chunk. That is told by its end alone, because in JSON no
/// line ends by itself.
fn whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|w| w == b"\r\n\r\n") else {
        return false;
    };
    let (head, body) = answer.split_at(end + 4);
    let length = header(head, b"content-length: ");
    if length.is_empty() && !header(head, b"transfer-encoding: chunked").is_empty() {
        return body.ends_with(b"0\r\n\r\n");
    }
    let digits = length.iter().take_while(|b| b.is_ascii_digit());
    body.len() >= digits.fold(0, |n, b| n * 10 + usize::from(b - b'0'))
}

impl Load {
    /// Opens the connections.
    pub fn open(server: SocketAddr, connections: usize) -> Load {
        let poll = Poll::new().unwrap();
        let connections = (0..connections).map(|n| {
            let stream = std::net::TcpStream::connect(server).unwrap();
            stream.set_nodelay(true).unwrap();
            stream.set_nonblocking(true).unwrap();
            let mut stream = TcpStream::from_std(stream);
            poll.registry().register(&mut stream, Token(n), Interest::READABLE).unwrap();
            Connection {
                stream,
                request: Vec::with_capacity(4096),
                answer: Vec::with_capacity(64 << 10),
                sent: Instant::now(),
                waits: false,
            }
        });
        let connections = connections.collect();
        Load { poll, connections }
    }

    /// Sends on every connection as fast as answers come, for as long as told; then waits for the answers that are due.
    pub fn run(&mut self, span: Duration, source: &mut dyn Source) -> Sample {
        let (mut sample, mut events) = (Sample::default(), Events::with_capacity(256));
        let (start, mut buffer) = (Instant::now(), vec![0; 256 << 10]);
        let end = start + span;
        for n in 0..self.connections.len() {
            self.connections[n].send(n, source);
        }
        while self.connections.iter().any(|c| c.waits) {
            self.poll.poll(&mut events, Some(Duration::from_secs(30))).unwrap();
            assert!(!events.is_empty(), "the server did not answer within 30 s");
            for event in &events {
                let n = event.token().0;
                if let Some(status) = self.connections[n].receive(&mut buffer) {
                    let now = Instant::now();
                    let connection = &mut self.connections[n];
                    sample.micros.push(now.duration_since(connection.sent).as_micros() as u32);
                    sample.bytes += connection.answer.len() as u64;
                    match status {
                        200..300 => sample.done += 1,
                        _ => sample.refused += 1,
                    }
                    source.answered(n, status, &connection.answer);
                    connection.waits = false;
                    if now < end {
                        connection.send(n, source);
                    }
                }
            }
        }
        sample.seconds = start.elapsed().as_secs_f64();
        sample.micros.sort_unstable();
        sample
    }
}

impl Connection {
    fn send(&mut self, n: usize, source: &mut dyn Source) {
        self.request.clear();
        source.next(n, &mut self.request);
        self.answer.clear();
        (self.sent, self.waits) = (Instant::now(), true);
        let mut left = &self.request[..];
        while !left.is_empty() {
            match self.stream.write(left) {
                Ok(written) => left = &left[written..],
                // Requests are far smaller than the system's buffer: this is a large upload, whose reader is quick.
                Err(e) if e.kind() == ErrorKind::WouldBlock => std::thread::yield_now(),
                Err(e) => panic!("a connection broke: {e}"),
            }
        }
    }

    /// The status, once the answer is whole.
    fn receive(&mut self, buffer: &mut [u8]) -> Option<u16> {
        loop {
            match self.stream.read(buffer) {
                Ok(0) => panic!("the server closed a connection: {}", String::from_utf8_lossy(&self.answer)),
                Ok(n) => {
                    self.answer.extend_from_slice(&buffer[..n]);
                    if whole(&self.answer) {
                        return std::str::from_utf8(&self.answer[9..12]).ok()?.parse().ok();
                    }
                }
                Err(e) if e.kind() == ErrorKind::WouldBlock => return None,
                Err(e) => panic!("a connection broke: {e}"),
            }
        }
    }
}

//! 4.9: five hundred people take a byte now and then of documents, exports and events. Nobody else waits for them, memory stays flat, and
//! who takes nothing at all is cut off.
use super::rounds;
use crate::documents::filled;
use serde_json::json;
use socket2::{Domain, Socket, Type};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use tests::{Client, Who, both};

const DOCUMENTS: usize = 400;
const EXPORTS: usize = 80;
/// As many as one user may have.
const EVENTS: usize = 20;
/// How often each takes a byte.
const SIP: Duration = Duration::from_secs(1);
/// What one of them may cost the server, in bytes.
const EACH: u64 = 192 << 10;

/// Asks for something through a narrow pipe.
fn ask(server: SocketAddr, address: &str, accept: &str, token: &str) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(&server.into()).unwrap();
    let mut stream: TcpStream = socket.into();
    let head = format!("GET /api/v1{address} HTTP/1.1\r\nHost: x\r\nAccept: {accept}\r\nAuthorization: Bearer {token}\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut first = [0; 12];
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    stream
}

/// How long reads and writes of others take: the slowest but one in a hundred.
fn p99(client: &Client<'_>, document: &str) -> Duration {
    let mut took: Vec<Duration> = (0..100)
        .map(|n| {
            let started = Instant::now();
            client.get(document).is(200);
            if n % 10 == 0 {
                client.post("/customers", json!({"kind": "person", "family_name": "Quick"})).is(201);
            }
            started.elapsed()
        })
        .collect();
    took.sort();
    took[98]
}

both! {
    fn drill_4_9_slow_readers(app: &App) {
        let node = app.another(&[("PEYVAND_WRITE_TIMEOUT", "5")]);
        let (owner, token) = (app.be(Who::Owner).at(node.address()), app.token(Who::Owner));
        let document = filled(&owner, "large.bin", "", &vec![7; 8 << 20]);
        let notes = "یادداشت ".repeat(1_200);
        for n in 0..300 {
            owner.post("/customers", json!({"kind": "person", "family_name": format!("Name{n}"), "notes": notes})).is(201);
        }
        let (before, memory, sockets) = (p99(&owner, &document), node.memory(), node.sockets());
        let content = format!("{document}/content");
        let asked = [(DOCUMENTS, content.as_str(), "*/*"), (EXPORTS, "/customers", "text/csv"), (EVENTS, "/changes", "text/event-stream")];
        let mut slow: Vec<TcpStream> = Vec::new();
        for (n, address, accept) in asked {
            let held = node.memory();
            slow.extend((0..n).map(|_| ask(node.address(), address, accept, &token)));
            eprintln!("{address}: {} KB for each of {n}", node.memory().saturating_sub(held) / 1024 / n as u64);
        }
        let (during, grown, stop) = (std::sync::Mutex::new(Vec::new()), std::sync::Mutex::new(u64::MAX), AtomicBool::new(false));
        let (end, ends) = channel::<()>();
        std::thread::scope(|scope| {
            let (slow, stop) = (&mut slow, &stop);
            scope.spawn(move || {
                // Each takes a byte, then all wait.
                while ends.recv_timeout(SIP) == Err(RecvTimeoutError::Timeout) && !stop.load(Ordering::Relaxed) {
                    for stream in slow.iter_mut() {
                        stream.set_nonblocking(true).unwrap();
                        // None there yet, or cut off: both are as they should be.
                        let _ = stream.read(&mut [0; 1]);
                    }
                }
            });
            for _ in 0..rounds(3, 30) {
                during.lock().unwrap().push(p99(&owner, &document));
            }
            // What all of them asked for at once is given back to the system a little later.
            let (deadline, bound) = (Instant::now() + Duration::from_secs(60), EACH * (DOCUMENTS + EXPORTS + EVENTS) as u64);
            let mut least = grown.lock().unwrap();
            while Instant::now() < deadline && *least > bound {
                p99(&owner, &document);
                *least = node.memory().saturating_sub(memory).min(*least);
            }
            stop.store(true, Ordering::Relaxed);
            drop(end);
        });
        let (during, grown) = (during.into_inner().unwrap(), grown.into_inner().unwrap());
        let best = during.iter().min().unwrap();
        eprintln!("p99 of others: {before:?} before, {during:?} beside {} slow readers, who took {} KB each", slow.len(), grown / 1024 / slow.len() as u64);
        assert!(*best <= 3 * before + Duration::from_millis(50), "{before:?} before, {during:?} beside them");
        assert!(grown <= EACH * slow.len() as u64, "they took {grown} bytes");
        // Who takes nothing any more is cut off; those who wait for events have taken all there was.
        let end = Instant::now() + Duration::from_secs(60);
        while node.sockets() > sockets + EVENTS {
            assert!(Instant::now() < end, "{} sockets are open, {sockets} were before", node.sockets());
            std::thread::yield_now();
        }
        let mut reader = slow.swap_remove(0);
        reader.set_nonblocking(false).unwrap();
        let mut rest = Vec::new();
        // Reset or ended: either is an end.
        let _ = reader.read_to_end(&mut rest);
        assert!(rest.len() < 8 << 20, "it was never cut off");
        assert!(owner.get(&content).is(200).bytes.len() == 8 << 20);
    }
}

//! Requests byte by byte, for what no well-behaved client would send.
use socket2::{Domain, Socket, Type};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// What came back until the server closed the connection, or until it waited for more.
#[derive(Debug)]
pub struct Reply {
    /// All bytes, as text.
    pub text: String,
    /// Whether the server closed the connection.
    pub closed: bool,
}

impl Reply {
    /// The status of each answer on the connection, in order.
    pub fn statuses(&self) -> Vec<u16> {
        let starts = self.text.match_indices("HTTP/1.1 ").map(|(at, _)| &self.text[at + 9..]);
        starts.filter_map(|rest| rest.get(..3)?.parse().ok()).collect()
    }
    /// A header of the first answer; empty where it is absent.
    pub fn header(&self, name: &str) -> &str {
        let head = self.text.split("\r\n\r\n").next().unwrap_or_default();
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(n, _)| n.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }
}

/// Sends bytes on a connection of their own and reads what comes back. A server that neither answers nor closes is given `patience`.
pub fn exchange(server: SocketAddr, bytes: &[u8], patience: Duration) -> Reply {
    over(TcpStream::connect(server).unwrap(), bytes, patience)
}

/// The same from another address of this machine: all of 127.0.0.0/8 is.
pub fn exchange_from(source: Ipv4Addr, server: SocketAddr, bytes: &[u8], patience: Duration) -> Reply {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from((source, 0)).into()).unwrap();
    socket.connect(&server.into()).unwrap();
    over(socket.into(), bytes, patience)
}

fn over(mut stream: TcpStream, bytes: &[u8], patience: Duration) -> Reply {
    stream.set_read_timeout(Some(patience)).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(10))).unwrap();
    // A server that has heard enough closes while we still send; what it said is read all the same.
    let _ = stream.write_all(bytes);
    let (mut all, mut buffer) = (Vec::new(), [0; 16 << 10]);
    let closed = loop {
        match stream.read(&mut buffer) {
            Ok(0) => break true,
            Ok(n) => all.extend_from_slice(&buffer[..n]),
            Err(e) if matches!(e.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => break false,
            Err(_) => break true,
        }
    };
    Reply {
        text: String::from_utf8_lossy(&all).into_owned(),
        closed,
    }
}

//! A mail server for the tests: it speaks SMTP (the protocol is the crate `mailin`'s), wants a password, and keeps what it takes.
use mailin::response::{INVALID_CREDENTIALS, NO_MAILBOX, OK};
use mailin::{Action, AuthMechanism, Handler, Response, SessionBuilder};
use mailparse::{MailHeaderMap, ParsedMail};
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// How long a mail may take to arrive: longer than the second attempt of a job waits.
const PATIENCE: Duration = Duration::from_secs(30);
/// Who hands mail over, and by which password.
const USER: &str = "peyvand";
const PASSWORD: &str = "post@office";
/// What stands in the sender.
pub const FROM: &str = "پیوند <crm@peyvand.test>";

/// A mail as it arrived.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Whom the envelope names.
    pub to: Vec<String>,
    bytes: Vec<u8>,
}

impl Mail {
    fn parsed(&self) -> ParsedMail<'_> {
        mailparse::parse_mail(&self.bytes).unwrap_or_else(|e| panic!("no mail ({e}): {self:?}"))
    }
    /// A header, decoded; empty where it is absent.
    pub fn header(&self, name: &str) -> String {
        self.parsed().headers.get_first_value(name).unwrap_or_default()
    }
    fn part(&self, kind: &str) -> String {
        let mail = self.parsed();
        let part = mail.parts().find(|part| part.ctype.mimetype == kind);
        part.unwrap_or_else(|| panic!("no {kind}: {self:?}")).get_body().unwrap()
    }
    /// The plain text.
    pub fn text(&self) -> String {
        self.part("text/plain").replace("\r\n", "\n")
    }
    /// The HTML.
    pub fn html(&self) -> String {
        self.part("text/html")
    }
    /// The address it asks to open.
    pub fn link(&self) -> String {
        let text = self.text();
        let link = text.lines().find(|line| line.starts_with("http"));
        link.unwrap_or_else(|| panic!("no link: {text}")).to_owned()
    }
    /// The secret in that address.
    pub fn token(&self) -> String {
        self.link().split_once("#token=").expect("a token in the link").1.to_owned()
    }
}

#[derive(Debug, Default)]
struct State {
    mails: Vec<Mail>,
    open: bool,
    /// Mails are taken, and then wait for their acknowledgement.
    held: bool,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// The server. It ends when this is dropped.
#[derive(Debug)]
pub struct PostOffice {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl PostOffice {
    /// Opens one on a free port.
    pub fn open() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let office = PostOffice {
            address: listener.local_addr().unwrap(),
            shared: Arc::default(),
        };
        office.serve(listener);
        office
    }
    /// As `PEYVAND_SMTP` takes it.
    pub fn address(&self) -> String {
        format!("smtp://{USER}:{}@{}", crate::client::encode(PASSWORD), self.address)
    }
    /// Closes: who connects is refused.
    pub fn close(&self) {
        self.shared.state.lock().unwrap().open = false;
        // The listener wakes up, sees that, and is gone.
        if let Ok(stream) = TcpStream::connect(self.address) {
            let mut end = Vec::new();
            let _ = std::io::Read::read_to_end(&mut &stream, &mut end);
        }
    }
    /// Opens again, where it was.
    pub fn reopen(&self) {
        self.serve(TcpListener::bind(self.address).unwrap());
    }
    /// From now on mails are taken but not acknowledged, until [`release`](Self::release).
    pub fn hold(&self) {
        self.shared.state.lock().unwrap().held = true;
    }
    /// Acknowledges what was held.
    pub fn release(&self) {
        self.shared.state.lock().unwrap().held = false;
        self.shared.changed.notify_all();
    }

    fn serve(&self, listener: TcpListener) {
        self.shared.state.lock().unwrap().open = true;
        let shared = self.shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if !open(&shared) {
                    return;
                }
                let shared = shared.clone();
                // Who goes away in the middle has not handed a mail over.
                std::thread::spawn(move || drop(talk(stream, shared)));
            }
        });
    }

    /// Takes the first mail to an address, waited for.
    #[track_caller]
    pub fn mail_to(&self, address: &str) -> Mail {
        let end = Instant::now() + PATIENCE;
        let mut state = self.shared.state.lock().unwrap();
        loop {
            if let Some(at) = state.mails.iter().position(|mail| mail.to.iter().any(|to| to == address)) {
                return state.mails.remove(at);
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "no mail to {address}");
            state = self.shared.changed.wait_timeout(state, left).unwrap().0;
        }
    }
    /// Whether nobody took this address's mails, and there are none.
    pub fn has_none_for(&self, address: &str) -> bool {
        let state = self.shared.state.lock().unwrap();
        !state.mails.iter().any(|mail| mail.to.iter().any(|to| to == address))
    }
}

impl Drop for PostOffice {
    fn drop(&mut self) {
        self.release();
        self.close();
    }
}

fn open(shared: &Shared) -> bool {
    shared.state.lock().unwrap().open
}

/// One connection.
fn talk(stream: TcpStream, shared: Arc<Shared>) -> std::io::Result<()> {
    let clerk = Clerk {
        shared: shared.clone(),
        to: Vec::new(),
        bytes: Vec::new(),
    };
    let mut session = SessionBuilder::new("post.peyvand.test")
        .enable_auth(AuthMechanism::Plain)
        .insecure_enable_plaintext_auth()
        .build(stream.peer_addr()?.ip(), clerk);
    let (mut lines, mut out) = (BufReader::new(stream.try_clone()?), stream);
    let mut response = session.greeting();
    loop {
        if !matches!(response.action, Action::NoReply) {
            let mut bytes = Vec::new();
            response.write_to(&mut bytes)?;
            out.write_all(&bytes)?;
        }
        let mut line = Vec::new();
        if matches!(response.action, Action::Close) || lines.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if !open(&shared) {
            return Ok(());
        }
        response = session.process(&line);
    }
}

struct Clerk {
    shared: Arc<Shared>,
    to: Vec<String>,
    bytes: Vec<u8>,
}

impl Handler for Clerk {
    fn auth_plain(&mut self, _: &str, user: &str, password: &str) -> Response {
        match (user, password) {
            (USER, PASSWORD) => mailin::response::AUTH_OK,
            _ => INVALID_CREDENTIALS,
        }
    }
    fn rcpt(&mut self, to: &str) -> Response {
        if to.starts_with("gone.") { NO_MAILBOX } else { OK }
    }
    fn data_start(&mut self, _: &str, _: &str, _: bool, to: &[String]) -> Response {
        self.to = to.to_vec();
        self.bytes.clear();
        OK
    }
    fn data(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }
    fn data_end(&mut self) -> Response {
        let mail = Mail {
            to: std::mem::take(&mut self.to),
            bytes: std::mem::take(&mut self.bytes),
        };
        let mut state = self.shared.state.lock().unwrap();
        state.mails.push(mail);
        self.shared.changed.notify_all();
        drop(self.shared.changed.wait_while(state, |state| state.held).unwrap());
        OK
    }
}

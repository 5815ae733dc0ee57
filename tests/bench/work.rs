//! The work that is measured, as requests.
use crate::customers;
use crate::deals;
use crate::load::Source;
use crate::names::Dice;
use std::net::SocketAddr;
use uuid::Uuid;

/// One kind of work. The names are those of the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// W1: one customer by its id.
    Read,
    /// W2: fifty customers of a stage, last changed first.
    List,
    /// W3: a new customer, kept durably.
    Create,
    /// W4: a customer's stage, of the version that was seen.
    Change,
    /// W5: up to fifty customers by parts of their names and numbers.
    Search,
    /// W6: all about one customer with a long file.
    Overview,
    /// W8: the board of a pipeline with ten thousand open deals.
    Board,
    /// W9: the forecast of a year over all deals, a million at most.
    Forecast,
    /// W10: a deal's next stage, once all that its stage asks for is there; from the last one back to the first.
    Step,
}

impl Work {
    /// All that is sent request by request; the import is a file.
    pub const ALL: [Work; 9] = [
        Work::Read,
        Work::List,
        Work::Create,
        Work::Change,
        Work::Search,
        Work::Overview,
        Work::Board,
        Work::Forecast,
        Work::Step,
    ];

    /// Its short name.
    pub const fn code(self) -> &'static str {
        match self {
            Work::Read => "W1",
            Work::List => "W2",
            Work::Create => "W3",
            Work::Change => "W4",
            Work::Search => "W5",
            Work::Overview => "W6",
            Work::Board => "W8",
            Work::Forecast => "W9",
            Work::Step => "W10",
        }
    }
    /// What it is, for people.
    pub const fn title(self) -> &'static str {
        match self {
            Work::Read => "read by id",
            Work::List => "list 50",
            Work::Create => "durable create",
            Work::Change => "stage change",
            Work::Search => "text search",
            Work::Overview => "360",
            Work::Board => "board",
            Work::Forecast => "forecast",
            Work::Step => "guided step",
        }
    }
    /// How many requests are traced: enough to tell its statements from those of others meanwhile.
    pub const fn traced(self) -> usize {
        match self {
            Work::Create | Work::Change | Work::Step => 1500,
            Work::Board | Work::Forecast => 20,
            Work::Read | Work::List | Work::Search | Work::Overview => 400,
        }
    }
    /// With what the statement begins that tells its writes from others; none where it only reads.
    pub const fn written(self) -> Option<&'static str> {
        match self {
            Work::Create => Some("INSERT INTO customers ("),
            Work::Change => Some("UPDATE customers SET"),
            Work::Step => Some("UPDATE opportunities SET"),
            _ => None,
        }
    }
}

/// Requests of one kind to one server.
#[derive(Debug)]
pub struct Requests {
    work: Work,
    head: String,
    ids: Vec<Uuid>,
    /// Versions as last seen, of the first of `ids`.
    versions: Vec<u32>,
    /// What each connection waits for.
    asked: Vec<usize>,
    terms: Vec<String>,
    dice: Dice,
    serial: u64,
    connections: usize,
    refused: u64,
    /// The first answer that was not 2xx.
    pub refusal: Option<String>,
}

/// How many customers W4 changes in turn.
const CHANGED: usize = 20_000;

impl Requests {
    /// Requests with a token, about these customers. `serial` is behind all that there are.
    pub fn new(work: Work, server: SocketAddr, token: &str, ids: &[Uuid], serial: u64) -> Requests {
        Requests {
            work,
            head: format!("Host: {server}\r\nAuthorization: Bearer {token}\r\nAccept: application/json\r\n"),
            versions: vec![1; CHANGED.min(ids.len())],
            ids: ids.to_vec(),
            asked: vec![0; 64],
            terms: customers::terms(serial).iter().map(|t| encoded(t)).collect(),
            dice: Dice(serial ^ 0x5eed),
            serial,
            connections: 1,
            refused: 0,
            refusal: None,
        }
    }
    /// For so many connections, each of which changes customers of its own.
    pub fn over(&mut self, connections: usize) -> &mut Self {
        self.connections = connections;
        self
    }
    /// The same with a fresh token.
    pub fn sign(&mut self, server: SocketAddr, token: &str) {
        self.head = format!("Host: {server}\r\nAuthorization: Bearer {token}\r\nAccept: application/json\r\n");
    }

    fn get(&self, path: &str, out: &mut Vec<u8>) {
        write("GET", path, [&self.head, ""], "", out);
    }
    fn send(&self, method: &str, path: &str, more: &str, body: &str, out: &mut Vec<u8>) {
        write(method, path, [&self.head, more], body, out);
    }
}

/// Writes a request: its headers are whole lines.
pub fn write(method: &str, path: &str, headers: [&str; 2], body: &str, out: &mut Vec<u8>) {
    for part in [method, " ", path, " HTTP/1.1\r\n", headers[0], headers[1]] {
        out.extend_from_slice(part.as_bytes());
    }
    if !body.is_empty() {
        out.extend_from_slice(format!("Content-Length: {}\r\n", body.len()).as_bytes());
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(body.as_bytes());
}

/// A value of a query string.
pub fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, b| {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(char::from(b)),
            _ => out.push_str(&format!("%{b:02X}")),
        }
        out
    })
}

impl Source for Requests {
    fn next(&mut self, connection: usize, out: &mut Vec<u8>) {
        match self.work {
            Work::Read => {
                let id = self.dice.one(&self.ids);
                self.get(&format!("/api/v1/customers/{id}"), out);
            }
            Work::List => {
                let filter = encoded("lifecycle_stage = \"customer\"");
                self.get(&format!("/api/v1/customers?filter={filter}&sort=-updated_at&limit=50"), out);
            }
            Work::Create => {
                self.serial += 1;
                let body = customers::next(&mut self.dice, self.serial).to_string();
                self.send("POST", "/api/v1/customers", "Content-Type: application/json\r\n", &body, out);
            }
            Work::Change => {
                let each = self.versions.len() / self.connections;
                let at = self.dice.below(each as u64) as usize * self.connections + connection;
                self.asked[connection] = at;
                let version = self.versions[at];
                let stage = ["lead", "customer", "former", "prospect"][version as usize % 4];
                let more = format!("Content-Type: application/merge-patch+json\r\nIf-Match: \"{version}\"\r\n");
                let (path, body) = (
                    format!("/api/v1/customers/{}", self.ids[at]),
                    format!("{{\"lifecycle_stage\":\"{stage}\"}}"),
                );
                self.send("PATCH", &path, &more, &body, out);
            }
            Work::Step => {
                // The first is the stage that all of them begin in.
                let (first, deals) = (self.ids[0], &self.ids[1..]);
                let each = deals.len() / self.connections;
                let at = self.dice.below(each as u64) as usize * self.connections + connection;
                self.asked[connection] = at;
                let version = self.versions[at];
                let more = format!("Content-Type: application/json\r\nIf-Match: \"{version}\"\r\n");
                let body = match version % deals::STAGES {
                    0 => format!("{{\"stage_id\":\"{first}\",\"note\":\"نیاز تازه‌ای دارند\"}}"),
                    _ => "{}".to_owned(),
                };
                let path = format!("/api/v1/opportunities/{}/advance", deals[at]);
                self.send("POST", &path, &more, &body, out);
            }
            Work::Search => {
                let at = self.dice.below(self.terms.len() as u64) as usize;
                self.get(&format!("/api/v1/customers?q={}&limit=50", self.terms[at]), out);
            }
            Work::Overview => {
                let id = self.dice.one(&self.ids);
                self.get(&format!("/api/v1/customers/{id}/360"), out);
            }
            Work::Board => {
                let id = self.dice.one(&self.ids);
                self.get(&format!("/api/v1/pipelines/{id}/board"), out);
            }
            Work::Forecast => {
                let by = self.dice.one(&["period", "owner,period", "unit,period", "pipeline"]);
                let year = deals::YEAR;
                self.get(&format!("/api/v1/forecasts?period={year}&period_length=quarter&group_by={by}"), out);
            }
        }
    }

    fn answered(&mut self, connection: usize, status: u16, answer: &[u8]) {
        if !(200..300).contains(&status) {
            self.refused += 1;
            self.refusal.get_or_insert_with(|| String::from_utf8_lossy(answer).into_owned());
        } else if matches!(self.work, Work::Change | Work::Step) {
            const TAG: &[u8] = b"etag: \"";
            let at = answer.windows(TAG.len()).position(|w| w.eq_ignore_ascii_case(TAG)).unwrap() + TAG.len();
            let digits = answer[at..].iter().take_while(|b| b.is_ascii_digit());
            self.versions[self.asked[connection]] = digits.fold(0, |n, b| n * 10 + u32::from(b - b'0'));
        }
    }
}

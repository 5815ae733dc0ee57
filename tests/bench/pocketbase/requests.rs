//! The same work as requests to PocketBase.
use super::collections::{self, Client};
use crate::customers;
use crate::load::Source;
use crate::names::Dice;
use crate::work::{Work, encoded, write};

/// Where the customers are.
const RECORDS: &str = "/api/collections/customers/records";
/// The collections whose first page the view of a customer shows, and the order of each.
const SECTIONS: [(&str, &str); 3] = [("interactions", "-started_at"), ("tasks", "due_at"), ("documents", "-created")];

/// What every request says of itself.
fn head(client: &Client) -> String {
    format!(
        "Host: {}\r\nAuthorization: {}\r\nAccept: application/json\r\n",
        client.server, client.token
    )
}

/// What a request with a body says more.
const JSON: &str = "Content-Type: application/json\r\n";

/// Keeps the first answer that was not 2xx.
fn note(refusal: &mut Option<String>, status: u16, answer: &[u8]) {
    if !(200..300).contains(&status) {
        refusal.get_or_insert_with(|| String::from_utf8_lossy(answer).into_owned());
    }
}

/// A page of customers that fit a filter.
fn page(filter: &str, sort: &str) -> String {
    let filter = encoded(filter);
    format!("{RECORDS}?perPage=50&skipTotal=true&sort={sort}&filter={filter}")
}

/// The search for what somebody typed: in numbers, addresses or names, as it looks. In the order of its column, whose index is then gone
/// through instead of whole rows.
fn search(term: &str) -> String {
    let field = match term {
        _ if term.contains('@') => "email",
        _ if term.starts_with(|c: char| c.is_ascii_digit()) => "mobile",
        _ => "name",
    };
    page(&format!("{field} ~ \"{term}\""), field)
}

/// Requests of one kind.
pub struct Requests {
    work: Work,
    head: String,
    owner: String,
    ids: Vec<String>,
    /// Which customer each connection asks about, and how many requests about it were sent.
    asked: Vec<(String, usize)>,
    searches: Vec<String>,
    dice: Dice,
    serial: u64,
    /// The first answer that was not 2xx.
    pub refusal: Option<String>,
}

impl Requests {
    /// Requests of a user about these customers. `serial` is behind all that there are.
    pub fn new(work: Work, client: &Client, ids: &[String], serial: u64) -> Requests {
        Requests {
            work,
            head: head(client),
            owner: client.user.clone(),
            ids: ids.to_vec(),
            asked: vec![(String::new(), 0); 64],
            searches: customers::terms(serial).iter().map(|term| search(term)).collect(),
            dice: Dice(serial ^ 0x5eed),
            serial,
            refusal: None,
        }
    }

    /// How many requests are one operation.
    pub fn each(&self) -> u64 {
        match self.work {
            Work::Overview => 1 + SECTIONS.len() as u64,
            _ => 1,
        }
    }

    fn id(&mut self) -> String {
        let at = self.dice.below(self.ids.len() as u64) as usize;
        self.ids[at].clone()
    }

    fn get(&self, path: &str, out: &mut Vec<u8>) {
        write("GET", path, [&self.head, ""], "", out);
    }
}

impl Source for Requests {
    fn next(&mut self, connection: usize, out: &mut Vec<u8>) {
        match self.work {
            Work::List => self.get(&page("lifecycle_stage = \"customer\"", "-updated"), out),
            Work::Create => {
                self.serial += 1;
                let body = collections::customer(&mut self.dice, self.serial, &self.owner).to_string();
                write("POST", RECORDS, [&self.head, JSON], &body, out);
            }
            Work::Change => {
                let path = format!("{RECORDS}/{}", self.id());
                let stage = self.dice.one(&["lead", "customer", "former", "prospect"]);
                let body = format!("{{\"lifecycle_stage\":\"{stage}\"}}");
                write("PATCH", &path, [&self.head, JSON], &body, out);
            }
            Work::Search => {
                let at = self.dice.below(self.searches.len() as u64) as usize;
                self.get(&self.searches[at], out);
            }
            Work::Overview => {
                // The record, then the first page of each section. All at once by `expand` take longer: it has no pages.
                let (mut id, step) = std::mem::take(&mut self.asked[connection]);
                let path = if step == 0 {
                    id = self.id();
                    format!("{RECORDS}/{id}")
                } else {
                    let (section, sort) = SECTIONS[step - 1];
                    let filter = encoded(&format!("customer = \"{id}\""));
                    format!("/api/collections/{section}/records?perPage=10&skipTotal=true&sort={sort}&filter={filter}")
                };
                self.asked[connection] = (id, (step + 1) % (1 + SECTIONS.len()));
                self.get(&path, out);
            }
            _ => {
                let path = format!("{RECORDS}/{}", self.id());
                self.get(&path, out);
            }
        }
    }

    fn answered(&mut self, _: usize, status: u16, answer: &[u8]) {
        note(&mut self.refusal, status, answer);
    }
}

/// One batch for each connection.
pub struct Batches {
    head: String,
    bodies: Vec<String>,
    /// The first answer that was not 2xx.
    pub refusal: Option<String>,
}

impl Batches {
    /// Batches of a user.
    pub fn new(client: &Client, bodies: impl Iterator<Item = String>) -> Batches {
        Batches {
            head: head(client),
            bodies: bodies.collect(),
            refusal: None,
        }
    }
}

impl Source for Batches {
    fn next(&mut self, connection: usize, out: &mut Vec<u8>) {
        write("POST", "/api/batch", [&self.head, JSON], &self.bodies[connection], out);
    }
    fn answered(&mut self, _: usize, status: u16, answer: &[u8]) {
        note(&mut self.refusal, status, answer);
    }
}

//! The limit of the database: what the server asked of SQLite, asked again in a loop with nothing around it. Statements are prepared once
//! and every column of every row is read.
use crate::process;
use persistence::core::text_index;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{FromSql, Value};
use rusqlite::{Connection, OpenFlags, Statement};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// One statement of an operation, by its place among the texts, with its values.
type Step = (usize, Vec<Value>);

/// What the server did for one kind of request, many times.
#[derive(Debug, Default)]
pub struct Script {
    texts: Vec<String>,
    operations: Vec<Vec<Step>>,
    /// What it does once before each commit.
    closing: Vec<Step>,
    next: usize,
}

/// What was measured in one stretch.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bare {
    /// Operations done.
    pub done: u64,
    pub seconds: f64,
    /// Processor time, in seconds.
    pub cpu: f64,
}

impl Bare {
    pub fn rate(&self) -> f64 {
        self.done as f64 / self.seconds
    }
    /// Processor time of one operation, in microseconds.
    pub fn micros(&self) -> f64 {
        self.cpu * 1e6 / self.done as f64
    }
}

/// A column of a filled database, in no order.
pub fn column<T: FromSql>(database: &Path, statement: &str) -> Vec<T> {
    let conn = open(database);
    let mut all = conn.prepare(statement).unwrap();
    let rows = all.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// A name for what these parts say: for others it is another.
pub fn name<T: Hash>(parts: impl IntoIterator<Item = T>) -> String {
    let mut hasher = DefaultHasher::new();
    parts.into_iter().for_each(|part| part.hash(&mut hasher));
    format!("{:08x}", hasher.finish() as u32)
}

/// The statements between two places of a trace, by connection, in order.
#[derive(Debug)]
pub struct Traced {
    pub connection: u64,
    pub text: String,
    pub expanded: String,
}

/// The lines of a trace.
pub fn read(trace: &str) -> Vec<Traced> {
    let lines = trace.lines().map(|line| {
        let (connection, text, expanded) = serde_json::from_str(line).unwrap();
        Traced {
            connection,
            text,
            expanded,
        }
    });
    lines.collect()
}

fn control(text: &str) -> bool {
    let word = text.split([' ', ';']).next().unwrap_or_default();
    matches!(word, "BEGIN" | "COMMIT" | "ROLLBACK" | "SAVEPOINT" | "RELEASE" | "PRAGMA")
}

/// A write, and what the server did between it and its commit.
#[derive(Debug, Default)]
pub struct Write {
    pub work: Vec<Traced>,
    pub closing: Vec<Traced>,
}

/// With what the server begins that which it does once before a commit.
const SETTLES: &str = "SELECT object, max(old IS NOT NULL) FROM pending_search";

/// The work of each write, and what lies behind it up to the commit. A write among several has a savepoint; one alone has the transaction.
pub fn writes(trace: Vec<Traced>) -> Vec<Write> {
    let (mut done, mut open, mut closing) = (Vec::<Write>::new(), HashMap::<u64, Vec<Traced>>::new(), None);
    for line in trace {
        match line.text.as_str() {
            "BEGIN IMMEDIATE" | "SAVEPOINT one" => {
                open.insert(line.connection, Vec::new());
                closing = None;
            }
            "ROLLBACK" => {
                open.remove(&line.connection);
            }
            text if text == "RELEASE one" || text.starts_with(SETTLES) && open.contains_key(&line.connection) => {
                let work = open.remove(&line.connection).unwrap_or_default();
                closing = Some(line.connection);
                let settles = text != "RELEASE one";
                done.push(Write {
                    work,
                    closing: if settles { vec![line] } else { Vec::new() },
                });
            }
            "COMMIT" if closing == Some(line.connection) => closing = None,
            _ if closing == Some(line.connection) => {
                if let Some(write) = done.last_mut() {
                    write.closing.push(line);
                }
            }
            _ => {
                if let Some(work) = open.get_mut(&line.connection) {
                    work.push(line);
                }
            }
        }
    }
    done
}

impl Script {
    /// Operations as they were traced. What stands in few of them belongs to something else that the server did meanwhile.
    pub fn new(operations: Vec<Vec<Traced>>) -> Script {
        let mut common = HashMap::<String, usize>::new();
        for operation in &operations {
            let texts: std::collections::BTreeSet<&str> = operation.iter().map(|t| t.text.as_str()).collect();
            for text in texts {
                *common.entry(text.to_owned()).or_default() += 1;
            }
        }
        let enough = operations.len() / 20;
        let mut script = Script::default();
        for operation in operations {
            let steps = operation.into_iter().filter(|t| !control(&t.text) && common[&t.text] > enough);
            let steps = steps.map(|t| (script.text(&t.text), values(&t.text, &t.expanded)));
            // Collected first: the texts are the script's.
            let steps: Vec<Step> = steps.collect();
            script.operations.push(steps);
        }
        script
    }

    /// The same with what is done once before each commit.
    pub fn closing(mut self, closing: &[Traced]) -> Script {
        self.closing = closing.iter().map(|t| (self.text(&t.text), values(&t.text, &t.expanded))).collect();
        self
    }

    fn text(&mut self, text: &str) -> usize {
        self.texts.iter().position(|t| t == text).unwrap_or_else(|| {
            self.texts.push(text.to_owned());
            self.texts.len() - 1
        })
    }

    /// How many customers one round of all its operations makes.
    pub fn made(&self) -> u64 {
        let steps = self.operations.iter().flatten();
        steps
            .filter(|(text, _)| self.texts[*text].starts_with("INSERT INTO customers ("))
            .count() as u64
    }

    /// How many operations it has.
    pub fn len(&self) -> usize {
        self.operations.len()
    }
    /// The texts, for a reader who wants to know what was measured.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// The next operations; `fresh` gives each customer and each import that is made an id that was not there before.
    fn take(&mut self, fresh: bool) -> Vec<Step> {
        let mut steps = self.operations[self.next % self.operations.len()].clone();
        self.next += 1;
        if fresh {
            let made = |text: &str| text.starts_with("INSERT INTO customers (") || text.starts_with("INSERT INTO work_rows (");
            let mut ids = HashMap::<Vec<u8>, Vec<u8>>::new();
            for (text, values) in &steps {
                if let (true, Some(Value::Blob(old))) = (made(&self.texts[*text]), values.first()) {
                    ids.entry(old.clone()).or_insert_with(|| Uuid::now_v7().as_bytes().to_vec());
                }
            }
            for value in steps.iter_mut().flat_map(|(_, values)| values) {
                if let Value::Blob(id) = value
                    && let Some(new) = ids.get(id)
                {
                    id.clone_from(new);
                }
            }
        }
        steps
    }

    /// Reads in a loop for as long as told.
    pub fn read(&mut self, database: &Path, span: Duration) -> Bare {
        let conn = open(database);
        let mut statements: Vec<Statement<'_>> = self.texts.iter().map(|t| conn.prepare(t).unwrap()).collect();
        let operations: Vec<Vec<Step>> = (0..self.len()).map(|_| self.take(false)).collect();
        // Once before it counts, as the server has run for a while.
        let (before, at_once) = if operations.len() < 50 { (4, 1) } else { (50, 16) };
        operations.iter().take(before).for_each(|steps| run(&mut statements, steps));
        let (mut bare, cpu, start) = (Bare::default(), process::own_cpu(), Instant::now());
        while start.elapsed() < span {
            for _ in 0..at_once {
                run(&mut statements, &operations[bare.done as usize % operations.len()]);
                bare.done += 1;
            }
        }
        (bare.seconds, bare.cpu) = (start.elapsed().as_secs_f64(), process::own_cpu() - cpu);
        bare
    }

    /// Writes so many operations, so many to a commit, each commit durable.
    pub fn write(&mut self, database: &Path, count: usize, group: usize, fresh: bool) -> Bare {
        let conn = open(database);
        let mut statements: Vec<Statement<'_>> = self.texts.iter().map(|t| conn.prepare(t).unwrap()).collect();
        let operations: Vec<Vec<Step>> = (0..count).map(|_| self.take(fresh)).collect();
        let (cpu, start) = (process::own_cpu(), Instant::now());
        for group in operations.chunks(group) {
            conn.execute_batch("BEGIN IMMEDIATE").unwrap();
            group.iter().for_each(|steps| run(&mut statements, steps));
            run(&mut statements, &self.closing);
            conn.execute_batch("COMMIT").unwrap();
        }
        Bare {
            done: count as u64,
            seconds: start.elapsed().as_secs_f64(),
            cpu: process::own_cpu() - cpu,
        }
    }
}

/// The settings of the server's own connections.
pub fn open(database: &Path) -> Connection {
    let conn = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    conn.execute_batch(
        "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
         PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 4000;",
    )
    .unwrap();
    // The one function of its own that the server's statements use.
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    let entries = |call: &Context<'_>| Ok(text_index::entries(call.get_raw(0).as_str()?));
    conn.create_scalar_function("entries", 1, flags, entries).unwrap();
    conn
}

fn run(statements: &mut [Statement<'_>], steps: &[Step]) {
    let mut read = 0;
    for (text, values) in steps {
        let statement = &mut statements[*text];
        for (i, value) in values.iter().enumerate() {
            statement.raw_bind_parameter(i + 1, value).unwrap();
        }
        let columns = statement.column_count();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().unwrap() {
            for i in 0..columns {
                read += match row.get_ref_unwrap(i) {
                    rusqlite::types::ValueRef::Text(bytes) | rusqlite::types::ValueRef::Blob(bytes) => bytes.len(),
                    _ => 8,
                };
            }
        }
    }
    std::hint::black_box(read);
}

/// The values that stand where a text has its marks, read from the text with its values in place.
fn values(text: &str, expanded: &str) -> Vec<Value> {
    let (mut values, mut rest) = (Vec::new(), expanded);
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        quoted ^= c == '\'';
        if c == '?' && !quoted {
            let (value, behind) = literal(rest);
            values.push(value);
            rest = behind;
        } else {
            rest = rest.strip_prefix(c).unwrap_or_else(|| panic!("at {at}: {text}\n{expanded}"));
        }
    }
    values
}

/// A literal of SQL at the start of a text, and what is behind it.
fn literal(text: &str) -> (Value, &str) {
    if let Some(rest) = text.strip_prefix("NULL") {
        return (Value::Null, rest);
    }
    if let Some(rest) = text.strip_prefix("x'").or(text.strip_prefix("X'")) {
        let (digits, rest) = rest.split_once('\'').unwrap();
        let bytes = digits.as_bytes().chunks(2);
        let bytes = bytes.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap());
        return (Value::Blob(bytes.collect()), rest);
    }
    if let Some(mut rest) = text.strip_prefix('\'') {
        let mut out = String::new();
        loop {
            let (before, behind) = rest.split_once('\'').unwrap();
            out.push_str(before);
            match behind.strip_prefix('\'') {
                Some(more) => {
                    out.push('\'');
                    rest = more;
                }
                None => return (Value::Text(out), behind),
            }
        }
    }
    let end = text
        .find(|c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e'))
        .unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let value = number.parse().map(Value::Integer).or_else(|_| number.parse().map(Value::Real));
    (value.unwrap_or_else(|_| panic!("no literal: {text}")), rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_back_from_a_traced_statement() {
        let read = values(
            "SELECT '?' FROM t WHERE a = ? AND b = ? AND c IN (?, ?) ESCAPE '\\'",
            "SELECT '?' FROM t WHERE a = 'it''s ?' AND b = x'00ff' AND c IN (-5, NULL) ESCAPE '\\'",
        );
        let expected = [
            Value::Text("it's ?".to_owned()),
            Value::Blob(vec![0, 255]),
            Value::Integer(-5),
            Value::Null,
        ];
        assert_eq!(read, expected);
    }
}

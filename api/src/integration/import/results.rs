//! What became of each row, beside what the row said: the file is read again, next to the ledger, and streamed out.
use super::prepare;
use super::problem::RowProblem;
use super::reader::{Cells, Row};
use crate::http::app::App;
use crate::http::problem::{Failure, Lang};
use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data};
use domain::core::error::Error;
use domain::core::field::Choice;
use domain::integration::formula::{guard, unguard};
use domain::integration::import::{Import, ImportFormat, Outcome};
use futures_util::Stream;
use persistence::integration::rows::{self, Entry};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use tokio::sync::mpsc::Sender;

/// Which rows are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    All,
    /// Created, updated or unchanged.
    Succeeded,
    /// Not reached, because the import ended before.
    Unprocessed,
    /// Left as they are by taking the import back.
    Conflict,
    One(Outcome),
}

impl Wanted {
    /// The words of the contract.
    pub const WORDS: [&str; 8] = [
        "succeeded",
        "unprocessed",
        "conflict",
        "created",
        "updated",
        "unchanged",
        "skipped",
        "failed",
    ];

    /// The choice of this word.
    pub fn of(word: &str) -> Option<Wanted> {
        match word {
            "succeeded" => Some(Wanted::Succeeded),
            "unprocessed" => Some(Wanted::Unprocessed),
            "conflict" => Some(Wanted::Conflict),
            word => Outcome::of(word).map(Wanted::One),
        }
    }

    fn takes(self, entry: Option<&Entry>) -> bool {
        let outcome = entry.map(|e| e.outcome);
        match self {
            Wanted::All => true,
            Wanted::Succeeded => matches!(outcome, Some(Outcome::Created | Outcome::Updated | Outcome::Unchanged)),
            Wanted::Unprocessed => outcome.is_none(),
            Wanted::Conflict => entry.is_some_and(|e| e.undo.as_deref() == Some("conflict")),
            Wanted::One(wanted) => outcome == Some(wanted),
        }
    }
}

/// How a piece of the answer is large enough to be sent.
const PIECE: usize = 32 << 10;
/// Rows of the ledger read at once.
const PAGE: i64 = 1000;

/// Streams what became of the rows.
pub fn stream(app: Data<App>, import: Import, path: PathBuf, wanted: Wanted, format: ImportFormat, lang: Lang) -> HttpResponse {
    let (send, mut pieces) = tokio::sync::mpsc::channel::<io::Result<Bytes>>(2);
    let handle = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || {
        let id = import.base.id.uuid();
        let mut more = |after: i64| handle.block_on(app.db.read(move |conn| rows::after(conn, id, after, PAGE)));
        if let Err(error) = write(&import, &path, wanted, format, lang, &mut more, &send) {
            tracing::error!(%error, "the results of an import were cut off");
            // An answer that ends without its last chunk is seen to be cut off.
            let _ = send.blocking_send(Err(io::Error::other("cut off")));
        }
    });
    let body = futures_util::stream::poll_fn(move |cx| pieces.poll_recv(cx));
    file(format, body)
}

/// Answers with results, as a file to be saved.
pub fn file(format: ImportFormat, body: impl Stream<Item = io::Result<Bytes>> + 'static) -> HttpResponse {
    let (kind, name) = match format {
        ImportFormat::Csv => ("text/csv; charset=utf-8", "results.csv"),
        ImportFormat::Ndjson | ImportFormat::Vcard => ("application/x-ndjson", "results.ndjson"),
    };
    HttpResponse::Ok()
        .content_type(kind)
        .insert_header(("Content-Disposition", format!("attachment; filename=\"{name}\"")))
        .streaming(body)
}

fn write(
    import: &Import,
    path: &std::path::Path,
    wanted: Wanted,
    format: ImportFormat,
    lang: Lang,
    more: &mut dyn FnMut(i64) -> Result<Vec<Entry>, Error>,
    send: &Sender<io::Result<Bytes>>,
) -> Result<(), Failure> {
    let broken = |e: &dyn std::fmt::Display| Failure::from(Error::Internal(e.to_string()));
    let reader = prepare::open(path, import).map_err(|e| broken(&e))?;
    let headers = reader.headers().to_vec();
    let mut out = csv::Writer::from_writer(Vec::with_capacity(2 * PIECE));
    if format == ImportFormat::Csv {
        let own = [
            "import_outcome",
            "import_record_id",
            "import_codes",
            "import_column",
            "import_detail",
        ];
        let first: Vec<&str> = match import.format {
            ImportFormat::Csv => headers.iter().map(String::as_str).collect(),
            ImportFormat::Ndjson | ImportFormat::Vcard => vec!["original"],
        };
        out.write_record(first.into_iter().map(guard_again).chain(own.map(str::to_owned)))
            .map_err(|e| broken(&e))?;
    }
    let mut ledger = Ledger {
        entries: VecDeque::new(),
        last: 0,
        over: false,
    };
    let mut lines: Vec<u8> = Vec::new();
    for row in reader {
        // What can't be read further was told with the import's failure.
        let Ok(row) = row else { break };
        let entry = ledger.of(row.number as i64, more)?;
        if !wanted.takes(entry.as_ref()) {
            continue;
        }
        let told = Told::new(entry.as_ref(), &headers, lang);
        match format {
            ImportFormat::Csv => out.write_record(told.record(&row, headers.len())).map_err(|e| broken(&e))?,
            ImportFormat::Ndjson | ImportFormat::Vcard => {
                serde_json::to_writer(&mut lines, &told.json(&row)).map_err(|e| broken(&e))?;
                lines.push(b'\n');
            }
        }
        if out.get_ref().len() + lines.len() > PIECE {
            out.flush().map_err(|e| broken(&e))?;
            let piece = take(&mut out, &mut lines);
            if send.blocking_send(Ok(piece)).is_err() {
                return Ok(());
            }
        }
    }
    out.flush().map_err(|e| broken(&e))?;
    let piece = take(&mut out, &mut lines);
    // Nobody listens any more: nothing is lost.
    let _ = send.blocking_send(Ok(piece));
    Ok(())
}

fn take(out: &mut csv::Writer<Vec<u8>>, lines: &mut Vec<u8>) -> Bytes {
    let mut bytes = std::mem::take(lines);
    let done = std::mem::replace(out, csv::Writer::from_writer(Vec::with_capacity(2 * PIECE)));
    bytes.extend(done.into_inner().unwrap_or_default());
    bytes.into()
}

/// A cell as the file had it, disarmed once: what an export disarmed before means the same.
fn guard_again(cell: &str) -> String {
    guard(unguard(cell)).into_owned()
}

struct Ledger {
    entries: VecDeque<Entry>,
    last: i64,
    over: bool,
}

impl Ledger {
    fn of(&mut self, number: i64, more: &mut dyn FnMut(i64) -> Result<Vec<Entry>, Error>) -> Result<Option<Entry>, Error> {
        if self.entries.is_empty() && !self.over {
            self.entries = more(self.last)?.into();
            self.over = self.entries.len() < PAGE as usize;
            self.last = self.entries.back().map_or(self.last, |e| e.number);
        }
        match self.entries.front() {
            Some(entry) if entry.number == number => Ok(self.entries.pop_front()),
            _ => Ok(None),
        }
    }
}

/// What is told of a row.
struct Told {
    outcome: &'static str,
    record: Option<String>,
    undo: Option<String>,
    /// Code, column and words of each thing wrong.
    problems: Vec<(String, Option<String>, String)>,
}

impl Told {
    fn new(entry: Option<&Entry>, headers: &[String], lang: Lang) -> Self {
        let problems: Vec<RowProblem> = entry
            .and_then(|e| e.errors.as_deref())
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        let place = |p: &RowProblem| match p.column {
            Some(column) => headers.get(column).cloned(),
            None => (!p.pointer.is_empty()).then(|| p.pointer.clone()),
        };
        Told {
            outcome: entry.map_or("unprocessed", |e| e.outcome.word()),
            record: entry.and_then(|e| e.record).map(|id| id.to_string()),
            undo: entry.and_then(|e| e.undo.clone()),
            problems: problems.iter().map(|p| (p.code.clone(), place(p), p.sentence(lang))).collect(),
        }
    }

    fn record(&self, row: &Row, columns: usize) -> Vec<String> {
        let mut cells = match &row.cells {
            Ok(Cells::Csv(cells)) => cells.iter().map(|c| guard_again(c)).collect(),
            Ok(Cells::Json(members)) => vec![guard(&Value::Object(members.clone()).to_string()).into_owned()],
            Ok(Cells::Card(card)) => vec![guard(&json!(card).to_string()).into_owned()],
            // Its cells are not known: the row stands whole in the first column.
            Err(bad) => vec![guard_again(bad.text.trim_end_matches(['\r', '\n']))],
        };
        cells.resize(columns.max(1), String::new());
        let join = |parts: Vec<&str>, by: &str| guard(&parts.join(by)).into_owned();
        cells.push(self.outcome.to_owned());
        cells.push(self.record.clone().unwrap_or_default());
        cells.push(join(self.problems.iter().map(|p| p.0.as_str()).collect(), " "));
        cells.push(join(self.problems.iter().filter_map(|p| p.1.as_deref()).collect(), "; "));
        cells.push(join(self.problems.iter().map(|p| p.2.as_str()).collect(), "; "));
        cells
    }

    fn json(&self, row: &Row) -> Value {
        let original = match &row.cells {
            Ok(Cells::Csv(cells)) => json!(cells),
            Ok(Cells::Json(members)) => Value::Object(members.clone()),
            Ok(Cells::Card(card)) => json!(card),
            Err(bad) => json!(bad.text),
        };
        let errors: Vec<Value> = self
            .problems
            .iter()
            .map(|(code, column, detail)| json!({"code": code, "column": column, "detail": detail}))
            .collect();
        json!({
            "number": row.number, "line": row.line, "outcome": self.outcome, "record_id": self.record, "undo": self.undo,
            "errors": errors, "original": original,
        })
    }
}

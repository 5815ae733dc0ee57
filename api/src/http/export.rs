//! A list as a file: all its pages, streamed as CSV or NDJSON to who asks for that by `Accept`. What it shows is what the list shows,
//! to the same people; whoever may not take data away in bulk lacks `object:export`.
use super::app::App;
use super::caller::SignedIn;
use super::problem::Failure;
use actix_web::http::header::ACCEPT;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use domain::core::actor::Sight;
use domain::core::error::{Error, Result};
use domain::core::field::Kind;
use domain::core::resource::Spec;
use domain::integration::formula::guard;
use persistence::core::read::{self, List};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::io;
use std::sync::Arc;

/// The forms beside JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Csv,
    Ndjson,
}

/// Records read at once, at first and at most. How many it is depends on how large they are: a reader who is slow holds what was read.
const FIRST: usize = 4;
const PAGE: usize = 200;
/// Bytes that are read at once, more or less, and bytes that are handed on at once.
const READ: usize = 96 << 10;
const PIECE: usize = 32 << 10;

/// How many records to read next, after so many bytes of so many.
fn next_page(records: usize, bytes: usize) -> usize {
    (records * READ / bytes.max(1)).clamp(1, PAGE)
}

/// The form that the caller would rather have than JSON: the first they accept.
pub fn wanted(request: &HttpRequest) -> Option<Form> {
    let accepted = request.headers().get(ACCEPT)?.to_str().ok()?;
    let first = accepted.split(',').next()?.split(';').next()?.trim();
    let is = |kind: &str| first.eq_ignore_ascii_case(kind);
    if is("text/csv") {
        Some(Form::Csv)
    } else if is("application/x-ndjson") || is("application/ndjson") {
        Some(Form::Ndjson)
    } else {
        None
    }
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
}

/// Streams all pages of a list.
///
/// # Errors
/// Those of the first page, and 403 without `object:export`; what goes wrong later cuts the answer off.
pub async fn stream(app: Data<App>, signed: SignedIn, spec: &'static Spec, mut list: List, form: Form) -> Result<HttpResponse, Failure> {
    signed.0.sight(spec.object, "export")?;
    (list.limit, list.cursor, list.count) = (FIRST, None, None);
    let list = Arc::new(tokio::sync::Mutex::new(list));
    let next = {
        let (app, signed) = (app.clone(), signed.clone());
        move |cursor: Option<String>| {
            let (app, signed, list) = (app.clone(), signed.clone(), list.clone());
            async move {
                let mut list = list.lock_owned().await;
                list.cursor = cursor;
                let state = app.clone();
                app.db
                    .read(move |conn| {
                        let actor = &signed.0.actor;
                        let both = actor.sight(spec.object, "read").zip(actor.sight(spec.object, "export"));
                        let (reads, exports) = both.ok_or(Error::NotFound)?;
                        let sight = Sight {
                            scope: reads.scope.min(exports.scope),
                            ..reads
                        };
                        let (page, cursor) = read::list(conn, &sight, spec, &list, &state.secret)?;
                        // A page that is not the last has as many as it may.
                        list.limit = next_page(list.limit, page.len());
                        Ok((page, cursor))
                    })
                    .await
            }
        }
    };
    let (first, cursor) = next(None).await?;
    let columns = columns(spec);
    let mut begin = match form {
        Form::Csv => line(columns.iter().map(|c| c.name.clone()))?,
        Form::Ndjson => Vec::new(),
    };
    begin.extend(written(&first, &columns, form)?);
    let state = Some((Bytes::from(begin), cursor));
    let body = futures_util::stream::unfold(state, move |state| {
        let (next, columns) = (next.clone(), columns.clone());
        async move {
            let (mut ready, cursor) = state?;
            if !ready.is_empty() {
                let piece = ready.split_to(ready.len().min(PIECE));
                return Some((Ok(piece), Some((ready, cursor))));
            }
            let page = next(Some(cursor?))
                .await
                .and_then(|(page, cursor)| Ok((written(&page, &columns, form)?, cursor)));
            match page {
                Ok((bytes, cursor)) => {
                    let mut ready = Bytes::from(bytes);
                    let piece = ready.split_to(ready.len().min(PIECE));
                    Some((Ok(piece), Some((ready, cursor))))
                }
                Err(error) => {
                    tracing::error!(%error, "an export was cut off");
                    Some((Err(io::Error::other("cut off")), None))
                }
            }
        }
    });
    let (kind, end) = match form {
        Form::Csv => ("text/csv; charset=utf-8", "csv"),
        Form::Ndjson => ("application/x-ndjson", "ndjson"),
    };
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header(("Content-Disposition", format!("attachment; filename=\"{}.{end}\"", spec.object)))
        .streaming(Box::pin(body)))
}

/// A column of the CSV: its heading, which an import reads back, and where in the record its cell is.
#[derive(Clone)]
struct Column {
    name: String,
    at: Place,
}

#[derive(Clone)]
enum Place {
    Member(&'static str),
    /// The n-th contact point of a kind.
    Point(&'static str, usize),
    /// A part of the first address.
    Address(&'static str),
}

/// Plain members by their names; of contact points and addresses the first ones in columns that an import reads back; and every
/// structure whole, as JSON.
fn columns(spec: &Spec) -> Vec<Column> {
    let mut all: Vec<Column> = Vec::new();
    let mut add = |name: String, at| all.push(Column { name, at });
    for field in spec.fields.iter() {
        match (field.name, &field.kind) {
            ("contact_points", Kind::Structure) => {
                for (kind, most) in [("email", 2), ("mobile", 2), ("phone", 2), ("fax", 1), ("website", 1), ("social", 1)] {
                    for n in 1..=most {
                        add(format!("contact_points[{kind}#{n}]"), Place::Point(kind, n - 1));
                    }
                }
            }
            ("addresses", Kind::Structure) => {
                for part in ["country", "province", "city", "district", "street", "postal_code"] {
                    add(format!("addresses.{part}"), Place::Address(part));
                }
            }
            _ => {}
        }
        add(field.name.to_owned(), Place::Member(field.name));
    }
    all
}

fn cell(record: &Map<String, Value>, at: &Place) -> String {
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_string) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    };
    let list = |name: &str| record.get(name).and_then(Value::as_array).into_iter().flatten();
    let found = match at {
        Place::Member(name) => record.get(*name),
        Place::Point(kind, n) => list("contact_points")
            .filter(|p| p.get("kind").and_then(Value::as_str) == Some(kind))
            .nth(*n)
            .and_then(|p| p.get("value")),
        Place::Address(part) => list("addresses").next().and_then(|a| a.get(part)),
    };
    found.map(text).unwrap_or_default()
}

fn line(cells: impl Iterator<Item = String>) -> Result<Vec<u8>> {
    let broken = |e: &dyn std::fmt::Display| Error::Internal(e.to_string());
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(cells.map(|c| guard(&c).into_owned())).map_err(|e| broken(&e))?;
    out.into_inner().map_err(|e| broken(&e))
}

fn written(page: &[u8], columns: &[Column], form: Form) -> Result<Vec<u8>> {
    let broken = |e: serde_json::Error| Error::Internal(e.to_string());
    let page: Page<'_> = serde_json::from_slice(page).map_err(broken)?;
    let mut out = Vec::with_capacity(1024 * page.data.len());
    for record in page.data {
        match form {
            Form::Ndjson => {
                out.extend_from_slice(record.get().as_bytes());
                out.push(b'\n');
            }
            Form::Csv => {
                let record: Map<String, Value> = serde_json::from_str(record.get()).map_err(broken)?;
                let shown = columns.iter().map(|c| cell(&record, &c.at));
                out.extend(line(shown)?);
            }
        }
    }
    Ok(out)
}

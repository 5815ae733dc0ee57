//! What became of each record of a bulk action, streamed out of the ledger.
use super::preview::{BulkError, errors};
use crate::http::app::App;
use crate::http::problem::Lang;
use crate::integration::import::results::file;
use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data};
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::integration::bulk::BulkOutcome;
use domain::integration::formula::guard;
use domain::integration::import::ImportFormat;
use persistence::integration::rows::{self, Entry};
use serde_json::json;
use std::io;
use uuid::Uuid;

/// Records of one read.
const PAGE: i64 = 1_000;

/// Which records are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    All,
    One(BulkOutcome),
    /// Left as they are by undoing it.
    Conflict,
}

impl Wanted {
    fn takes(self, entry: &Entry) -> bool {
        match self {
            Wanted::All => true,
            Wanted::One(outcome) => BulkOutcome::from(entry.outcome) == outcome,
            Wanted::Conflict => entry.undo.as_deref() == Some("conflict"),
        }
    }
}

/// The columns of the CSV.
const COLUMNS: [&str; 7] = ["number", "record_id", "outcome", "undo", "codes", "pointers", "detail"];

/// The records, in the order in which they were tried.
pub fn stream(app: Data<App>, work: Uuid, wanted: Wanted, format: ImportFormat, lang: Lang) -> HttpResponse {
    let body = futures_util::stream::unfold(Some(None::<i64>), move |at| {
        let app = app.clone();
        async move {
            let behind = at?;
            let page = app
                .db
                .read(move |conn| rows::after(conn, work, behind.unwrap_or_default(), PAGE))
                .await;
            let written = page.and_then(|page| {
                let last = page.last().filter(|_| page.len() == PAGE as usize).map(|e| Some(e.number));
                Ok((written(&page, wanted, format, lang, behind.is_none())?, last))
            });
            match written {
                Ok((bytes, next)) => Some((Ok(Bytes::from(bytes)), next)),
                Err(error) => {
                    tracing::error!(%error, "results were cut off");
                    Some((Err(io::Error::other("cut off")), None))
                }
            }
        }
    });
    file(format, Box::pin(body))
}

fn written(page: &[Entry], wanted: Wanted, format: ImportFormat, lang: Lang, first: bool) -> Result<Vec<u8>> {
    let broken = |e: &dyn std::fmt::Display| Error::Internal(e.to_string());
    let some = page.iter().filter(|e| wanted.takes(e)).map(|e| (e, errors(e, lang)));
    match format {
        ImportFormat::Ndjson | ImportFormat::Vcard => {
            let mut out = Vec::new();
            for (entry, errors) in some {
                let line = json!({
                    "number": entry.number, "record_id": entry.record, "outcome": BulkOutcome::from(entry.outcome), "undo": entry.undo, "errors": errors,
                });
                serde_json::to_writer(&mut out, &line).map_err(|e| broken(&e))?;
                out.push(b'\n');
            }
            Ok(out)
        }
        ImportFormat::Csv => {
            let mut out = csv::Writer::from_writer(Vec::new());
            if first {
                out.write_record(COLUMNS).map_err(|e| broken(&e))?;
            }
            for (entry, errors) in some {
                out.write_record(cells(entry, &errors)).map_err(|e| broken(&e))?;
            }
            out.into_inner().map_err(|e| broken(&e))
        }
    }
}

fn cells(entry: &Entry, errors: &[BulkError]) -> [String; 7] {
    let join = |of: fn(&BulkError) -> &str, by: &str| guard(&errors.iter().map(of).collect::<Vec<_>>().join(by)).into_owned();
    [
        entry.number.to_string(),
        entry.record.map(|id| id.to_string()).unwrap_or_default(),
        BulkOutcome::from(entry.outcome).word().to_owned(),
        entry.undo.clone().unwrap_or_default(),
        join(|e| &e.code, " "),
        join(|e| &e.pointer, " "),
        join(|e| &e.detail, "; "),
    ]
}

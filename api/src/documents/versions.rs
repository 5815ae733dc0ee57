//! The versions of a document: all of them, one's content, one's content again, and what is different between two.
use super::content::{DOCUMENTS, Placed, version};
use super::extract::plain;
use super::media::is_text;
use super::serve::serve;
use super::store::AWAY;
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::crud::id;
use crate::http::headers;
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::reading::{respond, weak};
use crate::http::writing::Writing;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use domain::core::error::Error;
use domain::core::instant::Instant;
use futures_util::StreamExt;
use persistence::core::read;
use persistence::documents::versions::{self, Named, Version};
use serde::Serialize;
use similar::{Algorithm, TextDiff};
use std::time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;

/// A content that a document has or had.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentVersion {
    /// From 1, one more with each content.
    #[schema(minimum = 1, example = 2)]
    number: i64,
    /// What it is, as its bytes say.
    #[schema(max_length = 127, example = "application/pdf")]
    media_type: String,
    #[schema(minimum = 0, example = 48213)]
    size_bytes: i64,
    /// Its SHA-256 as RFC 9530 writes it.
    #[schema(max_length = 100)]
    digest: String,
    /// The version whose content it is again; null where it was sent.
    #[schema(minimum = 1)]
    restored_from: Option<i64>,
    created_at: Instant,
    /// Who sent or restored it; null for the server itself.
    created_by: Option<Uuid>,
}

/// A page of a document's versions.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentVersionPage {
    /// The latest first.
    #[schema(max_items = 200)]
    data: Vec<DocumentVersion>,
    page: VersionsPage,
}

/// Where a page of versions stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionsPage {
    /// Give it as `cursor` for the next page; null at the end.
    #[schema(max_length = 4096)]
    next_cursor: Option<String>,
    has_more: bool,
}

/// What is different between two versions of a text.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentDifference {
    /// The version that it begins from.
    #[schema(minimum = 1)]
    from: i64,
    /// The version that it leads to.
    #[schema(minimum = 1)]
    to: i64,
    /// A unified diff with three lines around each change; empty where the texts are the same.
    #[schema(max_length = 8388608)]
    diff: String,
}

/// The number of a version; anything else is no version at all.
fn number(text: &str) -> Result<i64, Failure> {
    let plain = !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|n| plain && *n > 0).ok_or_else(|| Error::NotFound.into())
}

impl From<Version> for DocumentVersion {
    fn from(v: Version) -> Self {
        DocumentVersion {
            number: v.number,
            media_type: v.media_type,
            size_bytes: v.size_bytes,
            digest: v.digest,
            restored_from: v.restored_from,
            created_at: v.created_at,
            created_by: v.created_by,
        }
    }
}

pub async fn list(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("documents", "read")?;
    let query = Query::read(&request, &["limit", "cursor"])?;
    let (id, limit) = (id(&path)?, query.number("limit", 50, 1, 200)?);
    let before = match query.text("cursor") {
        None => i64::MAX,
        Some(text) => number(text).map_err(|_| Error::Cursor)?,
    };
    let found = app.db.read(move |conn| {
        let sight = signed.0.actor.sight("documents", "read").ok_or(Error::NotFound)?;
        if !read::exists(conn, &sight, "documents", id)? {
            return Err(Error::NotFound);
        }
        versions::below(conn, id, before, limit + 1)
    });
    let mut found = found.await?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next_cursor = found.last().filter(|_| has_more).map(|v| v.number.to_string());
    let page = DocumentVersionPage {
        data: found.into_iter().map(DocumentVersion::from).collect(),
        page: VersionsPage { next_cursor, has_more },
    };
    let body = serde_json::to_vec(&page).map_err(|e| Error::Internal(e.to_string()))?;
    respond(&request, weak(&body), body, page.page.next_cursor.as_deref())
}

async fn find(app: &App, signed: SignedIn, document: Uuid, number: Option<i64>) -> Result<Named, Error> {
    let find = app.db.read(move |conn| {
        let sight = signed.0.actor.sight("documents", "read").ok_or(Error::NotFound)?;
        versions::seen(conn, &sight, document, number)?.ok_or(Error::NotFound)
    });
    find.await
}

pub async fn content(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Failure> {
    signed.0.sight("documents", "read")?;
    Query::read(&request, &[])?;
    let named = find(&app, signed, id(&path.0)?, Some(number(&path.1)?)).await?;
    serve(&request, app, named).await
}

pub async fn restore(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Failure> {
    signed.0.sight("documents", "update")?;
    Query::read(&request, &[])?;
    let (id, number, expect) = (id(&path.0)?, number(&path.1)?, headers::if_match(&request)?);
    let answer = Writing::new(&request, app.clone(), signed, &[])?
        .run(DOCUMENTS, move |conn, context| {
            let placed = versions::get(conn, id, number)?.map(|v| Placed {
                content_id: v.content_id,
                media_type: v.media_type,
                size_bytes: v.size_bytes,
                digest: v.digest,
                restored_from: Some(number),
            });
            Ok((200, version(conn, context, id, expect, placed)?))
        })
        .await;
    app.jobs.wake();
    answer
}

/// The largest text that is compared, in bytes.
const COMPARED: u64 = 1 << 20;
/// How long a comparison looks for the shortest difference; after that it takes a longer one.
const THOUGHT: Duration = Duration::from_secs(2);

/// The text of a version, if it can be compared.
async fn text(app: &App, version: &Version) -> Result<String, Failure> {
    let size = version.size_bytes.unsigned_abs();
    if !is_text(&version.media_type) || size > COMPARED {
        return Err(Error::Conflict("not_comparable").into());
    }
    let mut pieces = app.contents.read(version.content_id, 0..size).await?;
    let mut bytes = Vec::with_capacity(size as usize);
    while let Some(piece) = pieces.next().await {
        bytes.extend_from_slice(&piece.map_err(|_| Error::Unavailable(AWAY))?);
    }
    Ok(plain(&bytes))
}

pub async fn compare(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Failure> {
    signed.0.sight("documents", "read")?;
    let query = Query::read(&request, &["to"])?;
    let (id, from) = (id(&path.0)?, number(&path.1)?);
    let wrong = |_| Failure::Parameter("to".to_owned(), "invalid_parameter");
    let to = query.text("to").map(|text| number(text).map_err(wrong)).transpose()?;
    let old = find(&app, signed.clone(), id, Some(from)).await?.version;
    let new = find(&app, signed, id, to).await?.version;
    let (a, b) = (text(&app, &old).await?, text(&app, &new).await?);
    let to = new.number;
    let diff = tokio::task::spawn_blocking(move || {
        let diff = TextDiff::configure()
            .algorithm(Algorithm::Myers)
            .timeout(THOUGHT)
            .diff_lines(&a, &b);
        let names = (format!("version {from}"), format!("version {to}"));
        diff.unified_diff().context_radius(3).header(&names.0, &names.1).to_string()
    });
    let diff = diff.await.map_err(|e| Error::Internal(e.to_string()))?;
    let body = serde_json::to_vec(&DocumentDifference { from, to, diff }).map_err(|e| Error::Internal(e.to_string()))?;
    respond(&request, weak(&body), body, None)
}

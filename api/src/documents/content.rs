//! Sending and reading the content of a document. A content is put in its place before the version that names it is written: a process
//! that dies between the two leaves a file that no version has, which housekeeping removes, and never a version without its file.
use super::extract;
use super::media;
use super::serve::serve;
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::crud::id;
use crate::http::headers;
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::upload::{self, Expected, Received};
use crate::http::writing::{Writing, answered};
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::pipeline::{self, Context, Done, Expect};
use domain::core::store::Store;
use domain::documents::document::{Content, Document};
use persistence::core::conn::Conn;
use persistence::core::idempotency::Answer;
use persistence::core::object::{Object, Of};
use persistence::core::settings;
use persistence::documents::texts;
use persistence::documents::versions::{self, Version};
use std::io::Read;
use std::path::PathBuf;
use uuid::Uuid;

/// Documents without their type.
pub const DOCUMENTS: &dyn Object = &Of::<Document>::NEW;
/// The largest content unless the setting `document_max_bytes` says otherwise.
const LARGEST: u64 = 100 << 20;

/// Looks whether the caller may send a content, before they send a hundred megabytes of it.
fn may(conn: &mut Conn, signed: &SignedIn, document: Uuid, expect: Option<Expect>) -> Result<()> {
    let sight = |action| signed.0.actor.sight("documents", action).ok_or(Error::NotFound);
    let (read, update) = (sight("read")?, sight("update")?);
    let found: Document = conn.load(Id::from_uuid(document), &read, false)?.ok_or(Error::NotFound)?;
    let seen: Option<Document> = conn.load(Id::from_uuid(document), &update, false)?;
    if seen.is_none() {
        return Err(Error::Forbidden("documents:update".to_owned()));
    }
    match expect {
        Some(Expect::Version(version)) if version != found.base.version => Err(Error::Stale(found.base.version)),
        _ => Ok(()),
    }
}

fn head(path: PathBuf) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    std::fs::File::open(path)?.take(media::HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// A content that is in its place, on its way to become a version.
#[derive(Debug, Clone)]
pub struct Placed {
    pub content_id: Uuid,
    pub media_type: String,
    pub size_bytes: i64,
    pub digest: String,
    pub restored_from: Option<i64>,
}

/// Makes a content the latest version of a document.
///
/// # Errors
/// Those of the pipeline; `missing` where there is nothing to make a version of, told to those who may ask.
pub fn version(conn: &mut Conn, context: &Context<'_>, document: Uuid, expect: Expect, placed: Option<Placed>) -> Result<Done> {
    let mut made = None;
    let done = pipeline::change::<Document>(conn, context, document, expect, "update", |document| {
        let placed = placed.ok_or(Error::NotFound)?;
        let number = document.receive(Content {
            media_type: placed.media_type.clone(),
            size_bytes: placed.size_bytes,
            digest: placed.digest.clone(),
            has_text: extract::reads(&placed.media_type),
        });
        made = Some((number, placed, document.search_text()));
        Ok(())
    })?;
    let (number, placed, key) = made.ok_or_else(|| Error::Internal("a version without its content".to_owned()))?;
    let reads = extract::reads(&placed.media_type);
    let version = Version {
        number,
        content_id: placed.content_id,
        media_type: placed.media_type,
        size_bytes: placed.size_bytes,
        digest: placed.digest,
        restored_from: placed.restored_from,
        created_at: context.now(),
        created_by: context.actor.user().map(Id::<()>::uuid),
    };
    versions::add(conn, document, &version)?;
    // What stood in an earlier version is found no longer.
    texts::keep(conn, document, number, None)?;
    texts::index(conn, document, &key)?;
    if reads {
        texts::put_off(conn, document, number, context)?;
    }
    Ok(done)
}

pub async fn put(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<String>,
    mut payload: Payload,
) -> Result<HttpResponse, Failure> {
    signed.0.sight("documents", "update")?;
    Query::read(&request, &[])?;
    upload::check_digests(&request)?;
    let (id, expect) = (id(&path)?, headers::if_match(&request)?);
    // A repeat names the version that it was first sent for.
    let early = headers::idempotency_key(&request)?.is_none().then_some(expect);
    let asked = signed.clone();
    let most = app
        .db
        .read(move |conn| {
            may(conn, &asked, id, early)?;
            Ok(settings::get(conn, "document_max_bytes")?.and_then(|text| text.parse().ok()))
        })
        .await?;
    let expected = Expected {
        folder: app.contents.incoming(),
        most: most.unwrap_or(LARGEST),
        packed: false,
    };
    let received = upload::receive(&request, &mut payload, expected).await?;
    let file = received.path().to_owned();
    let head = tokio::task::spawn_blocking(move || head(file)).await;
    let head = head.map_err(|e| Error::Internal(e.to_string()))?.map_err(|e| upload::storage(&e))?;
    let told = request.headers().get("Content-Type").map(|v| v.to_str().unwrap_or("?"));
    let placed = Placed {
        content_id: Uuid::now_v7(),
        media_type: media::of(told, &head)?,
        size_bytes: received.size as i64,
        digest: received.digest.clone(),
        restored_from: None,
    };
    let writing = Writing::new(&request, app, signed, placed.digest.as_bytes())?;
    keep(writing, placed, received, move |conn, context, placed| {
        Ok((200, version(conn, context, id, expect, Some(placed))?))
    })
    .await
}

/// Puts a content in its place and runs the write that makes it a version. Where that is refused, the content goes again.
///
/// # Errors
/// Those of the place and of the write.
pub async fn keep<F>(writing: Writing, placed: Placed, received: Received, write: F) -> Result<HttpResponse, Failure>
where
    F: FnOnce(&mut Conn, &Context<'_>, Placed) -> Result<(u16, Done)> + Send + 'static,
{
    let (app, minimal, content) = (writing.app.clone(), writing.minimal, placed.content_id);
    app.contents.put(content, received).await?;
    let answer = writing.answer(DOCUMENTS, move |conn, context| write(conn, context, placed)).await;
    if unused(&answer)
        && let Err(error) = app.contents.remove(content).await
    {
        tracing::warn!(%error, "a content that became no version is left to housekeeping");
    }
    app.jobs.wake();
    Ok(answered(answer?, minimal))
}

/// Whether it is certain that no version has the content. Where the database went away, nobody knows what it kept.
fn unused(answer: &std::result::Result<Answer, Failure>) -> bool {
    match answer {
        Ok(answer) => answer.replayed,
        Err(Failure::Domain(Error::Unavailable(_) | Error::Internal(_))) => false,
        Err(_) => true,
    }
}

pub async fn get(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("documents", "read")?;
    Query::read(&request, &[])?;
    let id = id(&path)?;
    let named = app.db.read(move |conn| {
        let sight = signed.0.actor.sight("documents", "read").ok_or(Error::NotFound)?;
        versions::seen(conn, &sight, id, None)?.ok_or(Error::NotFound)
    });
    let named = named.await?;
    serve(&request, app, named).await
}

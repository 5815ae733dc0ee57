//! Making a PDF, a page or a text of a template and a record.
use super::asked::{Format, Preview, RenderTemplate};
use super::pdf::{self, Head, Letter, Unset};
use crate::documents::{disposition, keep_file};
use crate::http::app::App;
use crate::http::body;
use crate::http::caller::SignedIn;
use crate::http::crud::id;
use crate::http::headers;
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::writing::members;
use actix_web::web::{Bytes, Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::access::user::Locale;
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::problem::{Code, Problems};
use domain::core::store::Store;
use domain::templates::blocks::blocks;
use domain::templates::fill::Filled;
use domain::templates::template::Template;
use domain::templates::{html, plain};
use persistence::core::conn::Conn;
use persistence::templates::values::{By, Of, names, values};
use serde_json::{Map, Value};
use tokio::sync::Semaphore;

/// How many letters are set at once: each keeps a processor busy, and requests want some as well.
static SETTING: Semaphore = Semaphore::const_new(2);

/// A template filled in.
struct Ready {
    template: Template,
    filled: Filled,
    head: Head,
}

/// Fills a template in with what the caller may read.
fn fill(conn: &mut Conn, app: &App, signed: &SignedIn, template: Template, of: Of, check: bool) -> Result<Ready> {
    let Some(names) = names(conn, template.object.as_deref())? else {
        return Err(Error::invalid("/object", Code::NotFound));
    };
    if check {
        names.check(template.subject.as_deref(), &template.body).or(())?;
    }
    let by = By {
        actor: &signed.0.actor,
        now: app.now(),
        manner: template.manner(),
    };
    let values = values(conn, by, template.object.as_deref(), of)?;
    let filled = template.fill(&names, &values)?;
    let said = |name: &str| values["organization"][name].as_str().unwrap_or_default().to_owned();
    let head = Head {
        name: said("name"),
        address: said("address"),
        telephone: said("telephone"),
    };
    Ok(Ready { template, filled, head })
}

/// The file: what it holds.
async fn make(ready: Ready, format: Format) -> Result<Vec<u8>, Failure> {
    let busy = |_| Error::Unavailable("overloaded");
    let permit = match format {
        Format::Pdf => Some(SETTING.acquire().await.map_err(busy)?),
        Format::Html | Format::Text => None,
    };
    let made = tokio::task::spawn_blocking(move || written(ready, format)).await;
    drop(permit);
    Ok(made.map_err(|e| Error::Internal(e.to_string()))??)
}

/// The PDF of a letter that no template has made.
///
/// # Errors
/// Of one that is too long; where the server is ending.
pub async fn set(letter: Letter) -> Result<Vec<u8>, Failure> {
    let permit = SETTING.acquire().await.map_err(|_| Error::Unavailable("overloaded"))?;
    let made = tokio::task::spawn_blocking(move || pdf::write(&letter).map_err(unset)).await;
    drop(permit);
    Ok(made.map_err(|e| Error::Internal(e.to_string()))??)
}

fn written(ready: Ready, format: Format) -> Result<Vec<u8>> {
    let Ready { template, filled, head } = ready;
    let manner = template.manner();
    let blocks = blocks(&filled.body);
    let title = filled.subject.clone().unwrap_or_else(|| template.name.clone());
    Ok(match format {
        Format::Text => {
            let text = plain::text(&blocks, manner);
            match &filled.subject {
                Some(subject) => format!("{subject}\n\n{text}").into_bytes(),
                None => text.into_bytes(),
            }
        }
        Format::Html => {
            let frame = html::Frame {
                title: &title,
                organization: if template.page.letterhead { &head.name } else { "" },
                subject: filled.subject.as_deref(),
            };
            html::page(&blocks, template.language, &frame)?.into_bytes()
        }
        Format::Pdf => {
            let letter = Letter {
                title,
                subject: filled.subject,
                blocks,
                page: template.page,
                manner,
                persian: template.language == Locale::Persian,
                head,
            };
            pdf::write(&letter).map_err(unset)?
        }
    })
}

fn unset(why: Unset) -> Error {
    match why {
        Unset::Broken(why) => Error::Internal(format!("a letter can't be written as PDF: {why}")),
        Unset::TooMuch(what) => {
            let max = match what {
                pdf::TooMuch::Pages => format!("{} pages", pdf::MAX_PAGES),
                pdf::TooMuch::Time => "what is set in ten seconds".to_owned(),
            };
            let mut problems = Problems::default();
            problems.with("/body", Code::TooComplex, vec![("max", max)]);
            problems.into()
        }
    }
}

/// A file to be saved; a page is never run where it is opened from here.
fn answer(name: &str, format: Format, bytes: Vec<u8>) -> HttpResponse {
    let csp = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
    HttpResponse::Ok()
        .content_type(format.media_type())
        .insert_header(("Content-Security-Policy", csp))
        .insert_header(("Content-Disposition", disposition(&format!("{name}.{}", format.extension()))))
        .body(Bytes::from(bytes))
}

async fn object(request: &HttpRequest, payload: &mut Payload) -> Result<(Map<String, Value>, Bytes), Failure> {
    Query::read(request, &[])?;
    members(request, payload, body::JSON).await
}

pub async fn render(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<String>,
    mut payload: Payload,
) -> Result<HttpResponse, Failure> {
    signed.0.sight("templates", "read")?;
    headers::idempotency_key(&request)?;
    let (members, bytes) = object(&request, &mut payload).await?;
    let asked = RenderTemplate::read(members)?;
    if asked.saves() {
        signed.0.sight("documents", "create")?;
        signed.0.sight("documents", "update")?;
    }
    let id = id(&path)?;
    let (state, caller, wanted) = (app.clone(), signed.clone(), asked.clone());
    let ready = app.db.read(move |conn| {
        let sight = caller.0.actor.sight("templates", "read").ok_or(Error::NotFound)?;
        let template: Template = conn.load(Id::from_uuid(id), &sight, false)?.ok_or(Error::NotFound)?;
        if !template.active {
            return Err(Error::Conflict("template_inactive"));
        }
        let of = wanted.of(template.object.as_deref())?;
        // A record that is not there is told at its place; the template is.
        let missing = |error| match error {
            Error::NotFound => Error::invalid("/record_id", Code::NotFound),
            other => other,
        };
        fill(conn, &state, &caller, template, of, false).map_err(missing)
    });
    let ready = ready.await?;
    let (name, object) = (ready.template.name.clone(), ready.template.object.clone());
    let made = make(ready, asked.format()).await?;
    match asked.saves() {
        false => Ok(answer(&name, asked.format(), made)),
        true => {
            let link = object.zip(asked.record_id);
            keep_file(
                &request,
                app,
                signed,
                &bytes,
                (format!("{name}.pdf"), "application/pdf", made),
                link,
            )
            .await
        }
    }
}

pub async fn preview(request: HttpRequest, app: Data<App>, signed: SignedIn, mut payload: Payload) -> Result<HttpResponse, Failure> {
    signed.0.sight("templates", "read")?;
    let (members, _) = object(&request, &mut payload).await?;
    let preview = Preview::read(members, &app.setting())?;
    let (of, format, name) = (preview.of()?, preview.asked.format(), preview.template.name.clone());
    let (state, caller) = (app.clone(), signed.clone());
    let ready = app.db.read(move |conn| {
        let missing = |error| match error {
            Error::NotFound => Error::invalid("/record_id", Code::NotFound),
            other => other,
        };
        fill(conn, &state, &caller, preview.template, of, true).map_err(missing)
    });
    let made = make(ready.await?, format).await?;
    Ok(answer(&name, format, made))
}

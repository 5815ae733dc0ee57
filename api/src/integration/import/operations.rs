//! The operations of imports: announce, send the file, start, look at the rows, give up, take back.
use super::folder;
use super::prepare;
use super::reader::{Known, ReadError, Reader};
use super::results::{self, Wanted};
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::crud::id;
use crate::http::problem::{Failure, Lang};
use crate::http::query::Query;
use crate::http::upload::{self, Expected};
use crate::http::writing::{Writing, members};
use crate::http::{body, headers};
use crate::integration::behalf::{Behalf, CLOSED, located};
use actix_web::web::{Data, Path, Payload as Body};
use actix_web::{HttpRequest, HttpResponse};
use domain::core::error::Error;
use domain::core::pipeline::{self, Done};
use domain::core::problem::{Code, Problems};
use domain::core::resource::{Resource, Spec};
use domain::core::store::Store;
use domain::integration::import::{Arrived, Import, ImportFormat, ImportMapping, ImportMode};
use domain::integration::mapping::Mapping;
use encoding_rs::Encoding;
use persistence::core::conn::Conn;
use persistence::core::object::{Object, Of};
use persistence::core::{custom, settings};
use persistence::integration::rows;
use serde_json::{Map, Value};
use uuid::Uuid;

/// Imports without their type.
pub const IMPORTS: &dyn Object = &Of::<Import>::NEW;
/// The largest file unless the setting `import_max_bytes` says otherwise.
const LARGEST: u64 = 1 << 30;

/// What imports of an object need.
fn allowed(signed: &SignedIn, spec: &Spec, mode: ImportMode) -> Result<(), Failure> {
    let needs: &[&'static str] = match mode {
        ImportMode::Create => &["create"],
        ImportMode::Update => &["update"],
        ImportMode::Upsert => &["create", "update"],
    };
    for action in needs {
        signed.0.sight(spec.object, action)?;
    }
    Ok(())
}

pub async fn create(request: HttpRequest, app: Data<App>, signed: SignedIn, mut payload: Body) -> Result<HttpResponse, Failure> {
    signed.0.sight("imports", "create")?;
    Query::read(&request, &[])?;
    headers::needs_key(&request)?;
    let (body, bytes) = members(&request, &mut payload, body::JSON).await?;
    if let Some(name) = body.get("object").and_then(Value::as_str) {
        let known = app.object(name).ok().filter(|o| !CLOSED.contains(&o.spec().tag));
        let Some(object) = known else {
            let all = app.objects.get().into_iter().flat_map(|all| all.values());
            let names: Vec<&str> = all
                .map(|o| o.spec())
                .filter(|s| !CLOSED.contains(&s.tag))
                .map(|s| s.object)
                .collect();
            let mut problems = Problems::default();
            problems.with("/object", Code::NotAllowed, vec![("allowed", names.join(", "))]);
            return Err(problems.into());
        };
        let mode = body.get("mode").cloned().and_then(|mode| serde_json::from_value(mode).ok());
        allowed(&signed, object.spec(), mode.unwrap_or(ImportMode::Create))?;
    }
    Writing::new(&request, app, signed, &bytes)?
        .run(IMPORTS, move |conn, context| Ok((201, IMPORTS.create(conn, context, None, body)?)))
        .await
}

/// The import, if the caller may see it.
fn find(conn: &mut Conn, signed: &SignedIn, action: &'static str, id: Uuid) -> Result<Import, Error> {
    let sight = signed.0.actor.sight("imports", action).ok_or(Error::NotFound)?;
    Store::<Import>::load(conn, domain::core::id::Id::from_uuid(id), &sight, false)?.ok_or(Error::NotFound)
}

/// The kinds of files; a browser knows no better name for some.
const KINDS: [&str; 8] = [
    "text/csv",
    "text/tab-separated-values",
    "application/x-ndjson",
    "application/ndjson",
    "text/vcard",
    "text/x-vcard",
    "application/octet-stream",
    "text/plain",
];

/// The encoding that the request names.
fn encoding(request: &HttpRequest) -> Result<Option<&'static Encoding>, Failure> {
    let kind = request
        .headers()
        .get("Content-Type")
        .and_then(|v| v.to_str().ok())
        .unwrap_or("application/octet-stream");
    let mut parts = kind.split(';');
    let name = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
    if !KINDS.contains(&name.as_str()) {
        return Err(body::unsupported("accept", "text/csv, application/x-ndjson, text/vcard"));
    }
    match parts.find_map(|p| p.trim().strip_prefix("charset=")) {
        None => Ok(None),
        Some(label) => Encoding::for_label(label.trim_matches('"').as_bytes())
            .map(Some)
            .ok_or_else(|| body::unsupported("accept", "text/csv; charset=utf-8")),
    }
}

pub async fn data(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<String>,
    mut payload: Body,
) -> Result<HttpResponse, Failure> {
    signed.0.sight("imports", "create")?;
    Query::read(&request, &[])?;
    let (id, expect, encoding) = (id(&path)?, headers::expect(&request)?, encoding(&request)?);
    let asked = signed.clone();
    let (import, most) = app
        .db
        .read(move |conn| {
            let import = find(conn, &asked, "create", id)?;
            let most = settings::get(conn, "import_max_bytes")?.and_then(|text| text.parse().ok());
            Ok((import, most.unwrap_or(LARGEST)))
        })
        .await?;
    // Refused before a gigabyte is sent rather than after.
    import.clone().receive(Arrived {
        layout: None,
        encoding: String::new(),
        separator: None,
        mapping: Mapping::new(),
        size_bytes: 0,
        digest: String::new(),
    })?;
    let expected = Expected {
        folder: folder::folder(&app.data),
        most,
        packed: true,
    };
    let received = upload::receive(&request, &mut payload, expected).await?;
    let (format, file) = (import.format, received.path().to_owned());
    let opened = tokio::task::spawn_blocking(move || {
        let known = Known { encoding, separator: None };
        Reader::open(file, prepare::format(format), known).map(|r| (r.headers().to_vec(), r.encoding(), r.separator()))
    });
    let (headers, encoding, separator) = opened
        .await
        .map_err(|e| Error::Internal(e.to_string()))?
        .map_err(|e| unreadable(&e))?;
    let state = app.clone();
    let writing = Writing::new(&request, app.clone(), signed, received.digest.as_bytes())?;
    writing
        .run(IMPORTS, move |conn, context| {
            let spec = state.object(&import.object)?.spec();
            let (layout, mapping) = mapped(conn, &headers, &import, spec)?;
            let arrived = Arrived {
                layout,
                encoding: encoding.to_owned(),
                separator,
                mapping,
                size_bytes: received.size as i64,
                digest: received.digest.clone(),
            };
            let done = pipeline::change::<Import>(conn, context, id, expect, "create", |import| import.receive(arrived))?;
            rows::forget(conn, id)?;
            // Within the transaction: a file in its place whose import does not know it is sent again; the other way round it is lost.
            received.place(&folder::file(&state.data, id))?;
            Ok((200, done))
        })
        .await
}

fn unreadable(error: &ReadError) -> Failure {
    match error {
        ReadError::Io(error) => Error::Internal(error.to_string()).into(),
        error => Failure::Body("unreadable_file", error.to_string()),
    }
}

/// Where the columns go; only CSV has them.
fn mapped(conn: &mut Conn, headers: &[String], import: &Import, spec: &Spec) -> Result<(Option<String>, Mapping), Error> {
    if import.format != ImportFormat::Csv {
        return Ok((None, Mapping::new()));
    }
    let custom = custom::declared(conn, spec.object)?;
    let (layout, mapping) = prepare::columns(headers, import, spec, &custom)?;
    prepare::plan(import, &mapping, layout, spec, &custom)?;
    Ok((Some(layout.as_str().to_owned()), mapping))
}

pub async fn start(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<String>,
    mut payload: Body,
) -> Result<HttpResponse, Failure> {
    signed.0.sight("imports", "create")?;
    Query::read(&request, &[])?;
    let (id, expect) = (id(&path)?, headers::expect(&request)?);
    let bytes = body::bytes(&request, &mut payload, 1 << 20).await?;
    let mapping = explicit(&bytes)?;
    let asked = signed.clone();
    let import = app.db.read(move |conn| find(conn, &asked, "create", id)).await?;
    allowed(&signed, app.object(&import.object)?.spec(), import.mode)?;
    let headers = match &mapping {
        Some(_) if import.size_bytes.is_some() => {
            let (file, import) = (folder::file(&app.data, id), import.clone());
            let opened = tokio::task::spawn_blocking(move || prepare::open(&file, &import).map(|r| r.headers().to_vec()));
            opened
                .await
                .map_err(|e| Error::Internal(e.to_string()))?
                .map_err(|e| unreadable(&e))?
        }
        _ => Vec::new(),
    };
    let (state, actor) = (app.clone(), Behalf::of(&signed, id));
    let answer = Writing::new(&request, app.clone(), signed, &bytes)?
        .run(IMPORTS, move |conn, context| {
            let remapped = match mapping {
                Some(mapping) => {
                    let mut import = import;
                    import.mapping = Some(mapping.clone());
                    let spec = state.object(&import.object)?.spec();
                    Some((mapping, mapped(conn, &headers, &import, spec)?.1))
                }
                None => None,
            };
            let done = pipeline::change::<Import>(conn, context, id, expect, "create", |import| {
                import.start(context.now())?;
                if let Some((mapping, columns)) = remapped {
                    import.mapping = Some(mapping);
                    import.map(&columns);
                }
                Ok(())
            })?;
            actor.enqueue(conn, "import_rows", context)?;
            Ok((202, done))
        })
        .await?;
    app.jobs.wake();
    Ok(located(answer, Import::SPEC.path, id))
}

/// A mapping in the body of a start, where there is a body.
fn explicit(bytes: &[u8]) -> Result<Option<ImportMapping>, Failure> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let mut members: Map<String, Value> = body::object(bytes)?;
    let mapping = members.remove("mapping");
    if let Some(name) = members.keys().next() {
        return Err(Error::invalid(format!("/{}", domain::core::input::escape(name)), Code::UnknownField).into());
    }
    match mapping {
        None | Some(Value::Null) => Ok(None),
        Some(value) => serde_json::from_value(value)
            .map(Some)
            .map_err(|_| Error::invalid("/mapping", Code::WrongType).into()),
    }
}

pub async fn abort(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("imports", "create")?;
    Query::read(&request, &[])?;
    let (id, expect) = (id(&path)?, headers::expect(&request)?);
    Writing::new(&request, app, signed, &[])?
        .run(IMPORTS, move |conn, context| {
            let counts = rows::checkpoint(conn, id)?.unwrap_or_default().counts;
            let abort = |import: &mut Import| {
                import.counts = counts;
                import.abort(context.now())
            };
            Ok((200, pipeline::change::<Import>(conn, context, id, expect, "create", abort)?))
        })
        .await
}

pub async fn undo(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("imports", "create")?;
    Query::read(&request, &[])?;
    let (id, expect, actor) = (id(&path)?, headers::expect(&request)?, Behalf::of(&signed, id(&path)?));
    let answer = Writing::new(&request, app.clone(), signed, &[])?
        .run(IMPORTS, move |conn, context| {
            let done: Done = pipeline::change::<Import>(conn, context, id, expect, "create", Import::take_back)?;
            actor.enqueue(conn, "undo_import", context)?;
            Ok((202, done))
        })
        .await?;
    app.jobs.wake();
    Ok(located(answer, Import::SPEC.path, id))
}

pub async fn rows_of(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("imports", "read")?;
    let query = Query::read(&request, &["status", "format"])?;
    let wrong = |name: &str| Failure::Parameter(name.to_owned(), "invalid_parameter");
    let wanted = query
        .text("status")
        .map_or(Some(Wanted::All), Wanted::of)
        .ok_or_else(|| wrong("status"))?;
    let format = match query.text("format") {
        None | Some("csv") => ImportFormat::Csv,
        Some("ndjson") => ImportFormat::Ndjson,
        Some(_) => return Err(wrong("format")),
    };
    let id = id(&path)?;
    let import = app.db.read(move |conn| find(conn, &signed, "read", id)).await?;
    if import.size_bytes.is_none() {
        return Err(Error::Conflict("import_without_data").into());
    }
    let lang = Lang::accepted(request.headers().get("Accept-Language").and_then(|v| v.to_str().ok()));
    let file = folder::file(&app.data, id);
    Ok(results::stream(app, import, file, wanted, format, lang))
}

//! Interactive documentation at `/docs`, from files inside the program: it needs no network but this server. One signs in by pasting a
//! token under "Authorize"; the token stays in the page's memory.
use super::problem::Failure;
use super::resource::Address;
use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpResponse, web};
use domain::core::error::Error;
use std::sync::{Arc, LazyLock};
use utoipa_swagger_ui::Config;

/// What the pages may load and do: their own scripts, styles and this server, nothing else. The library writes styles into the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What our page needs of the library's.
const FILES: [&str; 3] = ["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"];

static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| Arc::new(Config::new(["/openapi.json"])));

fn page(kind: impl Into<String>, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(kind.into())
        .insert_header(("Content-Security-Policy", POLICY))
        .insert_header(("Cache-Control", "public, max-age=300"))
        .body(bytes)
}

async fn front() -> HttpResponse {
    page("text/html; charset=utf-8", include_bytes!("docs/index.html").to_vec())
}

async fn file(name: Path<String>) -> Result<HttpResponse, Failure> {
    if name.as_str() == "start.js" {
        return Ok(page("text/javascript; charset=utf-8", include_bytes!("docs/start.js").to_vec()));
    }
    // The library's own page would begin with a contract that is not ours.
    if !FILES.contains(&name.as_str()) {
        return Err(Error::NotFound.into());
    }
    let found = utoipa_swagger_ui::serve(&name, CONFIG.clone()).map_err(|e| Error::Internal(e.to_string()))?;
    let found = found.ok_or(Error::NotFound)?;
    let kind = if found.content_type.starts_with("text/") {
        format!("{}; charset=utf-8", found.content_type)
    } else {
        found.content_type
    };
    let mut response = page(kind, found.bytes.into_owned());
    if found.gzpipped {
        let gzip = actix_web::http::header::HeaderValue::from_static("gzip");
        response.headers_mut().insert(actix_web::http::header::CONTENT_ENCODING, gzip);
    }
    Ok(response)
}

/// The pages' routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(Address::new("/docs").get(|| web::route().to(front)));
    config.service(Address::new("/docs/{file:[a-z0-9.-]*}").get(|| web::route().to(file)));
}

//! Sending a content: whole or a range of it (RFC 9110 §14), always as a file to be saved, never as something to be shown.
use crate::http::app::App;
use crate::http::headers;
use crate::http::problem::Failure;
use actix_web::body::SizedStream;
use actix_web::http::header::{CONTENT_RANGE, Header, HeaderValue, Range as Ranges};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::core::error::Error;
use domain::documents::name::safe;
use persistence::documents::versions::{Named, Version};
use std::ops::Range;

/// What of a content is asked for.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Whole,
    Part(Range<u64>),
    /// A range that begins behind its end.
    Nothing,
}

/// The tag of a content: it is what it is, whatever its document is called.
fn tag(version: &Version) -> String {
    let digest = version.digest.trim_start_matches("sha-256=").trim_matches(':');
    format!("\"sha-256.{digest}\"")
}

/// A range counts for GET alone, for one range, and only while the content is the one that the reader has a part of.
fn wanted(request: &HttpRequest, etag: &str, size: u64) -> Result<Wanted, Failure> {
    // One that is no range is passed over; one that is longer than any is refused.
    headers::value(request, "Range")?;
    let held = headers::value(request, "If-Range")?.is_none_or(|v| v == etag);
    if request.method() != Method::GET || !held || request.headers().get_all("Range").count() != 1 {
        return Ok(Wanted::Whole);
    }
    Ok(match Ranges::parse(request) {
        Ok(Ranges::Bytes(some)) => match some.as_slice() {
            [one] => match one.to_satisfiable_range(size) {
                Some((from, to)) => Wanted::Part(from..to + 1),
                None => Wanted::Nothing,
            },
            // Several at once are answered with all, which is allowed and takes no more than the file itself.
            _ => Wanted::Whole,
        },
        _ => Wanted::Whole,
    })
}

/// The name of the file to be saved (RFC 6266, RFC 8187).
pub fn disposition(name: &str) -> String {
    format!("attachment; filename*=UTF-8''{}", headers::percent(&safe(name)))
}

/// Answers with a content.
///
/// # Errors
/// 416 for a range that is not there; those of the place where it is.
pub async fn serve(request: &HttpRequest, app: Data<App>, named: Named) -> Result<HttpResponse, Failure> {
    let Named { name, version } = named;
    let (etag, size) = (tag(&version), version.size_bytes.unsigned_abs());
    if headers::has_seen(request, &etag)? {
        return Ok(HttpResponse::NotModified().insert_header(("ETag", etag)).finish());
    }
    let wanted = wanted(request, &etag, size)?;
    let mut response = HttpResponse::build(match wanted {
        Wanted::Whole => StatusCode::OK,
        Wanted::Part(_) => StatusCode::PARTIAL_CONTENT,
        Wanted::Nothing => {
            let all = HeaderValue::from_str(&format!("bytes */{size}")).map_err(|e| Error::Internal(e.to_string()))?;
            return Err(Failure::Protocol(
                StatusCode::RANGE_NOT_SATISFIABLE,
                "range_not_satisfiable",
                Some((CONTENT_RANGE, all)),
            ));
        }
    });
    response
        .content_type(version.media_type.as_str())
        .insert_header(("ETag", etag))
        .insert_header(("Accept-Ranges", "bytes"))
        .insert_header(("Repr-Digest", version.digest.as_str()))
        .insert_header(("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'"))
        .insert_header(("Content-Disposition", disposition(&name)));
    let range = match wanted {
        Wanted::Part(range) => {
            response.insert_header((
                "Content-Range",
                format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1)),
            ));
            range
        }
        _ => 0..size,
    };
    if request.method() == Method::HEAD {
        // The length is told and nothing is read. `Content-Digest` would be that of no bytes.
        let nothing = futures_util::stream::empty::<Result<_, std::io::Error>>();
        return Ok(response.body(SizedStream::new(size, nothing)));
    }
    if range == (0..size) {
        response.insert_header(("Content-Digest", version.digest.as_str()));
    }
    let pieces = app.contents.read(version.content_id, range.clone()).await?;
    Ok(response.body(SizedStream::new(range.end.saturating_sub(range.start), pieces)))
}

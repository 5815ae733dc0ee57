//! What a file is, by its bytes. What the sender says is held against them: a picture that is a page, or a table that is a program, is
//! refused rather than handed on to whoever opens it.
use crate::http::body::unsupported;
use crate::http::problem::Failure;

/// So many bytes from the start of a file decide what it is.
pub const HEAD: usize = 64 << 10;
/// What nobody knows more of.
pub const UNKNOWN: &str = "application/octet-stream";

/// Several names of one type; the first is ours.
const ALIASES: [&[&str]; 8] = [
    &["application/xml", "text/xml"],
    &["image/jpeg", "image/jpg", "image/pjpeg"],
    &["application/zip", "application/x-zip-compressed", "application/x-zip"],
    &["application/gzip", "application/x-gzip"],
    &["audio/mpeg", "audio/mp3", "audio/x-mp3"],
    &["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"],
    &["application/rtf", "text/rtf"],
    &[
        "application/vnd.microsoft.portable-executable",
        "application/x-msdownload",
        "application/x-dosexec",
    ],
];

fn canonical(kind: &str) -> &str {
    ALIASES
        .iter()
        .find(|names| names.contains(&kind))
        .and_then(|names| names.first())
        .unwrap_or(&kind)
}

/// Whether it is text that lines can be told apart in.
pub fn is_text(kind: &str) -> bool {
    const PLAIN: [&str; 6] = [
        "application/json",
        "application/x-ndjson",
        "application/yaml",
        "application/javascript",
        "application/sql",
        "application/xml",
    ];
    kind.starts_with("text/") || kind.ends_with("+json") || kind.ends_with("+xml") || PLAIN.contains(&kind)
}

fn is_zipped(kind: &str) -> bool {
    let office = ["application/vnd.openxmlformats-", "application/vnd.oasis.opendocument."];
    office.iter().any(|start| kind.starts_with(start))
        || kind.ends_with("+zip")
        || kind.ends_with(".macroenabled.12")
        || kind == "application/java-archive"
}

/// The compound files of older office programs.
fn is_compound(kind: &str) -> bool {
    kind == "application/msword" || kind.starts_with("application/vnd.ms-") || kind == "application/x-ole-storage"
}

/// Whether there is no byte that no text has (WHATWG MIME Sniffing §3: "binary data byte").
fn looks_like_text(head: &[u8]) -> bool {
    let wide = head.starts_with(&[0xFE, 0xFF]) || head.starts_with(&[0xFF, 0xFE]);
    wide || !head.iter().any(|b| matches!(b, 0x00..=0x08 | 0x0B | 0x0E..=0x1A | 0x1C..=0x1F))
}

/// What the bytes say; none where they say nothing.
fn found(head: &[u8]) -> Option<&'static str> {
    let kind = canonical(infer::get(head)?.mime_type());
    // Some signatures are two letters that any text may begin with.
    let plain = is_text(kind) || matches!(kind, "application/pdf" | "application/postscript" | "application/rtf");
    (plain || !looks_like_text(head)).then_some(kind)
}

/// The type in a `Content-Type` header, without its parameters: none where it says nothing, an error where it can't be read.
fn declared(header: Option<&str>) -> Result<Option<String>, ()> {
    let kind = header
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let token = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b));
    match kind.split_once('/') {
        None if kind.is_empty() => Ok(None),
        Some((family, name)) if kind.len() <= 127 && token(family) && token(name) => {
            let kind = canonical(&kind);
            Ok((kind != UNKNOWN).then(|| kind.to_owned()))
        }
        _ => Err(()),
    }
}

/// What a file is: as it was declared where the bytes bear that out, as they say where nothing was declared, and
/// `application/octet-stream` where neither says anything. `header` is the request's `Content-Type`, `head` the file's first [`HEAD`] bytes.
///
/// # Errors
/// 415 `lying_type` where the bytes are something else than was declared.
pub fn of(header: Option<&str>, head: &[u8]) -> Result<String, Failure> {
    let lying = || {
        tracing::debug!(declared = header, found = found(head), "a file was refused for its type");
        match unsupported("accept", "*/*") {
            Failure::Protocol(status, _, _) => Failure::Protocol(status, "lying_type", None),
            other => other,
        }
    };
    let told = declared(header).map_err(|()| lying())?;
    let text = looks_like_text(head);
    let Some(told) = told else {
        return Ok(found(head)
            .unwrap_or(if text && !head.is_empty() { "text/plain" } else { UNKNOWN })
            .to_owned());
    };
    let recognisable = infer::is_mime_supported(&told) || is_text(&told);
    let fits = match found(head) {
        Some(found) if found == told => return Ok(told),
        Some("application/zip") => is_zipped(&told),
        // The bytes know better which of the two it is.
        Some(found) if is_zipped(found) && told == "application/zip" => return Ok(found.to_owned()),
        Some(found) if is_compound(found) => is_compound(&told),
        Some("application/xml") => told.ends_with("+xml") || matches!(told.as_str(), "text/plain" | "text/html"),
        // Source and notes may begin with a tag; a table or a picture may not.
        Some("text/html") => matches!(told.as_str(), "text/plain" | "text/markdown" | "application/xhtml+xml"),
        Some(found) if is_text(found) => text && is_text(&told),
        None if text => is_text(&told),
        _ => false,
    };
    match fits {
        true => Ok(told),
        false if recognisable => Err(lying()),
        // A type that we can't tell from others: kept as bytes that nobody opens by themselves.
        false => Ok(UNKNOWN.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01";
    const EXE: &[u8] = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0";

    #[test]
    fn what_the_bytes_bear_out_is_believed_and_the_rest_refused() {
        for (told, head, kept) in [
            ("image/png", PNG, Some("image/png")),
            ("", PNG, Some("image/png")),
            ("application/octet-stream", PNG, Some("image/png")),
            ("image/jpeg", PNG, None),
            // Attack 53.
            ("image/png", b"<html><script>alert(1)</script>", None),
            ("text/csv", b"<html><script>alert(1)</script>", None),
            ("text/csv", EXE, None),
            ("text/plain", EXE, None),
            ("application/pdf", b"not a PDF at all", None),
            ("application/pdf", b"%PDF-1.4\n/JS (app.alert(1))", Some("application/pdf")),
            ("text/csv; charset=utf-8", "نام,شهر\nعلی,یزد\n".as_bytes(), Some("text/csv")),
            ("", "نام,شهر\n".as_bytes(), Some("text/plain")),
            ("text/plain", b"BMW and MZ are letters", Some("text/plain")),
            ("text/markdown", b"<!-- note --> # Title", Some("text/markdown")),
            ("image/svg+xml", b"<?xml version=\"1.0\"?><svg/>", Some("image/svg+xml")),
            ("application/json", b"{\"a\": 1}", Some("application/json")),
            ("application/x-private", b"\x01\x02\x03", Some(UNKNOWN)),
            ("application/x-private", b"text", Some(UNKNOWN)),
            ("", b"\x01\x02\x03", Some(UNKNOWN)),
            ("", b"", Some(UNKNOWN)),
            ("text/plain", b"", Some("text/plain")),
            ("nonsense", b"text", None),
            ("text/a b", b"text", None),
        ] {
            let found = of(Some(told).filter(|t| !t.is_empty()), head).ok();
            assert_eq!(found.as_deref(), kept, "{told} with {:?}", String::from_utf8_lossy(head));
        }
    }
}

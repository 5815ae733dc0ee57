//! In which form and coding an answer goes out: what the client accepts decides (RFC 9110 §12.5), and nothing under sign-in is compressed,
//! since a length that follows from a secret and a guess tells of the secret.
use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use std::io::Write;

/// Below so many bytes an answer goes as it is: compressing would cost more than it saves.
const SMALL: usize = 1024;

/// A coding that we write, the one we like best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    Zstd,
    Brotli,
    Gzip,
}

impl Coding {
    const ALL: [Coding; 3] = [Coding::Zstd, Coding::Brotli, Coding::Gzip];

    const fn name(self) -> &'static str {
        match self {
            Coding::Zstd => "zstd",
            Coding::Brotli => "br",
            Coding::Gzip => "gzip",
        }
    }

    /// The coding that an `Accept-Encoding` header likes best; none where it likes the plain answer as much or better, or says nothing.
    pub fn accepted(header: Option<&str>) -> Option<Coding> {
        let header = header?;
        let weight = |name: &str| {
            weigh(header, |item| {
                if item.eq_ignore_ascii_case(name) {
                    2
                } else {
                    u8::from(item == "*")
                }
            })
        };
        let best = Coding::ALL
            .into_iter()
            .map(|c| (c, weight(c.name()).unwrap_or(0)))
            // The first of equals: `max_by_key` would take the last.
            .rev()
            .max_by_key(|(_, q)| *q)?;
        // A plain answer that was not named is as good as any other only where nothing else is.
        let plain = weigh(header, |item| u8::from(item.eq_ignore_ascii_case("identity"))).unwrap_or(0);
        (best.1 > 0 && best.1 >= plain).then_some(best.0)
    }

    /// The bytes in this coding, quickly rather than tightly: a page is worth a millisecond, not ten.
    fn encode(self, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
        match self {
            Coding::Zstd => zstd::bulk::compress(bytes, 1),
            Coding::Gzip => {
                let mut out = flate2::write::GzEncoder::new(Vec::with_capacity(bytes.len() / 4), flate2::Compression::fast());
                out.write_all(bytes)?;
                out.finish()
            }
            Coding::Brotli => {
                let mut out = brotli::CompressorWriter::new(Vec::with_capacity(bytes.len() / 4), 4096, 2, 20);
                out.write_all(bytes)?;
                Ok(out.into_inner())
            }
        }
    }
}

/// The weight, in thousandths, of the item of a header's list that fits best; none where none fits. `fit` says how well, 0 for not at all.
fn weigh(header: &str, fit: impl Fn(&str) -> u8) -> Option<u16> {
    let mut best: Option<(u8, u16)> = None;
    for part in header.split(',') {
        let mut parts = part.split(';').map(str::trim);
        let fits = fit(parts.next().unwrap_or_default());
        if fits == 0 || best.is_some_and(|(before, _)| before >= fits) {
            continue;
        }
        let q = parts
            .find_map(|p| p.strip_prefix("q=").or(p.strip_prefix("Q=")))
            .map_or(Some(1.0), |q| q.parse::<f32>().ok());
        // A weight that can't be read makes the item void.
        if let Some(q) = q.filter(|q| (0.0..=1.0).contains(q)) {
            best = Some((fits, (q * 1000.0) as u16));
        }
    }
    best.map(|(_, q)| q)
}

/// All values of a header, as one list.
pub fn listed(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let mut all = headers.get_all(name).filter_map(|v| v.to_str().ok());
    let mut list = all.next()?.to_owned();
    for more in all {
        list.push(',');
        list.push_str(more);
    }
    Some(list)
}

/// Whether an `Accept` header takes a media type; no header takes all.
pub fn accepts(header: Option<&str>, kind: &str) -> bool {
    let Some(header) = header.filter(|h| !h.trim().is_empty()) else {
        return true;
    };
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let family = kind.split('/').next().unwrap_or_default();
    let fit = |item: &str| match item.split_once('/') {
        _ if item.eq_ignore_ascii_case(kind) => 3,
        Some((f, "*")) if f.eq_ignore_ascii_case(family) => 2,
        Some(("*", "*")) => 1,
        _ => 0,
    };
    weigh(header, fit).is_some_and(|q| q > 0)
}

fn worth_it(kind: Option<&HeaderValue>) -> bool {
    let kind = kind.and_then(|k| k.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default();
    // An event must not wait in a compressor for the next one.
    kind != "text/event-stream"
        && (kind.starts_with("text/") || ["json", "yaml", "javascript", "xml", "ndjson"].iter().any(|t| kind.ends_with(t)))
}

/// Compresses a whole answer where that is asked for, allowed and worth it. Streams go as they are.
pub fn compress<B: MessageBody + 'static>(response: ServiceResponse<B>, coding: Option<Coding>) -> ServiceResponse<BoxBody> {
    let headers = response.headers();
    let fits = matches!(response.response().body().size(), BodySize::Sized(n) if n > SMALL as u64);
    let Some(coding) = coding.filter(|_| fits && !headers.contains_key("content-encoding") && worth_it(headers.get("content-type"))) else {
        return response.map_into_boxed_body();
    };
    let (request, response) = response.into_parts();
    let (mut head, body) = response.into_parts();
    let body = match body.try_into_bytes() {
        Ok(bytes) => match coding.encode(&bytes) {
            Ok(packed) if packed.len() < bytes.len() => {
                head.headers_mut()
                    .insert(actix_web::http::header::CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
                BoxBody::new(packed)
            }
            _ => BoxBody::new(bytes),
        },
        Err(body) => BoxBody::new(body),
    };
    let response: HttpResponse<BoxBody> = head.set_body(body);
    ServiceResponse::new(request, response)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
    use super::*;
    use std::io::Read;

    #[test]
    fn the_best_liked_coding_is_chosen() {
        for (header, coding) in [
            ("gzip", Some(Coding::Gzip)),
            ("gzip, br", Some(Coding::Brotli)),
            ("gzip, deflate, br, zstd", Some(Coding::Zstd)),
            ("gzip;q=0.9, zstd;q=0.2", Some(Coding::Gzip)),
            ("*", Some(Coding::Zstd)),
            ("zstd;q=0, *;q=0.5", Some(Coding::Brotli)),
            ("gzip;q=0", None),
            ("identity, gzip;q=0.5", None),
            ("identity;q=0.5, gzip", Some(Coding::Gzip)),
            ("GZIP;Q=1", Some(Coding::Gzip)),
            ("gzip;q=much", None),
            ("deflate", None),
            ("", None),
        ] {
            assert_eq!(Coding::accepted(Some(header)), coding, "{header}");
        }
        assert_eq!(Coding::accepted(None), None);
    }

    #[test]
    fn what_is_compressed_comes_back_whole() {
        let text = "پیوند ".repeat(1000).into_bytes();
        for coding in Coding::ALL {
            let packed = coding.encode(&text).unwrap();
            assert!(packed.len() < text.len() / 10, "{coding:?}: {}", packed.len());
            let mut back = Vec::new();
            match coding {
                Coding::Zstd => back = zstd::bulk::decompress(&packed, text.len()).unwrap(),
                Coding::Gzip => drop(flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut back).unwrap()),
                Coding::Brotli => drop(brotli::Decompressor::new(&packed[..], 4096).read_to_end(&mut back).unwrap()),
            }
            assert_eq!(back, text, "{coding:?}");
        }
    }

    #[test]
    fn the_nearest_range_decides_what_is_accepted() {
        for (header, fits) in [
            ("application/json", true),
            ("application/*;q=0.1", true),
            ("text/html, */*;q=0.8", true),
            ("text/csv", false),
            ("application/json;q=0, */*", false),
            ("application/json; charset=utf-8", true),
            ("nonsense", false),
            ("", true),
        ] {
            assert_eq!(accepts(Some(header), "application/json; charset=utf-8"), fits, "{header}");
        }
        assert!(accepts(None, "text/csv"));
    }
}

//! Problems (RFC 9457): the one table from what went wrong to status, code and texts in English and Persian.
use super::sentence::sentence;
use super::texts::title;
use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use domain::core::error::Error;
use domain::core::problem::{Code, Problems, Violation};
use domain::customers::duplicate::DuplicateMatch;
use serde::Serialize;
use std::borrow::Cow;
use std::fmt;
use utoipa::ToSchema;

/// Where the problem types are explained.
const TYPES: &str = "https://peyvand.example/problems/";

/// The languages that texts come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    En,
    Fa,
}
impl Lang {
    /// The language of an `Accept-Language` header: the first of ours by its weight, else English.
    pub fn accepted(header: Option<&str>) -> Lang {
        let weigh = |part: &str| {
            let (tag, q) = part.split_once(";q=").unwrap_or((part, "1"));
            let lang = match tag.trim().split('-').next() {
                Some("fa") => Lang::Fa,
                Some("en" | "*") => Lang::En,
                _ => return None,
            };
            q.trim().parse::<f32>().ok().map(|q| (lang, q))
        };
        let mut best = (Lang::En, 0.0);
        for (lang, q) in header.unwrap_or_default().split(',').filter_map(weigh) {
            if q > best.1 {
                best = (lang, q);
            }
        }
        best.0
    }
    pub const fn as_str(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Fa => "fa",
        }
    }
}

/// What is answered when something is wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Names the kind of problem; a page about it.
    #[serde(rename = "type")]
    #[schema(format = "uri", max_length = 200, example = "https://peyvand.example/problems/invalid")]
    pub kind: String,
    /// What it is, in the language asked for.
    #[schema(max_length = 200, example = "The request says something wrong")]
    pub title: Cow<'static, str>,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599, example = 422)]
    pub status: u16,
    /// What to do about it, in the language asked for.
    #[schema(max_length = 1000)]
    pub detail: Option<String>,
    /// The request, as support can find it.
    #[schema(
        format = "uri-reference",
        max_length = 200,
        example = "/requests/0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20"
    )]
    pub instance: String,
    /// The same as `code`, under the name that OAuth2 gives it (RFC 6749 §5.2); only from `/oauth`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 50)]
    pub error: Option<&'static str>,
    /// For programs: the same in every language, and for ever.
    #[schema(max_length = 50, example = "invalid")]
    pub code: &'static str,
    /// Each thing wrong, with its place.
    #[schema(max_items = 100)]
    pub errors: Vec<ProblemError>,
    /// With the code `duplicate`: the customers that have the same national id, legal id, email address or mobile number, as far as you may
    /// see them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 20)]
    pub matches: Option<Vec<DuplicateMatch>>,
}

/// One thing wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemError {
    /// A JSON pointer (RFC 6901) into the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500, example = "/contact_points/0/value")]
    pub pointer: Option<String>,
    /// The query parameter or header.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub parameter: Option<&'static str>,
    /// What is wrong with it.
    #[schema(max_length = 50, example = "format")]
    pub code: &'static str,
    /// The same in words, in the language asked for.
    #[schema(max_length = 1000)]
    pub detail: String,
}

/// Something went wrong on the way of a request. It becomes a [`Problem`] at the edge, where the language and the request's id are known.
#[derive(Debug)]
pub enum Failure {
    /// A rule or storage said no.
    Domain(Error),
    /// Not signed in, or no longer.
    Unauthorized,
    /// What OAuth2 calls an error (RFC 6749 §5.2).
    OAuth(&'static str),
    /// A named refusal of the protocol: its status, its code and the header that goes with it.
    Protocol(StatusCode, &'static str, Option<(HeaderName, HeaderValue)>),
    /// The body does not parse, or names a member twice; its code and where.
    Body(&'static str, String),
    /// A query parameter or header is wrong, or unknown; its name, and the code.
    Parameter(String, &'static str),
    /// Records that keep it from being done (409): the code of the whole, and each record's address with the code of why.
    Blocked(&'static str, Vec<(String, &'static str)>),
}
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Domain(error)
    }
}
impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Failure::Domain(Error::Invalid(problems))
    }
}
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl Failure {
    /// Status and code.
    fn kind(&self) -> (u16, &'static str) {
        match self {
            Failure::Unauthorized => (401, "unauthorized"),
            Failure::OAuth("invalid_client") => (401, "invalid_client"),
            Failure::OAuth(error) => (400, error),
            Failure::Protocol(status, code, _) => (status.as_u16(), code),
            Failure::Body(code, _) => (400, code),
            Failure::Parameter(_, code) => (400, code),
            Failure::Blocked(code, _) => (409, code),
            Failure::Domain(error) => match error {
                Error::NotFound => (404, "not_found"),
                Error::Forbidden(_) => (403, "forbidden"),
                Error::Invalid(p) if p.0.iter().any(|v| v.code == Code::Taken) => (409, "taken"),
                Error::Invalid(p) if p.0.iter().any(|v| v.code == Code::Unmet) => (409, "criteria_unmet"),
                Error::Invalid(_) => (422, "invalid"),
                Error::Query(_) => (400, "invalid_query"),
                Error::Stale(_) => (412, "stale"),
                Error::Precondition => (412, "precondition_failed"),
                Error::Conflict(code) => (409, code),
                Error::Taken(_) => (409, "taken"),
                Error::Duplicate(_) => (409, "duplicate"),
                Error::KeyReused => (422, "idempotency_key_reused"),
                Error::KeyInFlight => (409, "idempotency_in_flight"),
                Error::Cursor => (400, "cursor_mismatch"),
                Error::Expired => (410, "cursor_expired"),
                Error::Unavailable(code) => (503, code),
                Error::Internal(_) => (500, "internal"),
            },
        }
    }

    fn errors(&self, lang: Lang) -> Vec<ProblemError> {
        let one = |v: &Violation, parameter: Option<&'static str>| ProblemError {
            pointer: parameter.map_or(Some(v.pointer.clone()), |_| None),
            parameter,
            code: v.code.as_str(),
            detail: sentence(v, lang),
        };
        match self {
            Failure::Domain(Error::Invalid(p)) => p.0.iter().map(|v| one(v, None)).collect(),
            Failure::Domain(Error::Query(all)) => {
                let some = all.iter().flat_map(|(name, p)| p.0.iter().map(|v| one(v, Some(*name))));
                some.take(Problems::MAX).collect()
            }
            Failure::Domain(Error::Taken(field)) => {
                let v = Violation {
                    pointer: format!("/{field}"),
                    code: Code::Taken,
                    params: Vec::new(),
                };
                vec![one(&v, None)]
            }
            Failure::Blocked(_, records) => {
                let blocked = |(record, code): &(String, &'static str)| ProblemError {
                    pointer: Some(record.clone()),
                    parameter: None,
                    code,
                    detail: title(code, 409, lang).to_owned(),
                };
                records.iter().take(Problems::MAX).map(blocked).collect()
            }
            _ => Vec::new(),
        }
    }

    fn detail(&self, lang: Lang) -> Option<String> {
        match self {
            Failure::Domain(Error::Forbidden(permission)) => Some(match lang {
                Lang::En => format!("This needs the permission {permission}. Ask an administrator for it."),
                Lang::Fa => format!("این کار مجوز {permission} می‌خواهد. آن را از مدیر بخواهید."),
            }),
            Failure::Domain(Error::Duplicate(_)) => Some(match lang {
                Lang::En => "Change one of the matches, or send Skip-Duplicate-Check: true to write it all the same.".to_owned(),
                Lang::Fa => "یکی از همتاها را دگرگون کنید، یا با Skip-Duplicate-Check: true باز هم آن را بنویسید.".to_owned(),
            }),
            Failure::Domain(Error::Expired) => Some(match lang {
                Lang::En => "Take a fresh cursor with after=now, then read the lists, and go on from the cursor.".to_owned(),
                Lang::Fa => "با after=now نشانگر تازه بگیرید، سپس فهرست‌ها را بخوانید و از آن نشانگر ادامه دهید.".to_owned(),
            }),
            Failure::Parameter(name, _) => Some(match lang {
                Lang::En => format!("It is about '{name}'."),
                Lang::Fa => format!("دربارهٔ «{name}» است."),
            }),
            Failure::Body(_, place) => Some(place.clone()),
            _ => None,
        }
    }

    /// The answer, in a language, for a request.
    pub fn render(&self, lang: Lang, request: &str) -> Problem {
        let (status, code) = self.kind();
        let title = title(code, status, lang);
        let kind = match code {
            "rate_limited" => "https://iana.org/assignments/http-problem-types#quota-exceeded".to_owned(),
            "overloaded" => "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity".to_owned(),
            _ => format!("{TYPES}{code}"),
        };
        Problem {
            kind,
            title: title.into(),
            status,
            detail: self.detail(lang),
            instance: format!("/requests/{request}"),
            error: matches!(self, Failure::OAuth(_)).then_some(code),
            code,
            errors: self.errors(lang),
            matches: match self {
                Failure::Domain(Error::Duplicate(matches)) => Some(matches.clone()),
                _ => None,
            },
        }
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.kind().0).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
    fn error_response(&self) -> HttpResponse<BoxBody> {
        // The edge writes the body; the headers that belong to the status are set here.
        let mut response = HttpResponse::build(self.status_code());
        match self {
            Failure::Unauthorized => {
                response.insert_header(("WWW-Authenticate", "Bearer error=\"invalid_token\""));
            }
            Failure::OAuth("invalid_client") => {
                response.insert_header(("WWW-Authenticate", "Basic realm=\"peyvand\""));
            }
            Failure::Protocol(_, _, Some((name, value))) => {
                response.insert_header((name.clone(), value.clone()));
            }
            Failure::Domain(Error::Stale(version)) => {
                response.insert_header(("ETag", format!("\"{version}\"")));
            }
            Failure::Domain(Error::Expired) => {
                response.insert_header(("Link", "</api/v1/changes?after=now>; rel=\"start\""));
            }
            Failure::Domain(Error::KeyInFlight | Error::Unavailable(_)) => {
                response.insert_header(("Retry-After", "1"));
            }
            _ => {}
        }
        response.finish()
    }
}

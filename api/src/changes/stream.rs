//! A log as a stream: server-sent events for as long as the session lives, or lines of JSON until there is no more.
use super::followers::{Mark, Permit};
use crate::access;
use crate::http::app::App;
use crate::http::caller::{Callers, SignedIn, credential};
use crate::http::edge::client_ip;
use crate::http::problem::Failure;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use persistence::core::place::{self, Place};
use serde_json::json;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::Instant;

/// How often a silent stream says that it lives. It tells the cursor too, which moves on also past what the follower may not see.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often a silent stream asks whether its follower is still signed in, at least.
const ASK: Duration = Duration::from_secs(4);

/// Who waits: their credential, looked at again for as long as they wait.
#[derive(Debug)]
pub struct Waiting {
    token: String,
    ip: IpAddr,
}

impl Waiting {
    pub fn of(request: &HttpRequest) -> Waiting {
        Waiting {
            token: credential(request).unwrap_or_default().to_owned(),
            ip: client_ip(request),
        }
    }

    /// Looks again who waits: what they may see now decides, and whether they may wait at all.
    ///
    /// # Errors
    /// 401 when they are no longer signed in.
    pub async fn again(&self, app: &Data<App>) -> Result<SignedIn, Failure> {
        if let Some(caller) = app.callers.known(&self.token, app.now(), app.db.access()) {
            return Ok(SignedIn(caller));
        }
        access::authenticate::caller(app, self.token.clone(), self.ip).await.map(SignedIn)
    }

    /// How long they may wait before they are looked at again: until what is known of them is too old to be believed, so that an end of
    /// their session on another node ends the wait as soon as it would refuse a request.
    pub fn pause(app: &App, signed: &SignedIn) -> Duration {
        ASK.min(Callers::believed(&signed.0, app.now()) + Duration::from_millis(1))
    }
}

/// In what form the feed is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Json,
    Lines,
    Events,
}

impl Form {
    /// The first form of the `Accept` header that we can write; JSON where there is none.
    pub fn accepted(request: &HttpRequest) -> Result<Form, Failure> {
        let mut kinds = Vec::new();
        for value in request.headers().get_all("Accept") {
            kinds.extend(
                value
                    .to_str()
                    .unwrap_or_default()
                    .split(',')
                    .map(|k| k.split(';').next().unwrap_or_default().trim()),
            );
        }
        let form = kinds.iter().find_map(|kind| match kind.to_ascii_lowercase().as_str() {
            "application/json" | "application/*" | "*/*" => Some(Form::Json),
            "application/x-ndjson" => Some(Form::Lines),
            "text/event-stream" | "text/*" => Some(Form::Events),
            _ => None,
        });
        match form {
            Some(form) => Ok(form),
            None if kinds.is_empty() => Ok(Form::Json),
            None => Err(Failure::Protocol(StatusCode::NOT_ACCEPTABLE, "not_acceptable", None)),
        }
    }
}

/// Where a follower begins, and what its cursors are sealed with.
pub struct Start {
    pub place: Place,
    pub epoch: String,
    pub rights: String,
}

/// A part of a log, as one follower may see it.
#[derive(Debug)]
pub struct Part {
    /// Each as JSON, with the place behind it.
    pub entries: Vec<(Place, String)>,
    /// Where the next part begins.
    pub next: Place,
    /// Whether that is, for now, the end.
    pub end: bool,
}

/// A part that is on its way.
pub type Reading<'a> = Pin<Box<dyn Future<Output = Result<Part>> + 'a>>;

/// What is followed.
pub trait Log {
    fn app(&self) -> &Data<App>;
    /// What its entries are called as events.
    fn event(&self) -> &'static str;
    /// Its kind, for cursors.
    fn log(&self) -> &'static place::Log;
    /// Its newest place.
    fn end(&self) -> fn(&Mark) -> Place;
    /// What of the follower's rights decides which entries they see; where it changes, the stream can't go on.
    fn rights(&self, actor: &Actor) -> String;
    /// What stands behind a place, as the follower may see it now.
    fn read<'a>(&'a self, signed: &'a SignedIn, after: Place) -> Reading<'a>;
}

/// A stream on its way.
struct Follow {
    log: Box<dyn Log>,
    signed: SignedIn,
    waiting: Waiting,
    start: Start,
    form: Form,
    wait: Duration,
    /// The newest place that is known to have been read to.
    known: Place,
    told: Instant,
    done: bool,
    /// Held for as long as the stream is.
    _permit: Permit,
}

/// The answer that goes on.
pub fn answer(
    request: &HttpRequest,
    log: Box<dyn Log>,
    signed: SignedIn,
    start: Start,
    form: Form,
    wait: Duration,
    permit: Permit,
) -> HttpResponse {
    let follow = Follow {
        log,
        signed,
        waiting: Waiting::of(request),
        known: start.place,
        start,
        form,
        wait,
        told: Instant::now(),
        done: false,
        _permit: permit,
    };
    let kind = match form {
        Form::Events => "text/event-stream",
        Form::Json | Form::Lines => "application/x-ndjson",
    };
    let parts = futures_util::stream::unfold(follow, |mut follow| async move {
        match follow.next().await {
            Ok(Some(part)) => Some((Ok(part), follow)),
            Ok(None) => None,
            Err(error) => {
                // The answer has begun: all that is left is to cut it off, so that nobody takes it for whole.
                tracing::warn!(%error, "a stream ended early");
                follow.done = true;
                Some((Err(actix_web::error::ErrorInternalServerError("the stream ended early")), follow))
            }
        }
    });
    // A proxy that gathers what it passes on would keep events back.
    HttpResponse::Ok()
        .content_type(kind)
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(Box::pin(parts))
}

impl Follow {
    /// The next part of the answer; none at its end.
    async fn next(&mut self) -> Result<Option<Bytes>> {
        // What opens the stream shows the client that it stands, and where.
        let mut fresh = true;
        let until = Instant::now() + self.wait;
        loop {
            let app = self.log.app().clone();
            if self.done || app.draining.load(Ordering::Relaxed) || !self.still_signed_in().await {
                return Ok(None);
            }
            if self.log.rights(&self.signed.0.actor) != self.start.rights {
                self.done = true;
                return match self.form {
                    Form::Events => Ok(Some(Bytes::from_static(b"event: expired\ndata: {\"code\":\"cursor_expired\"}\n\n"))),
                    Form::Json | Form::Lines => Err(Error::Expired),
                };
            }
            if fresh {
                let page = self.log.read(&self.signed, self.start.place).await?;
                self.start.place = page.next;
                self.known = self.known.max(page.next);
                fresh = !page.end;
                if !page.entries.is_empty() {
                    self.told = Instant::now();
                    return self.write(&page).map(Some);
                }
                if self.form == Form::Lines && page.end && self.wait.is_zero() {
                    self.done = true;
                    return self.write(&page).map(Some);
                }
                if !fresh || self.told.elapsed() < HEARTBEAT {
                    continue;
                }
            }
            let now = Instant::now();
            if self.form == Form::Lines && now >= until {
                self.done = true;
                return self.write(&self.nothing()).map(Some);
            }
            if self.told.elapsed() >= HEARTBEAT {
                self.told = now;
                return self.beat().map(Some);
            }
            let mut most = Waiting::pause(&app, &self.signed).min(HEARTBEAT.saturating_sub(self.told.elapsed()));
            if self.form == Form::Lines {
                most = most.min(until.saturating_duration_since(now));
            }
            if let Some(newest) = app.followers.beyond(&app, self.log.end(), self.known, most).await {
                self.known = newest.max(self.known);
                fresh = true;
            }
        }
    }

    async fn still_signed_in(&mut self) -> bool {
        match self.waiting.again(self.log.app()).await {
            Ok(signed) => {
                self.signed = signed;
                true
            }
            Err(_) => false,
        }
    }

    fn nothing(&self) -> Part {
        Part {
            entries: Vec::new(),
            next: self.start.place,
            end: true,
        }
    }

    fn cursor(&self, place: Place) -> Result<String> {
        let secret = &self.log.app().secret;
        let (log, start) = (self.log.log(), &self.start);
        place::seal(log, place, &start.epoch, &start.rights, &self.signed.0.actor, secret)
    }

    fn write(&self, page: &Part) -> Result<Bytes> {
        let mut out = String::with_capacity(512 * (page.entries.len() + 1));
        for (place, entry) in &page.entries {
            match self.form {
                Form::Events => out += &format!("id: {}\nevent: {}\ndata: {entry}\n\n", self.cursor(*place)?, self.log.event()),
                Form::Json | Form::Lines => {
                    out += entry;
                    out.push('\n');
                }
            }
        }
        if self.form != Form::Events {
            out += &json!({"next": self.cursor(page.next)?, "end_of_stream": page.end}).to_string();
            out.push('\n');
        }
        Ok(out.into())
    }

    fn beat(&self) -> Result<Bytes> {
        match self.form {
            // An id without data is no event, but moves the last event's id on.
            Form::Events => Ok(format!(": heartbeat\nid: {}\n\n", self.cursor(self.start.place)?).into()),
            // An empty line is no record.
            Form::Json | Form::Lines => Ok(Bytes::from_static(b"\n")),
        }
    }
}

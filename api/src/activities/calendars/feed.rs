//! Reading a feed: by the secret in its address alone, and with the rights that its user has at that moment.
use super::SECRET;
use super::ics::{self, Shown};
use crate::access::secret::{Digest, is_opaque};
use crate::http::app::App;
use crate::http::crud::id;
use crate::http::headers;
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::reading::weak;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::TimeDelta;
use domain::activities::calendar::Calendar;
use domain::core::actor::Via;
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::instant::Instant;
use persistence::access::actor;
use persistence::activities::calendar as kept;
use persistence::core::conn::Conn;
use persistence::customers::names::names;
use uuid::Uuid;

/// How exactly it is known when a feed was last read: it is not worth a write for each request.
const USED_EVERY: TimeDelta = TimeDelta::minutes(1);
/// How far back appointments are shown.
const BACK: TimeDelta = TimeDelta::days(90);
/// Tasks, and appointments, that are shown at most.
const MOST: i64 = 1_000;

/// In what form it is asked for.
#[derive(Debug, Clone, Copy)]
struct Form {
    todo: bool,
    jalali: bool,
}

impl Form {
    fn read(query: &Query) -> Result<Form, Failure> {
        let of = |name, plain: &'static str, other: &'static str| {
            let read = |text: &str| match text {
                text if text == plain => Some(false),
                text if text == other => Some(true),
                _ => None,
            };
            query.parsed(name, read).map(Option::unwrap_or_default)
        };
        Ok(Form {
            todo: of("tasks", "vevent", "vtodo")?,
            jalali: of("calendar", "gregorian", "jalali")?,
        })
    }
}

/// The feed as text. Whatever keeps it from being read is the same 404: who guesses learns nothing.
fn text(conn: &mut Conn, id: Uuid, secret: &Digest, form: Form, now: Instant) -> Result<(Calendar, String)> {
    let (calendar, hash) = kept::with_secret(conn, id)?.ok_or(Error::NotFound)?;
    if !Digest::from_bytes(&hash).is_some_and(|stored| secret.same(&stored)) {
        return Err(Error::NotFound);
    }
    let user = calendar.user_id.ok_or(Error::NotFound)?.uuid();
    let account = actor::load(conn, user, Via::Link(id), now)?.filter(|account| account.active);
    let account = account.ok_or(Error::NotFound)?;
    let actor = &account.actor;
    actor.sight("calendars", "read").ok_or(Error::NotFound)?;
    let tasks = kept::tasks(conn, actor, MOST)?;
    let appointments = kept::appointments(conn, actor, now.after(-BACK), MOST)?;
    let customers = tasks.iter().filter_map(|task| task.customer_id).map(Id::uuid);
    let parties = appointments.iter().flat_map(|a| a.parties()).map(Id::uuid);
    let called = names(conn, actor, customers.chain(parties).collect())?;
    let shown = Shown {
        calendar: &calendar,
        tasks: &tasks,
        appointments: &appointments,
        names: &called,
        todo: form.todo,
        jalali: form.jalali,
        persian: account.locale == "fa",
        now,
    };
    let text = ics::write(&shown);
    Ok((calendar, text))
}

/// See [`super::routes`].
pub async fn show(request: HttpRequest, app: Data<App>, path: Path<(String, String)>) -> Result<HttpResponse, Failure> {
    let form = Form::read(&Query::read(&request, &["tasks", "calendar"])?)?;
    let id = id(&path.0)?;
    let secret = path
        .1
        .strip_suffix(".ics")
        .filter(|secret| is_opaque(SECRET, secret))
        .ok_or(Error::NotFound)?;
    let (secret, now) = (Digest::of(secret), app.now());
    let (calendar, body) = app.db.read(move |conn| text(conn, id, &secret, form, now)).await?;
    note_use(&app, &calendar, now);
    let etag = weak(body.as_bytes());
    let seen = headers::has_seen(&request, &etag)?;
    let mut response = if seen { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    // For the program that subscribed alone, which asks each time whether it still may.
    response
        .insert_header(("ETag", etag))
        .insert_header(("Cache-Control", "private, no-cache"));
    if seen {
        return Ok(response.finish());
    }
    Ok(response
        .content_type("text/calendar; charset=utf-8")
        .insert_header(("Content-Disposition", "attachment; filename=\"peyvand.ics\""))
        .body(body))
}

/// Notes that it was read, after the answer and at most once a minute.
fn note_use(app: &Data<App>, calendar: &Calendar, now: Instant) {
    let since = now.after(-USED_EVERY);
    if calendar.last_used_at.is_some_and(|at| at >= since) {
        return;
    }
    let (app, id) = (app.clone(), calendar.base.id.uuid());
    actix_web::rt::spawn(async move {
        if let Err(error) = app.db.write(move |conn| kept::used(conn, id, now, since)).await {
            tracing::warn!(%error, "a feed's use was not noted");
        }
    });
}

//! Addresses that are mailed to users, by which they choose a password: after one that was forgotten, and first of all. Jobs mail them.
//! The secret is minted when the mail is sent and stands in the mail alone; kept is its digest ([`persistence::access::link`]).
use super::lockout::{Account, ONE_TIME_LIFETIME};
use super::secret::{Digest, Secret, is_opaque, opaque};
use crate::http::app::App;
use crate::jobs::{self, JobContext, JobKind, Outcome, Run};
use chrono::TimeDelta;
use domain::access::letters;
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use persistence::access::credential::{self, Claimant};
use persistence::access::link::{self, Link};
use persistence::core::conn::Conn;
use persistence::core::jobs::{Enqueued, Job};
use serde_json::{Value, json};
use uuid::Uuid;

/// How each secret of a link begins.
pub const PREFIX: &str = "pvl_";
/// What links are good for: for a password that was forgotten, and for the first of all.
const RESET: &str = "reset";
const INVITATION: &str = "invitation";
/// All that a password may be chosen by.
pub const PURPOSES: &[&str] = &[RESET, INVITATION];
/// How long an invitation is good. The letter says so, too.
pub const INVITATION_LIFETIME: TimeDelta = TimeDelta::days(7);
/// How many links for a forgotten password one user has open at most. What is asked for beyond that sends nothing: nobody's mailbox is
/// flooded, and nobody's link is made worthless by a stranger who asks for another.
const MOST_OPEN: i64 = 3;

/// The kinds of this file.
pub const KINDS: [&dyn JobKind; 2] = [&MailPasswordReset, &MailInvitation];

/// The digest to look up by, or `None` for text that never was a link's secret.
pub fn parse(text: &str) -> Option<Digest> {
    is_opaque(PREFIX, text).then(|| Digest::of(text))
}

/// Where a secret is shown: a page of the web application. The secret stands behind the `#`, which browsers send to no server, so that
/// it gets into no log and no `Referer`.
fn address(app: &App, secret: &Secret) -> String {
    format!("{}/set-password#token={}", app.app_url, secret.expose())
}

/// How the keys of an account's jobs begin. Operators see them.
fn account(login: &str) -> String {
    format!("{}:", Account::named(login))
}

/// Has a link mailed to whoever signs in with an address, in the caller's transaction; to nobody, if there is no such user. Which of both
/// it is turns out in the job: who asked can't tell.
///
/// # Errors
/// Those of the database.
pub fn ask_for_reset(conn: &mut Conn, login: &str, origin: Uuid, now: Instant) -> Result<Enqueued> {
    // Each request is a job of its own, though one were enough: to find that there is one already takes less time, and would tell.
    let key = format!("{}{origin}", account(login));
    jobs::enqueue(conn, MailPasswordReset.kind(), key, json!({"email": login}), None, origin, now)
}

/// Has an invitation mailed to a user, in the caller's transaction.
///
/// # Errors
/// Those of the database.
pub fn invite(conn: &mut Conn, user: Uuid, by: Uuid, origin: Uuid, now: Instant) -> Result<Enqueued> {
    jobs::enqueue(
        conn,
        MailInvitation.kind(),
        user.to_string(),
        json!({"user_id": user}),
        Some(by),
        origin,
        now,
    )
}

/// Mints a secret for the link of this job, if `whom` finds a user for it.
async fn mint<F>(job: &JobContext, purpose: &'static str, lifetime: TimeDelta, whom: F) -> Result<Option<(Claimant, Secret)>>
where
    F: FnOnce(&mut Conn) -> Result<Option<Claimant>> + Send + 'static,
{
    let secret = opaque(PREFIX, &mut rand::rng());
    let (id, hash, now) = (job.job.claim.id, *secret.digest().as_bytes(), job.app.now());
    let found = job.write(move |conn| {
        let Some(user) = whom(conn)? else { return Ok(None) };
        let link = Link {
            id,
            purpose,
            subject_id: user.credential.user_id,
            address: None,
            hash,
            issued_at: now,
            expires_at: now.after(lifetime),
        };
        link::keep(conn, &link)?;
        Ok(Some(user))
    });
    Ok(found.await?.map(|user| (user, secret)))
}

/// A member of a job's payload.
fn member<'a>(job: &'a JobContext, name: &str) -> Result<&'a str> {
    let text = job.job.payload.get(name).and_then(Value::as_str);
    text.ok_or_else(|| Error::Internal(format!("a job of kind {} has no {name}", job.job.kind)))
}

/// Mails a link to someone who forgot their password.
struct MailPasswordReset;
impl JobKind for MailPasswordReset {
    fn kind(&self) -> &'static str {
        "mail_password_reset"
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(async {
            let (login, id, now) = (member(job, "email")?.to_owned(), job.job.claim.id, job.app.now());
            let whom = move |conn: &mut Conn| match credential::by_email(conn, &login)?.filter(|user| user.active) {
                Some(user) if link::open_for(conn, RESET, user.credential.user_id, id, now)? < MOST_OPEN => Ok(Some(user)),
                _ => Ok(None),
            };
            let Some((user, secret)) = mint(job, RESET, ONE_TIME_LIFETIME, whom).await? else {
                return Ok(Outcome::Done(Value::Null));
            };
            let letter = letters::password_reset(user.reader(), address(&job.app, &secret));
            // Each attempt mints another secret, so each is another mail.
            job.app.mailer.send(letter.outgoing()?, Uuid::now_v7()).await
        })
    }
    /// Anybody can ask for this, so one parked job has to do for each user.
    fn parked(&self, conn: &mut Conn, job: &Job, _error: &str, _now: Instant) -> Result<()> {
        let login = job.payload.get("email").and_then(Value::as_str).unwrap_or_default();
        persistence::core::jobs::supersede(conn, self.kind(), &account(login), job.claim.id)
    }
}

/// Mails an invitation to someone who has no password yet.
struct MailInvitation;
impl JobKind for MailInvitation {
    fn kind(&self) -> &'static str {
        "mail_invitation"
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(async {
            let user = member(job, "user_id")?
                .parse()
                .map_err(|_| Error::Internal("no id of a user".to_owned()))?;
            let whom = move |conn: &mut Conn| {
                let found = credential::by_id(conn, user)?;
                Ok(found.filter(|user| user.active && user.credential.password_hash.is_none()))
            };
            let Some((user, secret)) = mint(job, INVITATION, INVITATION_LIFETIME, whom).await? else {
                return Ok(Outcome::Done(Value::Null));
            };
            let by = match job.job.created_by {
                Some(by) => job.app.db.read(move |conn| credential::by_id(conn, by)).await?,
                None => None,
            };
            let by = by.as_ref().map(|user| user.name.as_str());
            let letter = letters::invitation(user.reader(), by, address(&job.app, &secret));
            job.app.mailer.send(letter.outgoing()?, Uuid::now_v7()).await
        })
    }
}

//! Mail that goes out: one door for all who write to people. What needs no secret is put in the post with [`post`], in the transaction of
//! what it tells of, and a job sends it. A mail that carries a secret is made by a job of its own, which mints the secret when it sends and
//! hands the mail to the [`Mailer`]: so no table ever holds it.
pub mod mailer;

use crate::jobs::{self, JobContext, JobKind, Run};
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use domain::mail::Outgoing;
pub use mailer::Mailer;
use persistence::core::conn::Conn;
use persistence::core::jobs::Enqueued;
use uuid::Uuid;

/// The kinds of this file.
pub const KINDS: [&dyn JobKind; 1] = [&SendMail];

/// Puts a mail in the post, in the caller's transaction. Call `wake` of the app's jobs after the commit. `by` is on whose behalf; none for
/// the server itself.
///
/// # Errors
/// Those of the database.
pub fn post(conn: &mut Conn, mail: &Outgoing, by: Option<Uuid>, origin: Uuid, now: Instant) -> Result<Enqueued> {
    let payload = serde_json::to_value(mail).map_err(|e| Error::Internal(e.to_string()))?;
    // Each mail is work of its own: its key is its own, too.
    jobs::enqueue(conn, SendMail.kind(), Uuid::now_v7().to_string(), payload, by, origin, now)
}

/// Sends one mail.
struct SendMail;
impl JobKind for SendMail {
    fn kind(&self) -> &'static str {
        "send_mail"
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(async {
            let mail: Outgoing = serde_json::from_value(job.job.payload.clone()).map_err(|e| Error::Internal(e.to_string()))?;
            // The same id each time: where an acknowledgement was lost, the receiver can tell that it has this one.
            job.app.mailer.send(mail, job.job.claim.id).await
        })
    }
}

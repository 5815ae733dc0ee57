//! Inviting a user who has no password yet: a link by which they choose one is mailed to them.
use super::links;
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, idempotency_key, path_id};
use crate::http::crud::{Record, id};
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::writing::Writing;
use actix_web::web::{self, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use domain::access::user::User;
use domain::core::error::Error;
use domain::core::pipeline::{self, Expect};
use domain::core::resource::Resource;
use domain::core::schema::{Face, example};
use persistence::access::credential;
use persistence::core::object::Of;
use utoipa_actix_web::service_config::ServiceConfig;

const USERS: Record = &Of::<User>::NEW;

/// Invites: a change of the user like any other, so that sight, permission and the rule that nobody reaches above themselves hold as they
/// do for a PATCH. The mail is put in the post with it.
async fn invite(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("users", "update")?;
    Query::read(&request, &[])?;
    let id = id(&path)?;
    let state = app.clone();
    let answer = Writing::new(&request, app, signed, &[])?
        .run(USERS, move |conn, context| {
            let (mut active, now) = (false, context.now());
            let done = pipeline::change::<User>(conn, context, id, Expect::Any, "update", |user| {
                active = user.active;
                user.invited_at = Some(now);
                Ok(())
            })?;
            if !active {
                return Err(Error::Conflict("user_inactive"));
            }
            if credential::by_id(conn, id)?.is_some_and(|user| user.credential.password_hash.is_some()) {
                return Err(Error::Conflict("password_chosen"));
            }
            links::invite(conn, id, context.actor.user_id, context.origin, now)?;
            Ok((202, done))
        })
        .await?;
    state.jobs.wake();
    Ok(answer)
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let doc = "Mails a link to a user who has no password yet, by which they choose one: good once and for seven days. It can be asked for \
               again; the first link that is used makes the others worthless. A new address of the user does so, too. Needs the permission \
               `users:update`, over this user, whose roles must not reach further than yours.";
    let invite_ = operation("inviteUser", User::SPEC.tag, "Invite a user", doc)
        .parameter(path_id())
        .parameter(idempotency_key())
        .response("202", answer("A mail is on its way.", "User", example(&User::SPEC, Face::Output)));
    config.service(Operations::at("/users/{id}/invite").post(web::route().to(invite), invite_));
}

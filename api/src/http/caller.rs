//! Who calls: the bearer token or API key of a request, checked, and the actor behind it, kept for a few seconds.
use super::app::App;
use super::problem::Failure;
use crate::access;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use domain::access::api_key::may_come_from;
use domain::core::actor::{Actor, Sight, Via};
use domain::core::error::Error;
use ipnet::IpNet;
use quick_cache::sync::Cache;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use uuid::Uuid;

/// How long an actor is believed without a look at the database: what a revocation takes to bite on another node.
const BELIEVED_MS: i64 = 5_000;
/// Actors kept at most.
const KEPT: usize = 10_000;

/// The actors of recent credentials.
#[derive(Debug)]
pub struct Callers(Cache<String, Arc<Caller>>);

impl Default for Callers {
    fn default() -> Self {
        Callers(Cache::new(KEPT))
    }
}
impl Callers {
    /// Who is known by this credential, if they were looked up a moment ago, and nothing of who may do what has changed since: `access` is the
    /// database's count of that.
    pub fn known(&self, credential: &str, now: domain::core::instant::Instant, access: u64) -> Option<Arc<Caller>> {
        let caller = self.0.get(credential)?;
        let age = now.micros() - caller.actor.loaded_at.micros();
        let fresh = caller.access == access && (0..BELIEVED_MS * 1000).contains(&age);
        (fresh && now.micros() < caller.expires_at_micros).then_some(caller)
    }
    /// For how long a caller is believed still, as long as nothing changes on this node.
    pub fn believed(caller: &Caller, now: domain::core::instant::Instant) -> std::time::Duration {
        let age = now.micros() - caller.actor.loaded_at.micros();
        std::time::Duration::from_micros((BELIEVED_MS * 1000 - age).clamp(0, BELIEVED_MS * 1000) as u64)
    }
    /// Keeps who was just looked up.
    pub fn keep(&self, credential: String, caller: Arc<Caller>) {
        self.0.insert(credential, caller);
    }
}

/// Who calls.
#[derive(Debug)]
pub struct Caller {
    pub actor: Actor,
    /// The database's count of changes of who may do what, before they were looked up.
    pub access: u64,
    /// When the credential itself ends.
    pub expires_at_micros: i64,
    /// The networks the credential is good from; empty for all.
    pub networks: Vec<IpNet>,
}

impl Caller {
    /// The session they are signed in by.
    ///
    /// # Errors
    /// 403 for those who come by an API key or as an OAuth2 client.
    pub fn session(&self) -> Result<Uuid, Failure> {
        match self.actor.via {
            Via::Session(id) => Ok(id),
            _ => Err(Failure::Protocol(StatusCode::FORBIDDEN, "session_required", None)),
        }
    }
    /// What they may do, or that they may not.
    pub fn sight(&self, object: &'static str, action: &'static str) -> Result<Sight<'_>, Failure> {
        self.actor
            .sight(object, action)
            .ok_or_else(|| Error::Forbidden(format!("{object}:{action}")).into())
    }
}

/// The credential of a request.
pub fn credential(request: &HttpRequest) -> Option<&str> {
    let (scheme, token) = request.headers().get(AUTHORIZATION)?.as_bytes().split_at_checked(7)?;
    // What is no text is no credential of ours either.
    let token = std::str::from_utf8(token.trim_ascii()).ok()?;
    scheme.eq_ignore_ascii_case(b"bearer ").then_some(token)
}

/// Who sent this request, where that was found out on its way in.
#[derive(Debug, Clone)]
struct Known(Arc<Caller>);

/// Who calls, if they were looked up a moment ago; noted on the request, so that it is found out once.
pub fn known(app: &App, request: &HttpRequest) -> Option<Arc<Caller>> {
    if let Some(Known(caller)) = request.extensions().get() {
        return Some(caller.clone());
    }
    let caller = app.callers.known(credential(request)?, app.now(), app.db.access())?;
    request.extensions_mut().insert(Known(caller.clone()));
    Some(caller)
}

/// The extractor: handlers that take it are for those who have signed in.
#[derive(Debug, Clone)]
pub struct SignedIn(pub Arc<Caller>);

impl FromRequest for SignedIn {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(app) = request.app_data::<web::Data<App>>() else {
            return Box::pin(std::future::ready(Err(Failure::Unauthorized)));
        };
        let ip = super::edge::client_ip(request);
        if let Some(caller) = known(app, request).filter(|c| may_come_from(&c.networks, ip)) {
            return Box::pin(std::future::ready(Ok(SignedIn(caller))));
        }
        let Some(token) = credential(request) else {
            return Box::pin(std::future::ready(Err(Failure::Unauthorized)));
        };
        let (app, token) = (app.clone(), token.to_owned());
        Box::pin(async move { access::authenticate::caller(&app, token, ip).await.map(SignedIn) })
    }
}

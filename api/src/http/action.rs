//! Actions on a record, such as confirming an order: a POST below its id, on a version, with or without a body, in one transaction.
use super::app::App;
use super::caller::SignedIn;
use super::contract::{answer, body as described, idempotency_key, if_match, key_needed, optional_body, path_id};
use super::crud::id;
use super::operation::{Operations, operation};
use super::problem::Failure;
use super::query::Query;
use super::writing::{Writing, members, members_if_any};
use super::{body, headers};
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::core::error::Error;
use domain::core::input::{length, whole};
use domain::core::pipeline::{Context, Done, Expect};
use domain::core::problem::Problems;
use domain::core::schema::{Face, example};
use persistence::core::conn::Conn;
use persistence::core::object::Object;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// What an action is told: read before anything is looked up.
pub trait Asked: Sized + Send + 'static {
    /// Its schema and an example; none for an action that takes no body.
    const SHOWN: Option<(&'static str, &'static str)>;
    /// Whether no body at all says enough.
    const OPTIONAL: bool = false;
    /// Reads it, and says what is wrong with it.
    fn read(members: Map<String, Value>) -> Result<Self, Problems>;
}

impl Asked for () {
    const SHOWN: Option<(&'static str, &'static str)> = None;
    fn read(_: Map<String, Value>) -> Result<Self, Problems> {
        Ok(())
    }
}

/// Why something is done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReasonGiven)]
pub struct Because {
    /// In words.
    #[schema(min_length = 1, max_length = 500, example = "مشتری خواست")]
    pub reason: String,
}
impl Asked for Because {
    const SHOWN: Option<(&'static str, &'static str)> = Some(("ReasonGiven", r#"{"reason": "مشتری خواست"}"#));
    fn read(members: Map<String, Value>) -> Result<Self, Problems> {
        let asked: Because = whole(members)?;
        let mut problems = Problems::default();
        length("/reason", &asked.reason, 1, 500, &mut problems);
        problems.or(asked)
    }
}

/// Why something is done, where somebody says so.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OptionalReasonGiven)]
pub struct Perhaps {
    /// In words.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 500, example = "مشتری خواست")]
    pub reason: Option<String>,
}
impl Asked for Perhaps {
    const SHOWN: Option<(&'static str, &'static str)> = Some(("OptionalReasonGiven", r#"{"reason": "مشتری خواست"}"#));
    fn read(members: Map<String, Value>) -> Result<Self, Problems> {
        let asked: Perhaps = whole(members)?;
        let mut problems = Problems::default();
        if let Some(reason) = &asked.reason {
            length("/reason", reason, 1, 500, &mut problems);
        }
        problems.or(asked)
    }
}

/// What an action does, in one transaction.
pub type Run<T> = fn(&mut Conn, &Context<'_>, Uuid, Expect, T) -> Result<Done, Error>;

/// One action.
pub struct Action {
    /// Below `/api/v1`, with `{id}`.
    pub path: &'static str,
    /// Its name in clients.
    pub id: &'static str,
    pub summary: &'static str,
    pub doc: &'static str,
    /// What became of it, for the contract.
    pub done: &'static str,
    /// The record it is done to.
    pub object: &'static dyn Object,
    /// The action of the permission.
    pub permission: &'static str,
    /// Whether it must have an Idempotency-Key.
    pub keyed: bool,
}

impl Action {
    /// Mounts and describes it.
    pub fn on<T: Asked>(self, run: Run<T>) -> Operations {
        self.mounted(200, run)
    }

    /// Mounts and describes one that makes a new record of the one it is done to.
    pub fn making<T: Asked>(self, run: Run<T>) -> Operations {
        self.mounted(201, run)
    }

    fn mounted<T: Asked>(self, status: u16, run: Run<T>) -> Operations {
        let spec = self.object.spec();
        let doc = format!("{} Needs the permission `{}:{}`.", self.doc, spec.object, self.permission);
        let mut told = operation(self.id, spec.tag, self.summary, &doc)
            .parameter(path_id())
            .parameter(if_match(true))
            .parameter(if self.keyed { key_needed() } else { idempotency_key() })
            .response(status.to_string(), answer(self.done, spec.schema, example(spec, Face::Output)));
        if let Some((schema, shown)) = T::SHOWN {
            let shown = serde_json::from_str(shown).unwrap_or_else(|_| json!({}));
            let body = if T::OPTIONAL { optional_body } else { described };
            told = told.request_body(Some(body("application/json", schema, shown)));
        }
        let (object, permission, keyed) = (self.object, self.permission, self.keyed);
        let route = web::route().to(move |request, app, signed, path, payload| {
            act::<T>(request, app, signed, path, payload, (object, permission, keyed, status), run)
        });
        Operations::at(self.path).post(route, told)
    }

    /// Mounts and describes it, with the schema of its body.
    pub fn told<T: Asked + ToSchema>(self, run: Run<T>) -> Operations {
        self.on(run).schema::<T>()
    }
}

async fn act<T: Asked>(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<String>,
    mut payload: Payload,
    (object, permission, keyed, status): (&'static dyn Object, &'static str, bool, u16),
    run: Run<T>,
) -> Result<HttpResponse, Failure> {
    signed.0.sight(object.spec().object, permission)?;
    Query::read(&request, &[])?;
    let (id, expect) = (id(&path)?, headers::if_match(&request)?);
    if keyed {
        headers::needs_key(&request)?;
    }
    let (told, bytes) = match T::SHOWN {
        None => Default::default(),
        Some(_) if T::OPTIONAL => members_if_any(&request, &mut payload, body::JSON).await?,
        Some(_) => members(&request, &mut payload, body::JSON).await?,
    };
    let asked = T::read(told)?;
    Writing::new(&request, app, signed, &bytes)?
        .run(object, move |conn, context| Ok((status, run(conn, context, id, expect, asked)?)))
        .await
}

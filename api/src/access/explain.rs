//! Why a user can or cannot see or do something: what an administrator asks before they change a role. The verdict comes from the same code
//! that decides; the facts are told beside it.
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, needed_query, query, text};
use crate::http::crud::id;
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse};
use domain::access::role::grants;
use domain::core::actor::{Actor, Scope, Sight, Via};
use domain::core::error::{Error, Result};
use persistence::access::actor::{self, Account, Held};
use persistence::core::conn::Conn;
use persistence::core::object;
use persistence::core::read;
use persistence::core::share::{self, Given};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::schema::{KnownFormat, SchemaFormat};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// What can be explained.
const ACTIONS: [&str; 4] = ["create", "read", "update", "delete"];

/// Whether a user may do something, and why.
#[derive(Debug, Serialize, ToSchema)]
pub struct Explanation {
    #[schema(value_type = String, format = "uuid", max_length = 36)]
    user_id: Uuid,
    #[schema(max_length = 50)]
    object: String,
    #[schema(value_type = Option<String>, format = "uuid", max_length = 36)]
    record_id: Option<Uuid>,
    #[schema(max_length = 20)]
    action: &'static str,
    /// The verdict.
    allowed: bool,
    /// What decides: `inactive`, `no_permission`, `permission` (held, no record asked about), `scope` (the record is within it), `share`, or
    /// `out_of_scope`.
    #[schema(max_length = 20, example = "scope")]
    because: &'static str,
    /// Whether the user may sign in at all.
    active: bool,
    /// The widest scope that any role gives; null where none gives the permission.
    #[schema(value_type = Option<Scope>)]
    scope: Option<Scope>,
    /// The roles that give the permission, each with its scope.
    #[schema(max_items = 50)]
    roles: Vec<Gives>,
    /// How the record stands to the user; null where none was asked about.
    record: Option<Facts>,
}

/// A role that gives the permission.
#[derive(Debug, Serialize, ToSchema)]
pub struct Gives {
    #[schema(value_type = String, format = "uuid", max_length = 36)]
    id: Uuid,
    #[schema(max_length = 100)]
    name: String,
    scope: Scope,
}

/// How a record stands to a user.
#[derive(Debug, Serialize, ToSchema)]
pub struct Facts {
    #[schema(value_type = Option<String>, format = "uuid", max_length = 36)]
    owner_id: Option<Uuid>,
    #[schema(value_type = Option<String>, format = "uuid", max_length = 36)]
    unit_id: Option<Uuid>,
    /// The user owns it.
    own: bool,
    /// Its owner is in one of the user's teams.
    team: bool,
    /// It belongs to the unit the user works in.
    unit: bool,
    /// It belongs to that unit or to one below it.
    unit_and_below: bool,
    /// The shares that show it to the user, their teams or their unit.
    #[schema(max_items = 200)]
    shares: Vec<Shown>,
}

/// A share of the record.
#[derive(Debug, Serialize, ToSchema)]
pub struct Shown {
    #[schema(value_type = String, format = "uuid", max_length = 36)]
    id: Uuid,
    #[schema(max_length = 10)]
    grantee_kind: String,
    #[schema(value_type = String, format = "uuid", max_length = 36)]
    grantee_id: Uuid,
    /// `update` is also `read`.
    #[schema(max_length = 10)]
    action: String,
}

async fn explain(request: HttpRequest, app: Data<App>, signed: SignedIn) -> Result<HttpResponse, Failure> {
    signed.0.sight("access", "explain")?;
    let query = Query::read(&request, &["user_id", "object", "record_id", "action"])?;
    let needed = |name: &str| {
        query
            .text(name)
            .ok_or_else(|| Failure::Parameter(name.to_owned(), "invalid_parameter"))
    };
    let wrong = |name: &str| Failure::Parameter(name.to_owned(), "invalid_parameter");
    let user = id(needed("user_id")?).map_err(|_| wrong("user_id"))?;
    let object = needed("object")?.to_owned();
    let action = needed("action")?;
    let action = ACTIONS.into_iter().find(|a| *a == action).ok_or_else(|| wrong("action"))?;
    let record = query
        .text("record_id")
        .map(|text| id(text).map_err(|_| wrong("record_id")))
        .transpose()?;
    let now = app.now();
    let explained = app
        .db
        .read(move |conn| {
            let asker = &signed.0.actor;
            let seen = asker.sight("users", "read").ok_or(Error::NotFound)?;
            if !read::exists(conn, &seen, "users", user)? {
                return Err(Error::NotFound);
            }
            let account = actor::load(conn, user, Via::Console, now)?.ok_or(Error::NotFound)?;
            let roles = actor::roles_of(conn, user)?;
            of(conn, asker, account, roles, &object, action, record)
        })
        .await?;
    Ok(HttpResponse::Ok().json(explained))
}

fn of(
    conn: &mut Conn,
    asker: &Actor,
    account: Account,
    roles: Vec<Held>,
    name: &str,
    action: &'static str,
    record: Option<Uuid>,
) -> Result<Explanation> {
    let spec = object::named(name).ok_or(Error::NotFound)?.spec();
    let user = account.actor;
    let sight = user.sight(spec.object, action);
    let gives = roles.into_iter().filter_map(|role| {
        let scope = grants(&role.permissions).scope(spec.object, action)?;
        Some(Gives {
            id: role.id,
            name: role.name,
            scope,
        })
    });
    let facts = match record {
        None => None,
        Some(id) => Some(facts(conn, asker, &user, spec.object, id)?),
    };
    let (allowed, because) = match (&sight, &facts, record) {
        _ if !account.active => (false, "inactive"),
        (None, ..) => (false, "no_permission"),
        (Some(_), None, _) | (Some(_), _, None) => (true, "permission"),
        (Some(sight), Some(facts), Some(id)) => {
            let covers = sight.covers(facts.owner_id, facts.unit_id);
            match (covers, covers || share::given(conn, sight, id)?) {
                (true, _) => (true, "scope"),
                (false, true) => (true, "share"),
                (false, false) => (false, "out_of_scope"),
            }
        }
    };
    Ok(Explanation {
        user_id: user.user_id,
        object: spec.object.to_owned(),
        record_id: record,
        action,
        allowed,
        because,
        active: account.active,
        scope: sight.map(|s| s.scope),
        roles: gives.collect(),
        record: facts,
    })
}

/// How a record stands to a user. Who asks must see the record themselves.
fn facts(conn: &mut Conn, asker: &Actor, user: &Actor, object: &'static str, id: Uuid) -> Result<Facts> {
    let seen = asker.sight(object, "read").ok_or(Error::NotFound)?;
    if !read::exists(conn, &seen, object, id)? {
        return Err(Error::NotFound);
    }
    let (owner_id, unit_id) = share::whose(conn, object, id)?.ok_or(Error::NotFound)?;
    let within = |scope| {
        let sight = Sight {
            actor: user,
            object,
            action: "read",
            scope,
        };
        sight.covers(owner_id, unit_id)
    };
    let own = within(Scope::Own);
    let shares = share::of_record(conn, user, object, id)?;
    let shown = shares.into_iter().map(
        |Given {
             id,
             grantee_kind,
             grantee_id,
             action,
         }| Shown {
            id,
            grantee_kind,
            grantee_id,
            action,
        },
    );
    Ok(Facts {
        own,
        team: owner_id.is_some_and(|o| user.teammates.contains(&o)),
        unit: unit_id.is_some() && unit_id == user.unit_id,
        unit_and_below: unit_id.is_some_and(|u| user.units_below.contains(&u)),
        shares: shown.collect(),
        owner_id,
        unit_id,
    })
}

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    object::allow("access", &["explain"]);
    let uuid = || text(36).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    let example = json!({
        "user_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20", "object": "customers", "record_id": null, "action": "read", "allowed": true,
        "because": "permission", "active": true, "scope": "unit",
        "roles": [{"id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a21", "name": "seller", "scope": "unit"}], "record": null
    });
    let doc = "Whether a user may do something with an object or a record, which roles and shares give it, and how the record stands to the \
               user. Needs the permission `access:explain`, and to see the user and the record.";
    config.service(
        Operations::at("/access/explain")
            .get(
                || web::route().to(explain),
                operation("explainAccess", "Access", "Explain what a user may see or do", doc)
                    .parameter(needed_query("user_id", "The user.", uuid()))
                    .parameter(needed_query("object", "The object, such as `customers`.", text(50)))
                    .parameter(needed_query("action", "What is done with it.", text(20).enum_values(Some(ACTIONS))))
                    .parameter(query("record_id", "The record, where it is about one.", uuid()))
                    .response("200", answer("The verdict, and the facts.", "Explanation", example))
                    .response("404", super::sessions::problem()),
            )
            .schema::<Explanation>(),
    );
}

//! The audit: who did what, searched by those who may read it all.
use super::TAG;
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract;
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::reading::{MAX_PAGE, PAGE, respond, weak};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::core::actor::Scope;
use domain::core::change::AuditEntry;
use domain::core::error::Error;
use domain::core::problem::{Code, Problems};
use persistence::core::audit::{self, OPS, Search};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::schema::{KnownFormat, SchemaFormat};

/// The longest name of an object, in characters.
const MAX_OBJECT: usize = 60;

/// A page of the audit.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditPage {
    /// The newest first.
    #[schema(max_items = 200)]
    pub data: Vec<AuditEntry>,
    pub page: AuditPlace,
}

/// Where a page stands in the audit.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditPlace {
    /// Give it as `cursor` for the next page; null at the end.
    #[schema(max_length = 4096, example = json!(null))]
    pub next_cursor: Option<String>,
    pub has_more: bool,
}

/// The address and its part of the contract.
pub fn operations() -> Operations {
    let uuid = || contract::text(36).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    let moment = || contract::text(40).format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
    let example = json!({"data": [{
        "seq": 4711, "object": "customers", "record_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20", "op": "updated", "version": 3,
        "at": "2026-03-21T08:30:00.000Z", "actor_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a21",
        "via": "session:0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a23", "origin": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a22",
        "changes": [{"field": "city", "before": "Yazd", "after": "Shiraz"}]
    }], "page": {"next_cursor": null, "has_more": false}});
    let doc = "Every write with each value before and after, and every time somebody lacked a permission (`denied`), the newest first. A \
               page may be short and not the last: follow `page.next_cursor` until it is null. Needs the permission `audit:read` with the \
               scope `all`.";
    let operation = operation("listAudit", TAG, "Search the audit", doc)
        .parameter(contract::query(
            "object",
            "Only what was done to this object, such as `customers`.",
            contract::text(MAX_OBJECT),
        ))
        .parameter(contract::query("record_id", "Only what was done to this record.", uuid()))
        .parameter(contract::query("actor_id", "Only what this user did or was refused.", uuid()))
        .parameter(contract::query("op", "Only this.", contract::text(20).enum_values(Some(OPS))))
        .parameter(contract::query("from", "The first moment.", moment()))
        .parameter(contract::query("to", "The moment behind the last.", moment()))
        .parameter(contract::query("limit", "How many entries a page holds.", contract::limit()))
        .parameter(contract::query(
            "cursor",
            "`page.next_cursor` of the page before, with the same other parameters.",
            contract::text(4096),
        ))
        .response("200", contract::answer("A page.", "AuditPage", example));
    Operations::at("/audit")
        .get(|| web::route().to(search), operation)
        .schema::<AuditPage>()
}

async fn search(request: HttpRequest, app: Data<App>, signed: SignedIn) -> Result<HttpResponse, Failure> {
    // A narrower scope means nothing here: the log tells of everyone's records.
    if signed.0.sight("audit", "read")?.scope != Scope::All {
        return Err(Error::Forbidden("audit:read".to_owned()).into());
    }
    let query = Query::read(
        &request,
        &["object", "record_id", "actor_id", "op", "from", "to", "limit", "cursor"],
    )?;
    let mut problems = Problems::default();
    let specs = app.specs();
    let object = query.text("object").map(str::to_owned);
    if object.as_ref().is_some_and(|o| o.chars().count() > MAX_OBJECT) {
        return Err(Failure::Parameter("object".to_owned(), "invalid_parameter"));
    }
    let search = Search {
        object,
        record_id: query.id("record_id")?,
        actor_id: query.id("actor_id")?,
        op: query.text("op").map(str::to_owned),
        from: query.moment("from")?,
        to: query.moment("to")?,
        limit: query.number("limit", PAGE, 1, MAX_PAGE)?,
        cursor: query.text("cursor").map(str::to_owned),
    };
    if search.op.as_deref().is_some_and(|op| !OPS.contains(&op)) {
        problems.with("", Code::NotAllowed, vec![("allowed", OPS.join(", "))]);
    }
    problems.or(()).map_err(|p| Error::Query(vec![("op", p)]))?;
    let state = app.clone();
    let (data, next_cursor) = app
        .db
        .read(move |conn| audit::search(conn, &signed.0.actor, &specs, &search, &state.secret))
        .await?;
    let has_more = next_cursor.is_some();
    let page = AuditPage {
        data,
        page: AuditPlace { next_cursor, has_more },
    };
    let body = serde_json::to_vec(&page).map_err(|e| Error::Internal(e.to_string()))?;
    respond(&request, weak(&body), body, page.page.next_cursor.as_deref())
}

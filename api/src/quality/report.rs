//! How good the data of one customer is: the score, what to ask next, where each value comes from, and what it cost.
use super::TAG;
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, conditional, path_id};
use crate::http::crud::id;
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::reading::{respond, weak};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::instant::Instant;
use domain::core::money::Money;
use domain::core::pipeline::Store;
use domain::customers::customer::Customer;
use domain::quality::source::{DataSource, SourceKind};
use domain::quality::trace::{AskReason, Trace, Traced, ask_next, source_of};
use persistence::core::conn::Conn;
use persistence::core::merged;
use persistence::quality::{history, profile, source};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Something to ask the customer next.
#[derive(Debug, Serialize, ToSchema)]
pub struct QualityAsk {
    /// What it is, as the profile names it.
    #[schema(max_length = 80)]
    field: String,
    /// How much it counts.
    #[schema(minimum = 1, maximum = 1000)]
    weight: i64,
    reason: AskReason,
    /// For how many days the newest value has stood; null unless it is `stale`.
    #[schema(minimum = 0, maximum = 1000000)]
    age_days: Option<i64>,
}

/// Where a value comes from.
#[derive(Debug, Serialize, ToSchema)]
pub struct ValueOrigin {
    /// What it is, as a profile names it.
    #[schema(max_length = 100)]
    field: String,
    /// Which number or address, where there can be several; null for what stands in a member of its own.
    #[schema(max_length = 800)]
    value: Option<String>,
    /// By which way it came.
    source: SourceKind,
    /// When; null where the change log does not tell any more.
    at: Option<Instant>,
    /// When somebody last confirmed it without changing it.
    confirmed_at: Option<Instant>,
    /// Who wrote it; null for the server itself.
    actor_id: Option<Uuid>,
    /// The import that brought it.
    import_id: Option<Uuid>,
    /// The API key that brought it.
    api_key_id: Option<Uuid>,
    /// The suggestion that was accepted.
    suggestion_id: Option<Uuid>,
    /// The source it counts to, of those you may read.
    data_source_id: Option<Uuid>,
}

/// What one source gave to the customer, as it stands today.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceShare {
    data_source_id: Uuid,
    #[schema(max_length = 100)]
    name: String,
    /// Values of it that stand.
    #[schema(minimum = 1, maximum = 100000)]
    values: i64,
    /// What a customer costs whom it gives values to; null where it costs by the month alone, or nothing.
    cost: Option<Money>,
}

/// How good the data of a customer is.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerQuality {
    customer_id: Uuid,
    /// The score, from 0 to 100.
    #[schema(minimum = 0, maximum = 100)]
    completeness: i64,
    /// The profile in force; null for the usual one.
    profile_id: Option<Uuid>,
    /// What is missing, has run out or has stood for too long, the heaviest first.
    #[schema(max_items = 100)]
    ask_next: Vec<QualityAsk>,
    /// Where each value comes from.
    #[schema(max_items = 500)]
    values: Vec<ValueOrigin>,
    /// What was paid for them, by source; null for those who may not read sources.
    #[schema(max_items = 200)]
    collected: Option<Vec<SourceShare>>,
}

fn origin(value: &Traced, sources: Option<&[DataSource]>) -> ValueOrigin {
    let by = value.origin.as_ref().map(|(_, by)| by);
    let source = by.and_then(|by| source_of(sources.unwrap_or_default(), by));
    ValueOrigin {
        field: value.word.clone(),
        value: value.value.as_ref().map(|v| v.chars().take(800).collect()),
        source: by.map_or(SourceKind::Unknown, |by| by.kind),
        at: value.origin.as_ref().map(|(at, _)| *at),
        confirmed_at: value.confirmed_at,
        actor_id: by.and_then(|by| by.user),
        import_id: by.and_then(|by| by.import),
        api_key_id: by.and_then(|by| by.api_key),
        suggestion_id: by.and_then(|by| by.suggestion),
        data_source_id: source.map(|s| s.base.id.uuid()),
    }
}

fn shares(trace: &Trace, sources: &[DataSource]) -> Vec<SourceShare> {
    let mut values: BTreeMap<Uuid, i64> = BTreeMap::new();
    for (_, by) in trace.values.iter().filter_map(|v| v.origin.as_ref()) {
        if let Some(source) = source_of(sources, by) {
            *values.entry(source.base.id.uuid()).or_default() += 1;
        }
    }
    let share = |s: &DataSource| {
        Some(SourceShare {
            data_source_id: s.base.id.uuid(),
            name: s.name.clone(),
            values: *values.get(&s.base.id.uuid())?,
            cost: s.cost_per_record,
        })
    };
    sources.iter().filter_map(share).take(200).collect()
}

fn told(conn: &mut Conn, actor: &Actor, id: Uuid, now: Instant) -> Result<CustomerQuality> {
    let sight = actor
        .sight("customers", "read")
        .ok_or_else(|| Error::Forbidden("customers:read".to_owned()))?;
    let mut found: Option<Customer> = conn.load(Id::from_uuid(id), &sight, false)?;
    if found.is_none() {
        let survivor = merged::survivor(conn, "customers", id)?.ok_or(Error::NotFound)?;
        found = conn.load(Id::from_uuid(survivor), &sight, false)?;
    }
    let customer = found.ok_or(Error::NotFound)?;
    let id = customer.base.id.uuid();
    let profile = profile::of_kind(conn, customer.kind)?;
    let sources = source::seen(conn, actor)?;
    let trace = history::trace(conn, &customer, now)?;
    let asks = ask_next(&profile, &customer, &trace, now);
    Ok(CustomerQuality {
        customer_id: id,
        completeness: customer.completeness,
        profile_id: profile.id,
        ask_next: asks
            .iter()
            .map(|ask| QualityAsk {
                field: ask.field.field.clone(),
                weight: ask.field.weight,
                reason: ask.reason,
                age_days: ask.age_days,
            })
            .collect(),
        values: trace.values.iter().map(|v| origin(v, sources.as_deref())).collect(),
        collected: sources.as_deref().map(|sources| shares(&trace, sources)),
    })
}

async fn quality(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("customers", "read")?;
    Query::read(&request, &[])?;
    let (customer, now) = (id(&path)?, app.now());
    let read = move |conn: &mut Conn| told(conn, &signed.0.actor, customer, now);
    let found = app.db.read(read).await?;
    let body = serde_json::to_vec(&found).map_err(|e| Error::Internal(e.to_string()))?;
    respond(&request, weak(&body), body, None)
}

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    let doc = "The score, what to ask next, and where each value comes from: by hand, by an import, a program, a merge or a suggestion, by whom and \
               when. It is read out of the change log; what that does not tell any more is of an unknown source.";
    let id = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20";
    let example = json!({
        "customer_id": id, "completeness": 65, "profile_id": null,
        "ask_next": [{"field": "contact_points.email", "weight": 20, "reason": "missing", "age_days": null},
            {"field": "addresses", "weight": 10, "reason": "stale", "age_days": 1310}],
        "values": [{"field": "contact_points.mobile", "value": "+989121234567", "source": "import", "at": "2026-03-21T08:30:00.000Z",
            "confirmed_at": null, "actor_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a21", "import_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a22",
            "api_key_id": null, "suggestion_id": null, "data_source_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a23"}],
        "collected": [{"data_source_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a23", "name": "Trade fair", "values": 1,
            "cost": {"amount": "15000.00", "currency": "IRR"}}]
    });
    let telling = operation("getCustomerQuality", TAG, "See how good a customer's data is", doc)
        .parameter(path_id())
        .response("200", answer("How good it is, and why.", "CustomerQuality", example));
    config.service(
        Operations::at("/customers/{id}/quality")
            .get(|| web::route().to(quality), conditional(telling))
            .schema::<CustomerQuality>(),
    );
}

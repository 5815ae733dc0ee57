//! Forecasts as they were, and the bridge from one to another.
use super::totals::MoneyTotal;
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, conditional, path_id, query, text};
use crate::http::crud::{Crud, Has, id};
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::{Query, unfit};
use crate::http::reading::{respond, weak};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::pipeline::Store;
use domain::core::problem::Code;
use domain::core::resource::Resource;
use domain::sales::bridge::{Bridge, BridgeStep, Delta};
use domain::sales::period::Period;
use domain::sales::snapshot::ForecastSnapshot;
use domain::sales::stage::ForecastCategory;
use persistence::core::conn::Conn;
use persistence::sales::snapshot;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::schema::{KnownFormat, SchemaFormat};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// What became of the open deals of a snapshot until another one, or until now.
#[derive(Debug, Serialize, ToSchema)]
pub struct ForecastBridge {
    #[schema(value_type = String, format = "uuid", max_length = 36)]
    from_id: Uuid,
    /// Null for the deals as they are now.
    #[schema(value_type = Option<String>, format = "uuid", max_length = 36)]
    to_id: Option<Uuid>,
    period: Period,
    /// Of each currency and category.
    #[schema(max_items = 1000)]
    rows: Vec<BridgeRow>,
    /// Of each currency, all categories but `omitted`. A change of category is none here, unless it is from or to that one.
    #[schema(max_items = 200)]
    totals: Vec<BridgeRow>,
}

/// What was open, what became of it, and what is open: `opening` and all `steps` add up to `closing`.
#[derive(Debug, Serialize, ToSchema)]
pub struct BridgeRow {
    /// ISO 4217 code; null for deals without an amount.
    #[schema(min_length = 3, max_length = 3, example = "IRR")]
    currency: Option<String>,
    /// Null in the totals.
    category: Option<ForecastCategory>,
    opening: BridgeSum,
    /// Only those that any deal took.
    #[schema(max_items = 11)]
    steps: Vec<BridgeStepSum>,
    closing: BridgeSum,
}

/// Deals, and what they are worth.
#[derive(Debug, Serialize, ToSchema)]
pub struct BridgeSum {
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991i64, example = 3)]
    deals: i64,
    /// Null for deals without an amount.
    amount: Option<MoneyTotal>,
}

/// Deals more or fewer, and what they are worth more or less.
#[derive(Debug, Serialize, ToSchema)]
pub struct BridgeStepSum {
    step: BridgeStep,
    #[schema(minimum = -9_007_199_254_740_991i64, maximum = 9_007_199_254_740_991i64, example = -1)]
    deals: i64,
    /// Null for deals without an amount.
    amount: Option<MoneyTotal>,
}

/// A snapshot that the actor sees.
pub(super) fn seen(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<ForecastSnapshot> {
    let sight = actor.sight("forecast_snapshots", "read").ok_or(Error::NotFound)?;
    conn.load(Id::from_uuid(id), &sight, false)?.ok_or(Error::NotFound)
}

/// The period of a snapshot, as its days were then.
pub(super) fn period(snapshot: &ForecastSnapshot) -> Period {
    Period {
        key: snapshot.period.clone(),
        starts_on: snapshot.starts_on.unwrap_or_default(),
        ends_on: snapshot.ends_on.unwrap_or_default(),
    }
}

fn row(currency: &Option<String>, category: Option<ForecastCategory>, bridge: &Bridge) -> BridgeRow {
    let money = |amount: Decimal| currency.as_deref().map(|code| MoneyTotal::of(code, amount));
    let sum = |delta: Delta| BridgeSum {
        deals: delta.deals,
        amount: money(delta.amount),
    };
    let step = |(step, delta): (&BridgeStep, &Delta)| BridgeStepSum {
        step: *step,
        deals: delta.deals,
        amount: money(delta.amount),
    };
    BridgeRow {
        currency: currency.clone(),
        category,
        opening: sum(bridge.opening),
        steps: bridge.steps.iter().map(step).collect(),
        closing: sum(bridge.closing),
    }
}

fn bridged(conn: &mut Conn, actor: &Actor, from: Uuid, to: Option<Uuid>, ask: &snapshot::Ask) -> Result<ForecastBridge> {
    let from = seen(conn, actor, from)?;
    let to = match to {
        None => None,
        Some(id) => match seen(conn, actor, id) {
            Ok(to) => Some(to),
            Err(Error::NotFound) => return Err(unfit("to", Code::NotFound, Vec::new())),
            Err(error) => return Err(error),
        },
    };
    if to
        .as_ref()
        .is_some_and(|to| period(to) != period(&from) || to.taken_at < from.taken_at)
    {
        return Err(unfit("to", Code::Conflict, vec![("with", "period".to_owned())]));
    }
    let sight = actor.sight("opportunities", "read").ok_or(Error::NotFound)?;
    let bridges = snapshot::bridge(conn, &sight, ask, &from, to.as_ref())?;
    Ok(ForecastBridge {
        from_id: from.base.id.uuid(),
        to_id: to.map(|to| to.base.id.uuid()),
        period: period(&from),
        rows: bridges
            .0
            .iter()
            .map(|((currency, category), one)| row(currency, Some(*category), one))
            .collect(),
        totals: bridges.totals().iter().map(|(currency, one)| row(currency, None, one)).collect(),
    })
}

async fn bridge(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("forecast_snapshots", "read")?;
    signed.0.sight("opportunities", "read")?;
    let query = Query::read(&request, &["to", "owner_id", "unit_id", "pipeline_id"])?;
    let (from, to) = (id(&path)?, query.id("to")?);
    let ask = snapshot::Ask {
        owner: query.id("owner_id")?,
        unit: query.id("unit_id")?,
        pipeline: query.id("pipeline_id")?,
    };
    let found = app.db.read(move |conn| bridged(conn, &signed.0.actor, from, to, &ask)).await?;
    let body = serde_json::to_vec(&found).map_err(|e| Error::Internal(e.to_string()))?;
    respond(&request, weak(&body), body, None)
}

fn money(amount: &str) -> Value {
    json!({"amount": amount, "currency": "IRR"})
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let tag = ForecastSnapshot::SPEC.tag;
    let uuid = || text(36).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    let id = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20";
    let period = json!({"key": "1405-Q1", "starts_on": "2026-03-21", "ends_on": "2026-06-21"});
    let sum = |deals: i64, amount: &str| json!({"deals": deals, "amount": money(amount)});
    let step = |step: &str, deals: i64, amount: &str| json!({"step": step, "deals": deals, "amount": money(amount)});
    let walk = |category: Value| {
        json!({
            "currency": "IRR", "category": category, "opening": sum(3, "3000000000.00"),
            "steps": [step("new", 1, "500000000.00"), step("changed_amount", 0, "-200000000.00"), step("won", -1, "-1000000000.00")],
            "closing": sum(3, "2300000000.00")
        })
    };
    let shown = json!({
        "from_id": id, "to_id": null, "period": period, "rows": [walk(json!("commit"))], "totals": [walk(Value::Null)]
    });
    let doc = "What became of the open deals of a snapshot until another one of the same period, or until now: new ones, won and lost ones, those that moved into the \
               period or out of it, and changes of amount and category. What was open and all steps add up to what is open. Of the deals that you may see; one that \
               you no longer may, or did not then, is transferred. `to` is refused where it is of another period or older. Needs the \
               permissions `forecast_snapshots:read` and `opportunities:read`.";
    let bridging = operation("getForecastBridge", tag, "See what became of a forecast", doc)
        .parameter(path_id())
        .parameter(query("to", "The later snapshot; the deals as they are now unless given.", uuid()))
        .parameter(query("owner_id", "Only the deals of this user.", uuid()))
        .parameter(query("unit_id", "Only the deals of this unit and of all below it.", uuid()))
        .parameter(query("pipeline_id", "Only the deals of this pipeline.", uuid()))
        .response("200", answer("The bridge.", "ForecastBridge", shown));
    config.service(Crud::<ForecastSnapshot>::only(Has::ReadsAndCreate));
    config.service(
        Operations::at("/forecast-snapshots/{id}/bridge")
            .get(|| web::route().to(bridge), conditional(bridging))
            .schema::<ForecastBridge>(),
    );
}

//! Quotas, and what was won of them.
use super::forecast_shown::object;
use super::totals::MoneyTotal;
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, conditional, needed_query, query, text};
use crate::http::crud::Crud;
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::reading::{respond, weak};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::resource::Resource;
use domain::sales::forecast::ForecastDimension;
use domain::sales::period::{PERIOD_KEY, Period};
use domain::sales::quota::{Quota, attained};
use persistence::core::conn::Conn;
use persistence::sales::forecast;
use persistence::sales::quota::{self, Ask, Attained, Of};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use utoipa::openapi::schema::{KnownFormat, SchemaFormat};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

domain::choice! {
    /// What attainment is told apart by.
    #[derive(Default)]
    pub enum AttainmentDimension {
        /// Each quota by itself, those of units too.
        #[default]
        Quota = "quota",
        /// Whose quotas they are.
        Owner = "owner",
        /// Who leads the units of their owners.
        Manager = "manager",
        /// The units of their owners.
        Unit = "unit",
        /// The regions of the units of their owners.
        Region = "region",
    }
}

/// Quotas of a period, and what was won of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Attainment {
    period: Period,
    group_by: AttainmentDimension,
    #[schema(max_items = 10000)]
    rows: Vec<AttainmentRow>,
}

/// A quota, or the quotas of several people added up, in one currency or in numbers of deals.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttainmentRow {
    /// The quota, person or unit; null for a region, and where there is none.
    #[schema(value_type = Option<String>, format = "uuid", max_length = 36)]
    id: Option<Uuid>,
    /// What that is called; of a quota, its owner or unit. Null where there is none, or where you may not see it.
    #[schema(max_length = 200, example = "سارا احمدی")]
    name: Option<String>,
    /// How many quotas it is.
    #[schema(minimum = 1, maximum = 10000, example = 1)]
    quotas: i64,
    /// What is to be won; null for quotas of so many deals.
    quota: Option<MoneyTotal>,
    /// How many deals are to be won; null for quotas of money.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991i64)]
    quota_deals: Option<i64>,
    /// What was won, by the deals that you may see; null for quotas of so many deals.
    won: Option<MoneyTotal>,
    /// How many deals that were.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991i64, example = 4)]
    deals_won: i64,
    /// What is missing; nothing where the quota is reached, null for quotas of so many deals.
    missing: Option<MoneyTotal>,
    /// How many hundredths of the quota were won, with two decimals; null where the quota is nothing.
    #[schema(max_length = 40, pattern = r"^\d{1,36}\.\d{2}$", example = "25.00")]
    attained_percent: Option<String>,
}

/// Quotas added up.
#[derive(Default)]
struct Sum {
    quotas: i64,
    quota: Decimal,
    won: Decimal,
    deals_won: i64,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Clone)]
enum Key {
    Id(Option<Uuid>),
    Region(Option<String>),
}

fn key(by: AttainmentDimension, one: &Attained) -> Key {
    match by {
        AttainmentDimension::Quota => Key::Id(Some(one.id)),
        AttainmentDimension::Owner => Key::Id(one.owner),
        AttainmentDimension::Manager => Key::Id(one.manager),
        AttainmentDimension::Unit => Key::Id(one.unit),
        AttainmentDimension::Region => Key::Region(one.region.clone()),
    }
}

fn row(key: &Key, name: Option<String>, currency: Option<&str>, sum: &Sum) -> AttainmentRow {
    let money = |amount| currency.map(|code| MoneyTotal::of(code, amount));
    let won = if currency.is_some() { sum.won } else { sum.deals_won.into() };
    let whole = |n: Decimal| rust_decimal::prelude::ToPrimitive::to_i64(&n).filter(|_| currency.is_none());
    let (id, name) = match key {
        Key::Id(id) => (*id, name),
        Key::Region(region) => (None, region.clone()),
    };
    AttainmentRow {
        id,
        name,
        quotas: sum.quotas,
        quota: money(sum.quota),
        quota_deals: whole(sum.quota),
        won: money(sum.won),
        deals_won: sum.deals_won,
        missing: money((sum.quota - sum.won).max(Decimal::ZERO)),
        attained_percent: attained(won, sum.quota).map(|percent| percent.to_string()),
    }
}

/// What quotas, owners, managers or units are called.
fn names(conn: &mut Conn, actor: &Actor, by: AttainmentDimension, all: &[Attained]) -> Result<BTreeMap<Uuid, String>> {
    let mut of = |dimension, ids: BTreeSet<Uuid>| match object(dimension) {
        Some(object) => forecast::names(conn, actor, object, ids),
        None => Ok(BTreeMap::new()),
    };
    let ids = |id: fn(&Attained) -> Option<Uuid>| all.iter().filter_map(id).collect::<BTreeSet<Uuid>>();
    Ok(match by {
        AttainmentDimension::Owner => of(ForecastDimension::Owner, ids(|one| one.owner))?,
        AttainmentDimension::Manager => of(ForecastDimension::Manager, ids(|one| one.manager))?,
        AttainmentDimension::Unit => of(ForecastDimension::Unit, ids(|one| one.unit))?,
        AttainmentDimension::Region => BTreeMap::new(),
        AttainmentDimension::Quota => {
            let people = of(ForecastDimension::Owner, ids(|one| one.owner))?;
            let units = of(ForecastDimension::Unit, ids(|one| one.unit.filter(|_| one.of_unit)))?;
            let whose = |one: &Attained| match one.of_unit {
                true => one.unit.and_then(|id| units.get(&id)),
                false => one.owner.and_then(|id| people.get(&id)),
            };
            all.iter().filter_map(|one| Some((one.id, whose(one)?.clone()))).collect()
        }
    })
}

fn look(conn: &mut Conn, actor: &Actor, period: &str, by: AttainmentDimension, mut ask: Ask) -> Result<Attainment> {
    ask.period = forecast::fiscal(conn)?.parse(period).ok_or_else(super::forecast::unnamed)?;
    let mut all = quota::attainment(conn, actor, &ask)?;
    if by != AttainmentDimension::Quota {
        // A unit's quota is for what its people win: added to theirs it would count twice.
        all.retain(|one| !one.of_unit);
    }
    let names = names(conn, actor, by, &all)?;
    let mut sums: BTreeMap<(Key, Option<String>), Sum> = BTreeMap::new();
    for one in &all {
        let sum = sums.entry((key(by, one), one.currency.clone())).or_default();
        sum.quotas += 1;
        sum.quota += one.quota;
        sum.won += one.won;
        sum.deals_won += one.deals_won;
    }
    let rows = sums.iter().map(|((key, currency), sum)| {
        let name = match key {
            Key::Id(Some(id)) => names.get(id).cloned(),
            _ => None,
        };
        row(key, name, currency.as_deref(), sum)
    });
    Ok(Attainment {
        rows: rows.collect(),
        period: ask.period,
        group_by: by,
    })
}

async fn show(request: HttpRequest, app: Data<App>, signed: SignedIn) -> Result<HttpResponse, Failure> {
    signed.0.sight("quotas", "read")?;
    signed.0.sight("opportunities", "read")?;
    let names = ["period", "group_by", "owner_id", "unit_id", "product_id", "pipeline_id", "region"];
    let query = Query::read(&request, &names)?;
    let by = query.parsed("group_by", AttainmentDimension::of)?.unwrap_or_default();
    let short = |text: &str| (1..=100).contains(&text.chars().count()).then(|| text.to_owned());
    let of = Of {
        product: query.id("product_id")?,
        pipeline: query.id("pipeline_id")?,
        region: query.parsed("region", short)?,
    };
    let narrowed = of.product.is_some() || of.pipeline.is_some() || of.region.is_some();
    let ask = Ask {
        owner: query.id("owner_id")?,
        unit: query.id("unit_id")?,
        // Quotas of everything and of something are never added up.
        of: Some(of).filter(|_| narrowed || by != AttainmentDimension::Quota),
        ..Ask::default()
    };
    let period = query.text("period").map(ToOwned::to_owned);
    let period = period.ok_or_else(|| Failure::Parameter("period".to_owned(), "invalid_parameter"))?;
    let found = app.db.read(move |conn| look(conn, &signed.0.actor, &period, by, ask)).await?;
    let body = serde_json::to_vec(&found).map_err(|e| Error::Internal(e.to_string()))?;
    respond(&request, weak(&body), body, None)
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let doc = "What was won of the quotas of a period: of people's quotas by their own deals, of units' by those of the unit and of all below it, as far as \
               you may see quotas and deals. By owner, manager, unit or region, people's quotas are added up, those of units are left out; and only quotas \
               for all that somebody sells, or for exactly the product, pipeline and region that are named. Needs the permissions `quotas:read` and \
               `opportunities:read`.";
    let money = |amount: &str| json!({"amount": amount, "currency": "IRR"});
    let shown = json!({
        "period": {"key": "1405-Q1", "starts_on": "2026-03-21", "ends_on": "2026-06-21"}, "group_by": "owner",
        "rows": [{
            "id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a25", "name": "سارا احمدی", "quotas": 1, "quota": money("20000000000.00"), "quota_deals": null,
            "won": money("5000000000.00"), "deals_won": 4, "missing": money("15000000000.00"), "attained_percent": "25.00"
        }]
    });
    let uuid = || text(36).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    let words: Vec<&str> = AttainmentDimension::WORDS.iter().map(AsRef::as_ref).collect();
    let key = text(7).pattern(Some(PERIOD_KEY));
    let looking = operation("getQuotaAttainment", Quota::SPEC.tag, "See what was won of quotas", doc)
        .parameter(needed_query("period", "The period, such as `1405-Q1`.", key))
        .parameter(query(
            "group_by",
            "What is told apart.",
            text(10).enum_values(Some(words)).default(Some(json!("quota"))),
        ))
        .parameter(query("owner_id", "Only quotas of this user.", uuid()))
        .parameter(query(
            "unit_id",
            "Only quotas of this unit, of those below it and of their people.",
            uuid(),
        ))
        .parameter(query("product_id", "Only quotas for this product.", uuid()))
        .parameter(query("pipeline_id", "Only quotas for this pipeline.", uuid()))
        .parameter(query("region", "Only quotas for this region.", text(100).min_length(Some(1))))
        .response("200", answer("What was won.", "Attainment", shown));
    // Before `{id}`, which would take this word for an id.
    config.service(
        Operations::at("/quotas/attainment")
            .get(|| web::route().to(show), conditional(looking))
            .schema::<Attainment>(),
    );
    config.service(Crud::<Quota>::new());
}

//! How far forecasts were from what was won.
use super::forecast_shown::{ForecastGroup, group, names};
use super::snapshot::{period, seen};
use super::totals::MoneyTotal;
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, conditional, path_id, query, text};
use crate::http::crud::id;
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::reading::{respond, weak};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::instant::Instant;
use domain::core::resource::Resource;
use domain::sales::accuracy::{Accuracy, Pair, accuracy};
use domain::sales::forecast::{ForecastDimension as By, Numbers};
use domain::sales::period::Period;
use domain::sales::snapshot::ForecastSnapshot;
use persistence::core::conn::Conn;
use persistence::sales::course;
use persistence::sales::forecast::{self, Ask, Group, Key};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// How far a forecast was from what was won in its period.
#[derive(Debug, Serialize, ToSchema)]
pub struct ForecastAccuracy {
    #[schema(value_type = String, format = "uuid", max_length = 36)]
    snapshot_id: Uuid,
    period: Period,
    /// Whether the period is over; what is won in it may still grow where it is not.
    over: bool,
    group_by: By,
    #[schema(max_items = 10000)]
    rows: Vec<AccuracyRow>,
    /// Of all groups, by currency.
    #[schema(max_items = 200)]
    totals: Vec<AccuracyTotal>,
}

/// A group, in one currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccuracyRow {
    group: ForecastGroup,
    /// What was won.
    actual: MoneyTotal,
    expected: ForecastError,
    commit_forecast: ForecastError,
    best_case_forecast: ForecastError,
    open_forecast: ForecastError,
}

/// A number of a forecast, and how far it was from what was won.
#[derive(Debug, Serialize, ToSchema)]
pub struct ForecastError {
    forecast: MoneyTotal,
    /// What was forecast too much; below nothing, too little.
    error: MoneyTotal,
    /// The absolute percentage error: that, whichever way, in hundredths of what was won; null where nothing was.
    #[schema(max_length = 40, pattern = r"^\d{1,36}\.\d{2}$", example = "12.50")]
    absolute_percent: Option<String>,
}

/// How accurate the numbers were, in one currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccuracyTotal {
    /// What was won.
    actual: MoneyTotal,
    expected: ForecastMeasures,
    commit_forecast: ForecastMeasures,
    best_case_forecast: ForecastMeasures,
    open_forecast: ForecastMeasures,
}

/// Measures over all groups, as percentages.
#[derive(Debug, Serialize, ToSchema)]
pub struct ForecastMeasures {
    /// What was forecast.
    forecast: MoneyTotal,
    /// Weighted absolute percentage error: the sum of the absolute errors over the sum of what was won; null where nothing was.
    #[schema(max_length = 40, pattern = r"^\d{1,36}\.\d{2}$", example = "12.50")]
    wape: Option<String>,
    /// Mean absolute percentage error, over the groups that won anything; null where none did.
    #[schema(max_length = 40, pattern = r"^\d{1,36}\.\d{2}$", example = "14.20")]
    mape: Option<String>,
    /// What was forecast too much (above nothing) or too little, over what was won; null where nothing was.
    #[schema(max_length = 40, pattern = r"^-?\d{1,36}\.\d{2}$", example = "-3.10")]
    bias: Option<String>,
}

/// The numbers that are held against what was won.
const MEASURED: [fn(&Numbers) -> Decimal; 4] = [
    Numbers::expected,
    Numbers::commit_forecast,
    Numbers::best_case_forecast,
    Numbers::open_forecast,
];

fn error(code: &str, pair: Pair) -> ForecastError {
    ForecastError {
        forecast: MoneyTotal::of(code, pair.forecast),
        error: MoneyTotal::of(code, pair.error()),
        absolute_percent: pair.absolute_percent().map(|p| p.to_string()),
    }
}

fn measures(code: &str, pairs: &[Pair]) -> ForecastMeasures {
    let Accuracy { mape, wape, bias } = accuracy(pairs);
    let text = |percent: Option<Decimal>| percent.map(|p| p.to_string());
    ForecastMeasures {
        forecast: MoneyTotal::of(code, pairs.iter().map(|p| p.forecast).sum()),
        wape: text(wape),
        mape: text(mape),
        bias: text(bias),
    }
}

fn measured(conn: &mut Conn, actor: &Actor, now: Instant, id: Uuid, by: By) -> Result<ForecastAccuracy> {
    let found = seen(conn, actor, id)?;
    let sight = actor.sight("opportunities", "read").ok_or(Error::NotFound)?;
    let live = Ask {
        periods: vec![period(&found)],
        by: vec![by],
        ..Ask::default()
    };
    let kept = Ask {
        snapshot: Some(id),
        ..live.clone()
    };
    type Both = (Numbers, Decimal);
    let mut groups: BTreeMap<(String, Vec<Key>), Both> = BTreeMap::new();
    for Group { keys, currency, numbers } in forecast::forecast(conn, &sight, &kept)?.groups {
        if let Some(code) = currency {
            groups.entry((code, keys)).or_default().0 = numbers;
        }
    }
    for Group { keys, currency, numbers } in forecast::forecast(conn, &sight, &live)?.groups {
        if let Some(code) = currency.filter(|_| numbers.won.deals > 0) {
            groups.entry((code, keys)).or_default().1 = numbers.won.amount;
        }
    }
    let shown: Vec<Group> = groups
        .iter()
        .map(|((code, keys), (numbers, _))| Group {
            keys: keys.clone(),
            currency: Some(code.clone()),
            numbers: *numbers,
        })
        .collect();
    let names = names(conn, actor, &live.by, &shown)?;
    let mut pairs: BTreeMap<&str, (Decimal, [Vec<Pair>; 4])> = BTreeMap::new();
    let mut rows = Vec::new();
    for ((code, keys), (numbers, actual)) in &groups {
        let each = MEASURED.map(|of| Pair {
            forecast: of(numbers),
            actual: *actual,
        });
        let total = pairs.entry(code).or_default();
        total.0 += actual;
        total.1.iter_mut().zip(each).for_each(|(all, pair)| all.push(pair));
        let [expected, commit_forecast, best_case_forecast, open_forecast] = each.map(|pair| error(code, pair));
        let Some(group) = group(&live, keys, &names).pop() else { continue };
        rows.push(AccuracyRow {
            group,
            actual: MoneyTotal::of(code, *actual),
            expected,
            commit_forecast,
            best_case_forecast,
            open_forecast,
        });
    }
    let total = |(code, (actual, all)): (&str, (Decimal, [Vec<Pair>; 4]))| {
        let [expected, commit_forecast, best_case_forecast, open_forecast] = all.map(|pairs| measures(code, &pairs));
        AccuracyTotal {
            actual: MoneyTotal::of(code, actual),
            expected,
            commit_forecast,
            best_case_forecast,
            open_forecast,
        }
    };
    let today = course::hours(conn)?.day(now);
    Ok(ForecastAccuracy {
        snapshot_id: id,
        over: found.ends_on.is_some_and(|end| end < today),
        period: period(&found),
        group_by: by,
        totals: pairs.into_iter().map(total).collect(),
        rows,
    })
}

async fn accurate(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("forecast_snapshots", "read")?;
    signed.0.sight("opportunities", "read")?;
    let query = Query::read(&request, &["group_by"])?;
    let known = |text: &str| By::of(text).filter(|by| !matches!(by, By::Product | By::Period));
    let (id, by, now) = (id(&path)?, query.parsed("group_by", known)?.unwrap_or(By::Owner), app.now());
    let found = app.db.read(move |conn| measured(conn, &signed.0.actor, now, id, by)).await?;
    let body = serde_json::to_vec(&found).map_err(|e| Error::Internal(e.to_string()))?;
    respond(&request, weak(&body), body, None)
}

fn money(amount: &str) -> Value {
    json!({"amount": amount, "currency": "IRR"})
}

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    let id = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20";
    let period = json!({"key": "1405-Q1", "starts_on": "2026-03-21", "ends_on": "2026-06-21"});
    let error = |forecast: &str, error: &str, percent: &str| json!({"forecast": money(forecast), "error": money(error), "absolute_percent": percent});
    let all =
        |forecast: &str, percent: &str, bias: &str| json!({"forecast": money(forecast), "wape": percent, "mape": percent, "bias": bias});
    let shown = json!({
        "snapshot_id": id, "period": period, "over": true, "group_by": "owner",
        "rows": [{
            "group": {"by": "owner", "id": id, "name": "سارا احمدی"}, "actual": money("8000000000.00"),
            "expected": error("7600000000.00", "-400000000.00", "5.00"), "commit_forecast": error("6000000000.00", "-2000000000.00", "25.00"),
            "best_case_forecast": error("8000000000.00", "0.00", "0.00"), "open_forecast": error("11000000000.00", "3000000000.00", "37.50")
        }],
        "totals": [{
            "actual": money("8000000000.00"), "expected": all("7600000000.00", "5.00", "-5.00"), "commit_forecast": all("6000000000.00", "25.00", "-25.00"),
            "best_case_forecast": all("8000000000.00", "0.00", "0.00"), "open_forecast": all("11000000000.00", "37.50", "37.50")
        }]
    });
    let doc = "How far the numbers of a snapshot were from what was won in its period, for each owner, unit, manager, region, province or pipeline, and over all of \
               them by the usual measures: WAPE, MAPE and bias. Of the deals that you may see. Needs the permissions `forecast_snapshots:read` and \
               `opportunities:read`.";
    let words: Vec<&str> = By::WORDS
        .iter()
        .map(AsRef::as_ref)
        .filter(|word| !["product", "period"].contains(word))
        .collect();
    let measuring = operation(
        "getForecastAccuracy",
        ForecastSnapshot::SPEC.tag,
        "See how accurate a forecast was",
        doc,
    )
    .parameter(path_id())
    .parameter(query(
        "group_by",
        "What is told apart.",
        text(10).enum_values(Some(words)).default(Some(json!("owner"))),
    ))
    .response("200", answer("The accuracy.", "ForecastAccuracy", shown));
    config.service(
        Operations::at("/forecast-snapshots/{id}/accuracy")
            .get(|| web::route().to(accurate), conditional(measuring))
            .schema::<ForecastAccuracy>(),
    );
}

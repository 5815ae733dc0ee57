//! Forecasts: what the deals of a span of time come to, by what one wants to tell apart.
use super::adjusted::{Adjusted, ForecastAdjusted};
use super::forecast_shown::{ForecastGroup, ForecastNumbers, group};
use super::snapshot;
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, conditional, query, text};
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::{Query, unfit};
use crate::http::reading::{respond, weak};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::instant::Instant;
use domain::core::problem::{Code, Problems};
use domain::core::resource::Resource;
use domain::sales::forecast::ForecastDimension as By;
use domain::sales::opportunity::Opportunity;
use domain::sales::period::{FiscalCalendar, PERIOD_KEY, Period, PeriodLength};
use persistence::core::conn::Conn;
use persistence::sales::course;
use persistence::sales::forecast::{self, Ask};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::schema::{KnownFormat, SchemaFormat};
use utoipa_actix_web::service_config::ServiceConfig;

/// Periods of a forecast, at most: five years of months.
const PERIODS: usize = 60;
/// Groups of a forecast, at most.
const GROUPS: usize = 10_000;
/// What a forecast is told apart by at once, at most.
const DIMENSIONS: usize = 3;

/// What the deals of some periods come to, as far as you may see them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Forecast {
    calendar: FiscalCalendar,
    period_length: PeriodLength,
    /// The periods that deals close in: whole ones, without gaps.
    #[schema(max_items = 60)]
    periods: Vec<Period>,
    /// What it is told apart by.
    #[schema(max_items = 3)]
    group_by: Vec<By>,
    /// Each group, by currency.
    #[schema(max_items = 10000)]
    rows: Vec<ForecastRow>,
    /// All of it, by currency. A deal with several products is in several groups, and counts once here.
    #[schema(max_items = 200)]
    totals: Vec<ForecastNumbers>,
}

/// A group, in one currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct ForecastRow {
    /// What tells it apart, in the order that was asked for.
    #[schema(max_items = 3)]
    group: Vec<ForecastGroup>,
    numbers: ForecastNumbers,
    /// What managers make of it, as far as you may see that: of groups that are one owner or one unit in one period.
    #[schema(max_items = 20)]
    adjustments: Vec<ForecastAdjusted>,
}

/// What was asked for, before anything is known of the calendar.
pub(super) struct Asked {
    pub calendar: Option<FiscalCalendar>,
    pub length: Option<PeriodLength>,
    /// The name of one period, in the place of the span.
    pub period: Option<String>,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub ask: Ask,
}

/// That `period` names no period of the organization's years.
pub(super) fn unnamed() -> Error {
    let mut problems = Problems::default();
    problems.with("", Code::Format, vec![("format", "1405-Q1".to_owned())]);
    Error::Query(vec![("period", problems)])
}

fn day(text: &str) -> Option<NaiveDate> {
    text.parse().ok().filter(|_| text.len() == 10)
}

impl Asked {
    pub const PARAMETERS: [&str; 13] = [
        "group_by",
        "period_length",
        "calendar",
        "period",
        "from",
        "to",
        "owner_id",
        "unit_id",
        "pipeline_id",
        "product_id",
        "province",
        "currency",
        "snapshot_id",
    ];

    pub fn read(query: &Query) -> Result<Asked, Failure> {
        let dimensions = |text: &str| {
            let all: Option<Vec<By>> = text.split(',').map(By::of).collect();
            let fits = |all: &Vec<By>| all.len() <= DIMENSIONS && (1..all.len()).all(|i| !all[..i].contains(&all[i]));
            all.filter(fits)
        };
        let currency = |code: &str| match domain::core::money::currency(code) {
            Ok(currency) => Ok(currency.code().to_owned()),
            Err(error) => Err(unfit("currency", error.code(), Vec::new())),
        };
        let short = |text: &str| (1..=100).contains(&text.chars().count()).then(|| text.to_owned());
        let ask = Ask {
            periods: Vec::new(),
            by: query.parsed("group_by", dimensions)?.unwrap_or_else(|| vec![By::Period]),
            owner: query.id("owner_id")?,
            unit: query.id("unit_id")?,
            pipeline: query.id("pipeline_id")?,
            product: query.id("product_id")?,
            province: query.parsed("province", short)?,
            currency: query.text("currency").map(currency).transpose()?,
            snapshot: query.id("snapshot_id")?,
        };
        let asked = Asked {
            calendar: query.parsed("calendar", FiscalCalendar::of)?,
            length: query.parsed("period_length", PeriodLength::of)?,
            period: query.text("period").map(ToOwned::to_owned),
            from: query.parsed("from", day)?,
            to: query.parsed("to", day)?,
            ask,
        };
        let span = asked.from.is_some() || asked.to.is_some();
        let given = [asked.period.is_some(), span, asked.ask.snapshot.is_some()];
        let both = given.into_iter().filter(|given| *given).count() > 1;
        // Lines are not kept.
        let sold = asked.ask.product.is_some() || asked.ask.by.contains(&By::Product);
        let backwards = matches!((asked.from, asked.to), (Some(from), Some(to)) if to < from);
        let beside = |name, other: &str| Err(unfit(name, Code::Conflict, vec![("with", other.to_owned())]).into());
        match (both, asked.from) {
            _ if sold && asked.ask.snapshot.is_some() => beside("snapshot_id", "product"),
            (true, _) if span => beside("from", if asked.period.is_some() { "period" } else { "snapshot_id" }),
            (true, _) => beside("period", "snapshot_id"),
            (_, Some(from)) if backwards => Err(unfit("to", Code::OutOfRange, vec![("min", from.to_string())]).into()),
            _ => Ok(asked),
        }
    }

    /// The periods meant: of the span, of the period that is named, else of this fiscal year.
    fn settle(&mut self, conn: &mut Conn, actor: &Actor, now: Instant) -> Result<(FiscalCalendar, PeriodLength)> {
        let fiscal = forecast::fiscal(conn)?;
        let named = match (&self.period, self.ask.snapshot) {
            (_, Some(id)) => Some(snapshot::period(&snapshot::seen(conn, actor, id)?)),
            (Some(key), None) => Some(fiscal.parse(key).ok_or_else(unnamed)?),
            (None, None) => None,
        };
        let length = self.length.or(named.as_ref().map(Period::length)).unwrap_or_default();
        let calendar = self
            .calendar
            .unwrap_or_else(|| named.as_ref().map_or(fiscal.calendar, |p| fiscal.calendar_of(p)));
        let beyond = || unfit("to", Code::OutOfRange, vec![("max", format!("{PERIODS} periods"))]);
        let today = course::hours(conn)?.day(now);
        let year = fiscal
            .containing(calendar, PeriodLength::Year, self.from.unwrap_or(today))
            .ok_or_else(beyond)?;
        let span = match (&named, self.from, self.to) {
            (Some(period), ..) => (period.starts_on, period.ends_on),
            (None, from, to) => {
                let from = from.unwrap_or_else(|| to.map_or(year.starts_on, |to| to.min(year.starts_on)));
                (from, to.unwrap_or(year.ends_on))
            }
        };
        self.ask.periods = fiscal.covering(calendar, length, span, PERIODS).ok_or_else(beyond)?;
        if let Some(period) = named.filter(|_| self.length.is_none()) {
            self.ask.periods = vec![period];
        }
        Ok((calendar, length))
    }
}

fn look(conn: &mut Conn, actor: &Actor, now: Instant, mut asked: Asked) -> Result<Forecast> {
    let (calendar, period_length) = asked.settle(conn, actor, now)?;
    let ask = asked.ask;
    let sight = actor
        .sight("opportunities", "read")
        .ok_or_else(|| Error::Forbidden("opportunities:read".to_owned()))?;
    let found = forecast::forecast(conn, &sight, &ask)?;
    if found.groups.len() > GROUPS {
        return Err(unfit("group_by", Code::TooComplex, vec![("max", GROUPS.to_string())]));
    }
    let names = super::forecast_shown::names(conn, actor, &ask.by, &found.groups)?;
    let adjusted = Adjusted::of(conn, actor, &ask, &found.groups)?;
    let rows = found.groups.iter().map(|row| ForecastRow {
        adjustments: adjusted.shown(&ask, row),
        group: group(&ask, &row.keys, &names),
        numbers: ForecastNumbers::of(row.currency.as_deref(), &row.numbers),
    });
    Ok(Forecast {
        calendar,
        period_length,
        rows: rows.collect(),
        totals: found
            .totals
            .iter()
            .map(|(currency, numbers)| ForecastNumbers::of(currency.as_deref(), numbers))
            .collect(),
        periods: ask.periods,
        group_by: ask.by,
    })
}

async fn show(request: HttpRequest, app: Data<App>, signed: SignedIn) -> Result<HttpResponse, Failure> {
    signed.0.sight("opportunities", "read")?;
    let asked = Asked::read(&Query::read(&request, &Asked::PARAMETERS)?)?;
    let now = app.now();
    let found = app.db.read(move |conn| look(conn, &signed.0.actor, now, asked)).await?;
    let body = serde_json::to_vec(&found).map_err(|e| Error::Internal(e.to_string()))?;
    respond(&request, weak(&body), body, None)
}

/// The parameters that say which deals are meant.
pub(super) fn parameters(operation: utoipa::openapi::path::OperationBuilder) -> utoipa::openapi::path::OperationBuilder {
    let uuid = || text(36).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    let date = || text(10).format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)));
    let words = |all: &[std::borrow::Cow<'static, str>], usual: Option<&str>| {
        let words: Vec<&str> = all.iter().map(AsRef::as_ref).collect();
        text(20).enum_values(Some(words)).default(usual.map(|word| json!(word)))
    };
    let dimensions = By::WORDS.join("|");
    let list = text(60)
        .pattern(Some(format!("^({dimensions})(,({dimensions})){{0,{}}}$", DIMENSIONS - 1)))
        .default(Some(json!("period")));
    let key = text(7).pattern(Some(PERIOD_KEY));
    operation
        .parameter(query("group_by", "What is told apart: up to three, separated by commas.", list))
        .parameter(query(
            "period_length",
            "How long each period is.",
            words(PeriodLength::WORDS, Some("quarter")),
        ))
        .parameter(query(
            "calendar",
            "The calendar of the periods; that of the fiscal year unless given.",
            words(FiscalCalendar::WORDS, None),
        ))
        .parameter(query(
            "period",
            "Only this period, in the place of `from` and `to`; with `period_length`, the periods in it.",
            key,
        ))
        .parameter(query(
            "from",
            "A day of the first period; the first of this fiscal year unless given.",
            date(),
        ))
        .parameter(query(
            "to",
            "A day of the last period; the last of the fiscal year of `from` unless given. At most 60 periods.",
            date(),
        ))
        .parameter(query("owner_id", "Only the deals of this user.", uuid()))
        .parameter(query("unit_id", "Only the deals of this unit and of all below it.", uuid()))
        .parameter(query("pipeline_id", "Only the deals of this pipeline.", uuid()))
        .parameter(query("product_id", "Only what the lines of deals say of this product.", uuid()))
        .parameter(query(
            "province",
            "Only deals of customers in this province.",
            text(100).min_length(Some(1)),
        ))
        .parameter(query(
            "snapshot_id",
            "The deals of this snapshot as they were then, in the place of those that there are; without products.",
            uuid(),
        ))
        .parameter(query(
            "currency",
            "Only deals in this currency, ISO 4217.",
            text(3).pattern(Some("^[A-Z]{3}$")),
        ))
}

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    let doc = "What the deals that close in some periods come to, as far as you may see them: won, lost, and the open ones by how surely one counts on \
               them, with the weighted pipeline and the forecasts that are rolled up of them. Amounts of different currencies are never added. A deal without \
               an amount counts under no currency; one without a closing day is in no period. Needs the permission `opportunities:read`.";
    let shown = json!({
        "calendar": "persian", "period_length": "quarter",
        "periods": [{"key": "1405-Q1", "starts_on": "2026-03-21", "ends_on": "2026-06-21"}],
        "group_by": ["owner", "period"],
        "rows": [{
            "group": [
                {"by": "owner", "id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a25", "name": "سارا احمدی"},
                {"by": "period", "id": null, "name": "1405-Q1"}
            ],
            "numbers": ForecastNumbers::example(), "adjustments": [ForecastAdjusted::example()]
        }],
        "totals": [ForecastNumbers::example()]
    });
    let looking = operation("getForecasts", Opportunity::SPEC.tag, "Forecast what deals will bring", doc);
    let looking = parameters(looking).response("200", answer("The forecast.", "Forecast", shown));
    config.service(
        Operations::at("/forecasts")
            .get(|| web::route().to(show), conditional(looking))
            .schema::<Forecast>(),
    );
}

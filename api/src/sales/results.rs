//! Results: what became of deals, by seller, unit, manager, region, province, pipeline, product or competitor.
use super::totals::{MoneyTotal, Totals};
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, conditional, query, text};
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::reading::{respond, weak};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::resource::Resource;
use domain::sales::opportunity::{Opportunity, OpportunityStatus};
use persistence::core::conn::Conn;
use persistence::core::names::names;
use persistence::sales::forecast::leads;
use persistence::sales::results::{By, Group, Key, Which, groups, parents};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use utoipa::openapi::schema::{KnownFormat, SchemaFormat};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

domain::choice! {
    /// By what results are told apart: the deal's owner, its unit (with all units below), who leads that unit, the region of that unit, its
    /// customer's province, its pipeline, its products, or whoever competed for it.
    pub enum ResultsBy {
        Owner = "owner", Unit = "unit", Manager = "manager", Region = "region", Province = "province", Pipeline = "pipeline",
        Product = "product", Competitor = "competitor",
    }
}

impl ResultsBy {
    /// How storage groups, and the object that the groups are named by; none where the group is a name already.
    const fn grouping(self) -> (By, &'static str) {
        match self {
            ResultsBy::Owner => (By::Owner, "users"),
            ResultsBy::Unit => (By::Unit, "units"),
            // Who leads a unit and where it is, is looked up of each.
            ResultsBy::Manager => (By::Unit, "users"),
            ResultsBy::Region => (By::Unit, ""),
            ResultsBy::Province => (By::Province, ""),
            ResultsBy::Pipeline => (By::Pipeline, "pipelines"),
            ResultsBy::Product => (By::Product, "products"),
            ResultsBy::Competitor => (By::Competitor, "competitors"),
        }
    }
}

/// What became of some deals.
#[derive(Debug, Serialize, ToSchema)]
pub struct SalesResult {
    /// Whose they are, or what they are of; null for those without, for regions and provinces, and for all together.
    #[schema(value_type = Option<String>, format = "uuid", max_length = 36)]
    id: Option<Uuid>,
    /// What that is called, where you may see it.
    #[schema(max_length = 200, example = "شعبهٔ یزد")]
    name: Option<String>,
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991i64)]
    open: i64,
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991i64)]
    won: i64,
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991i64)]
    lost: i64,
    /// What is open is worth, by currency.
    #[schema(max_items = 200)]
    open_value: Vec<MoneyTotal>,
    #[schema(max_items = 200)]
    won_value: Vec<MoneyTotal>,
    #[schema(max_items = 200)]
    lost_value: Vec<MoneyTotal>,
    /// Won deals among those that were won or lost, from 0 to 1 with four decimals; null where there are none.
    #[schema(max_length = 6, pattern = r"^[01]\.\d{4}$", example = "0.6315")]
    win_rate: Option<String>,
    /// How many days a won deal took from beginning to end, on average, with one decimal; null where that is not known.
    #[schema(max_length = 12, pattern = r"^-?\d{1,9}\.\d$", example = "51.8")]
    days_to_win: Option<String>,
}

/// What became of deals.
#[derive(Debug, Serialize, ToSchema)]
pub struct SalesResults {
    /// By name; those without come last.
    #[schema(max_items = 100_000)]
    data: Vec<SalesResult>,
    /// All together.
    total: SalesResult,
}

/// What was added up so far.
#[derive(Default)]
struct Sum {
    counts: [i64; 3],
    values: [Totals; 3],
    days: i64,
    timed: i64,
}

impl Sum {
    fn add(&mut self, group: &Group) {
        let at = match group.status {
            OpportunityStatus::Open => 0,
            OpportunityStatus::Won => 1,
            OpportunityStatus::Lost => 2,
        };
        self.counts[at] += group.deals;
        if let Some(currency) = &group.currency {
            self.values[at].add(currency, group.amount);
        }
        if group.status == OpportunityStatus::Won {
            self.days += group.days;
            self.timed += group.timed;
        }
    }

    fn told(&self, id: Option<Uuid>, name: Option<String>) -> SalesResult {
        let [open, won, lost] = self.counts;
        let part = |n: i64, of: i64, scale: u32| {
            (of > 0).then(|| {
                let mut part = (Decimal::from(n) / Decimal::from(of))
                    .round_dp_with_strategy(scale, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
                part.rescale(scale);
                part.to_string()
            })
        };
        SalesResult {
            id,
            name,
            open,
            won,
            lost,
            open_value: self.values[0].told(),
            won_value: self.values[1].told(),
            lost_value: self.values[2].told(),
            win_rate: part(won, won + lost, 4),
            days_to_win: part(self.days, self.timed, 1),
        }
    }
}

fn look(conn: &mut Conn, actor: &Actor, by: Option<ResultsBy>, which: Which) -> Result<SalesResults> {
    let sight = actor.sight("opportunities", "read").ok_or(Error::NotFound)?;
    let mut total = Sum::default();
    let Some((by, (storage, object))) = by.map(|by| (by, by.grouping())) else {
        groups(conn, &sight, By::Nothing, which)?.iter().for_each(|group| total.add(group));
        return Ok(SalesResults {
            data: Vec::new(),
            total: total.told(None, None),
        });
    };
    let (mut above, mut led) = (BTreeMap::new(), BTreeMap::new());
    match by {
        ResultsBy::Unit => above = parents(conn)?,
        ResultsBy::Manager | ResultsBy::Region => led = leads(conn)?,
        _ => {}
    }
    let mut sums: BTreeMap<Key, Sum> = BTreeMap::new();
    for group in groups(conn, &sight, storage, which)? {
        total.add(&group);
        let lead = group.key.record().and_then(|unit| led.get(&unit));
        let key = match by {
            ResultsBy::Manager => Key::Record(lead.and_then(|lead| lead.manager)),
            ResultsBy::Region => Key::Place(lead.and_then(|lead| lead.region.clone())),
            _ => group.key.clone(),
        };
        // A unit's results are also those of the units above it.
        let (mut at, mut seen) = (group.key.record(), BTreeSet::new());
        while let Some(parent) = at.and_then(|unit| above.get(&unit)).filter(|parent| seen.insert(**parent)) {
            sums.entry(Key::Record(Some(*parent))).or_default().add(&group);
            at = Some(*parent);
        }
        sums.entry(key).or_default().add(&group);
    }
    if matches!(storage, By::Competitor | By::Product) {
        // A deal counts once in the total, however many compete for it and whatever is sold by it, and also where there is neither.
        total = Sum::default();
        groups(conn, &sight, By::Nothing, which)?.iter().for_each(|group| total.add(group));
    }
    let ids: BTreeSet<Uuid> = sums.keys().filter_map(Key::record).collect();
    let mut called = match actor.sight(object, "read") {
        Some(sight) => names(conn, &sight, "name", ids, true)?,
        None => BTreeMap::new(),
    };
    let told = |(key, sum): (&Key, &Sum)| match key {
        Key::Record(id) => sum.told(*id, id.and_then(|id| called.remove(&id))),
        Key::Place(name) => sum.told(None, name.clone()),
    };
    let mut data: Vec<SalesResult> = sums.iter().map(told).collect();
    data.sort_by_cached_key(|result| (result.name.is_none(), result.id.is_none(), result.name.clone(), result.id));
    Ok(SalesResults {
        data,
        total: total.told(None, None),
    })
}

async fn results(request: HttpRequest, app: Data<App>, signed: SignedIn) -> Result<HttpResponse, Failure> {
    signed.0.sight("opportunities", "read")?;
    let query = Query::read(&request, &["by", "pipeline_id", "from", "to"])?;
    let day = |name: &'static str| query.parsed(name, |text| text.parse::<NaiveDate>().ok().filter(|_| text.len() == 10));
    let by = query.parsed("by", ResultsBy::of)?;
    let which = Which {
        pipeline: query.id("pipeline_id")?,
        from: day("from")?,
        to: day("to")?,
    };
    let results = app.db.read(move |conn| look(conn, &signed.0.actor, by, which)).await?;
    let body = serde_json::to_vec(&results).map_err(|e| Error::Internal(e.to_string()))?;
    respond(&request, weak(&body), body, None)
}

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    let doc = "How many deals are open, won and lost, what they are worth, how often and how fast they are won: all together and, with `by`, for each \
               owner, unit (with all units below), manager and region of units, province of customers, pipeline, product or competitor; of deals that you may see. `from` and `to` are about the closing day. Needs the \
               permission `opportunities:read`.";
    let money = |amount: &str| json!([{"amount": amount, "currency": "IRR"}]);
    let one = |id: Option<&str>, name: Option<&str>| {
        json!({
            "id": id, "name": name, "open": 12, "won": 24, "lost": 14, "open_value": money("750000000.00"), "won_value": money("1250000000.00"),
            "lost_value": money("420000000.00"), "win_rate": "0.6316", "days_to_win": "51.8"
        })
    };
    let shown = json!({"data": [one(Some("0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a25"), Some("بهرام فرهادی"))], "total": one(None, None)});
    let day = || text(10).format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)));
    let looking = operation("getSalesResults", Opportunity::SPEC.tag, "See what became of deals", doc)
        .parameter(query(
            "by",
            "By what they are told apart.",
            text(10).enum_values(Some(ResultsBy::WORDS.iter().map(|w| w.as_ref()))),
        ))
        .parameter(query(
            "pipeline_id",
            "Only deals of this pipeline.",
            text(36).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))),
        ))
        .parameter(query("from", "From this closing day on.", day()))
        .parameter(query("to", "To this closing day.", day()))
        .response("200", answer("What became of them.", "SalesResults", shown));
    config.service(
        Operations::at("/sales-results")
            .get(|| web::route().to(results), conditional(looking))
            .schema::<SalesResults>(),
    );
}

//! Forecasts: what deals that close in a span of days come to, as far as somebody may see them, told apart by what they ask for. One
//! statement adds up all of it, over an index that holds all it reads.
use crate::access::actor::below;
use crate::core::cell::Cells;
use crate::core::conn::Conn;
use crate::core::money;
use crate::core::names;
use crate::core::read;
use crate::core::settings;
use crate::core::sql::{Bind, Sql};
use chrono::NaiveDate;
use domain::core::actor::{Actor, Sight};
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::settings::{FISCAL_CALENDAR, FISCAL_FIRST_MONTH};
use domain::sales::forecast::{ForecastDimension as By, Numbers, Sum};
use domain::sales::opportunity::OpportunityStatus;
use domain::sales::period::{Fiscal, FiscalCalendar, Period};
use domain::sales::stage::ForecastCategory;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What a forecast is asked for.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// The periods that deals close in, in their order and without gaps.
    pub periods: Vec<Period>,
    pub by: Vec<By>,
    pub owner: Option<Uuid>,
    /// This unit and all below it.
    pub unit: Option<Uuid>,
    pub pipeline: Option<Uuid>,
    /// Only what their lines say of this product.
    pub product: Option<Uuid>,
    pub province: Option<String>,
    pub currency: Option<String>,
    /// The deals as this snapshot keeps them, in the place of those that there are.
    pub snapshot: Option<Uuid>,
}

/// What tells groups apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Id(Option<Uuid>),
    Text(Option<String>),
    /// The place of a period.
    Period(usize),
}

/// Deals of one group and one currency.
#[derive(Debug, Clone)]
pub struct Group {
    pub keys: Vec<Key>,
    /// None for deals without an amount.
    pub currency: Option<String>,
    pub numbers: Numbers,
}

/// All of a forecast.
#[derive(Debug, Clone, Default)]
pub struct Forecast {
    pub groups: Vec<Group>,
    /// By currency. A deal in several groups counts once.
    pub totals: BTreeMap<Option<String>, Numbers>,
}

/// How the organization counts its years.
///
/// # Errors
/// Those of the database.
pub fn fiscal(conn: &mut Conn) -> Result<Fiscal> {
    Ok(Fiscal {
        calendar: FiscalCalendar::of(&settings::in_force(conn, FISCAL_CALENDAR)?).unwrap_or_default(),
        first_month: settings::in_force(conn, FISCAL_FIRST_MONTH)?.parse().unwrap_or(1),
    })
}

/// Who leads a unit, and its region: its own, or those of the next one above that has any.
#[derive(Debug, Clone, Default)]
pub struct Lead {
    pub manager: Option<Uuid>,
    pub region: Option<String>,
}

/// Who leads each unit, and in which region it is.
///
/// # Errors
/// Those of the database.
pub fn leads(conn: &mut Conn) -> Result<BTreeMap<Uuid, Lead>> {
    let mut own: BTreeMap<Uuid, (Option<Uuid>, Lead)> = BTreeMap::new();
    let sql = Sql::new("SELECT id, parent_id, manager_id, region FROM units WHERE deleted_at IS NULL");
    conn.rows(&sql, |row| {
        let lead = Lead {
            manager: row.uuid(2)?,
            region: row.text(3)?.filter(|region| !region.is_empty()),
        };
        own.insert(row.uuid(0)?.unwrap_or_default(), (row.uuid(1)?, lead));
        Ok(())
    })?;
    let found = own.keys().map(|unit| {
        let (mut lead, mut next, mut steps) = (Lead::default(), Some(*unit), own.len());
        // A tree has no more steps than units.
        while let Some((above, own)) = next.and_then(|unit| own.get(&unit)).filter(|_| steps > 0) {
            lead.manager = lead.manager.or(own.manager);
            lead.region = lead.region.or_else(|| own.region.clone());
            (next, steps) = (*above, steps - 1);
        }
        (*unit, lead)
    });
    Ok(found.collect())
}

/// The names of some records that the actor sees.
///
/// # Errors
/// Those of the database.
pub fn names(conn: &mut Conn, actor: &Actor, object: &'static str, ids: BTreeSet<Uuid>) -> Result<BTreeMap<Uuid, String>> {
    match actor.sight(object, "read") {
        Some(sight) => names::names(conn, &sight, "name", ids, false),
        None => Ok(BTreeMap::new()),
    }
}

/// What is selected for a dimension, and how it is read. Managers and regions are those of units, which is looked up afterwards.
fn column(by: By) -> &'static str {
    match by {
        By::Owner => "t0.owner_id",
        By::Unit | By::Manager | By::Region => "t0.unit_id",
        By::Province => "c.province",
        By::Product => "p.product_id",
        By::Pipeline => "t0.pipeline_id",
        By::Period => "",
    }
}

/// The place of the period that a deal closes in.
fn period(periods: &[Period]) -> Sql {
    let mut sql = Sql::new("CAST(CASE");
    for (place, period) in periods.iter().enumerate() {
        sql = sql
            .text(" WHEN t0.close_date <= ")
            .bind(Bind::Date(period.ends_on))
            .text(format!(" THEN {place}"));
    }
    sql.text(" END AS BIGINT)")
}

/// The columns behind what the index of forecasts has first that a dimension needs, in the order of the index: deals that are alike in all of
/// them stand together there, and are added up as they are met. Only these sums are sorted by what is asked for.
fn run(by: &[By]) -> &'static [&'static str] {
    let needs = |all: &[By]| by.iter().any(|by| all.contains(by));
    match () {
        () if needs(&[By::Pipeline]) => &["unit_id", "owner_id", "pipeline_id"],
        () if needs(&[By::Owner]) => &["unit_id", "owner_id"],
        () if needs(&[By::Unit, By::Manager, By::Region]) => &["unit_id"],
        () => &[],
    }
}

/// Which deals are meant, over `t0`.
fn meant(sight: &Sight<'_>, ask: &Ask, units: Option<BTreeSet<Uuid>>, (from, to): (NaiveDate, NaiveDate)) -> Sql {
    let mut sql = match ask.snapshot {
        Some(id) => Sql::new(" WHERE t0.snapshot_id = ").bind(id),
        None => Sql::new(" WHERE t0.deleted_at IS NULL"),
    };
    sql = sql.text(" AND t0.close_date >= ").bind(Bind::Date(from));
    sql = sql.text(" AND t0.close_date <= ").bind(Bind::Date(to));
    let ids = [
        ("t0.owner_id", ask.owner),
        ("t0.pipeline_id", ask.pipeline),
        ("p.product_id", ask.product),
    ];
    for (column, id) in ids {
        if let Some(id) = id {
            sql = sql.text(format!(" AND {column} = ")).bind(id);
        }
    }
    for (column, text) in [("c.province", &ask.province), ("t0.amount_currency", &ask.currency)] {
        if let Some(text) = text {
            sql = sql.text(format!(" AND {column} = ")).bind(text);
        }
    }
    if let Some(units) = units {
        sql = sql.text(" AND t0.unit_id IN ").list(units.into_iter().map(Bind::from));
    }
    sql.also(read::sight(sight))
}

/// The one statement.
fn statement(sqlite: bool, sight: &Sight<'_>, ask: &Ask, units: Option<BTreeSet<Uuid>>, span: (NaiveDate, NaiveDate)) -> Sql {
    let sold = ask.product.is_some() || ask.by.contains(&By::Product);
    let placed = ask.province.is_some() || ask.by.contains(&By::Province);
    // PostgreSQL adds up with several processes at once, which runs would keep it from.
    let runs = sqlite && !sold && !placed;
    let mut sql = Sql::new("SELECT ");
    for by in &ask.by {
        sql = match by {
            By::Period => sql.and(period(&ask.periods)),
            by => sql.text(column(*by)),
        };
        sql = sql.text(", ");
    }
    let part = |name: &str| match sold {
        true => format!("COALESCE(p.amount_{name}, t0.amount_{name})"),
        false => format!("t0.amount_{name}"),
    };
    let (whole, micros) = (part("units"), part("micros"));
    // Shares of the whole part are added in two halves: a hundred times a large amount, a million times, is no number of 64 bits.
    let added = [
        whole.clone(),
        micros.clone(),
        format!("({whole} / 1000000) * t0.probability"),
        format!("({whole} % 1000000) * t0.probability"),
        format!("{micros} * t0.probability"),
    ];
    let added = added.map(|what| format!(", CAST(COALESCE(SUM({what}), 0) AS BIGINT)")).concat();
    // By product a deal of several counts once in the total: there is one row of each product.
    let counted = match (runs, sold) {
        (true, _) => "CAST(SUM(t0.n) AS BIGINT), CAST(SUM(t0.n) AS BIGINT)",
        (_, true) if ask.product.is_none() => "COUNT(*), CAST(SUM(CASE WHEN p.place > 0 THEN 0 ELSE 1 END) AS BIGINT)",
        _ => "COUNT(*), COUNT(*)",
    };
    sql = sql.text(format!(
        "t0.amount_currency, t0.status, t0.forecast_category, {counted}{added} FROM "
    ));
    let table = match ask.snapshot {
        Some(_) => "forecast_snapshot_deals t0",
        // SQLite takes any index of closing days for as good as this one, which alone holds all that is read.
        None if sqlite => "opportunities t0 INDEXED BY opportunities_forecast",
        None => "opportunities t0",
    };
    let deals = meant(sight, ask, units, span);
    sql = match runs {
        true => {
            let alike = ["close_date", "status", "forecast_category", "amount_currency", "probability"];
            let alike = alike.iter().chain(run(&ask.by)).map(|column| format!("t0.{column}"));
            let alike = alike.collect::<Vec<_>>().join(", ");
            let sums = ["units", "micros"]
                .map(|part| format!(", CAST(SUM(t0.amount_{part}) AS BIGINT) AS amount_{part}"))
                .concat();
            sql.text(format!("(SELECT {alike}, COUNT(*) AS n{sums} FROM {table}"))
                .and(deals)
                .text(format!(" GROUP BY {alike}) t0"))
        }
        false => {
            let lines = if sold {
                " LEFT JOIN opportunity_products p ON p.opportunity_id = t0.id"
            } else {
                ""
            };
            let places = if placed { " JOIN customers c ON c.id = t0.customer_id" } else { "" };
            sql.text(format!("{table}{lines}{places}")).and(deals)
        }
    };
    let places: Vec<String> = (1..=ask.by.len() + 3).map(|place| place.to_string()).collect();
    sql.text(format!(" GROUP BY {}", places.join(", ")))
}

fn key(row: &dyn Cells, at: usize, by: By, leads: &BTreeMap<Uuid, Lead>) -> Result<Key> {
    let lead = |unit: Option<Uuid>| unit.and_then(|unit| leads.get(&unit)).cloned().unwrap_or_default();
    Ok(match by {
        By::Province => Key::Text(row.text(at)?),
        By::Period => Key::Period(usize::try_from(row.integer(at)?).unwrap_or_default()),
        By::Manager => Key::Id(lead(row.uuid(at)?).manager),
        By::Region => Key::Text(lead(row.uuid(at)?).region),
        By::Owner | By::Unit | By::Product | By::Pipeline => Key::Id(row.uuid(at)?),
    })
}

fn word<T: Choice>(row: &dyn Cells, at: usize) -> Result<T> {
    let word = row.text(at)?.unwrap_or_default();
    T::of(&word).ok_or_else(|| Error::Internal(format!("a column holds what it should not: {word}")))
}

/// What deals come to.
///
/// # Errors
/// Those of the database.
pub fn forecast(conn: &mut Conn, sight: &Sight<'_>, ask: &Ask) -> Result<Forecast> {
    let (Some(first), Some(last)) = (ask.periods.first(), ask.periods.last()) else {
        return Ok(Forecast::default());
    };
    let units = ask.unit.map(|unit| below(conn, unit)).transpose()?;
    let led = ask.by.iter().any(|by| matches!(by, By::Manager | By::Region));
    let leads = if led { leads(conn)? } else { BTreeMap::new() };
    let sql = statement(conn.is_sqlite(), sight, ask, units, (first.starts_on, last.ends_on));
    let n = ask.by.len();
    let mut groups: BTreeMap<(Vec<Key>, Option<String>), Numbers> = BTreeMap::new();
    let mut totals: BTreeMap<Option<String>, Numbers> = BTreeMap::new();
    conn.rows(&sql, |row| {
        let keys = ask.by.iter().enumerate().map(|(at, by)| key(row, at, *by, &leads));
        let keys = keys.collect::<Result<Vec<Key>>>()?;
        let currency = row.text(n)?;
        let (status, category): (OpportunityStatus, ForecastCategory) = (word(row, n + 1)?, word(row, n + 2)?);
        let (deals, once) = (row.integer(n + 3)?, row.integer(n + 4)?);
        let amount = money::sum(row, n + 5)?;
        let million = Decimal::from(1_000_000);
        let parts = [row.integer(n + 7)?, row.integer(n + 8)?, row.integer(n + 9)?].map(Decimal::from);
        let percents = parts[0] * million + parts[1] + parts[2] / million;
        let group = groups.entry((keys, currency.clone())).or_default();
        group.add(status, category, Sum { deals, amount }, percents);
        let total = totals.entry(currency).or_default();
        total.add(status, category, Sum { deals: once, amount }, percents);
        Ok(())
    })?;
    let groups = groups
        .into_iter()
        .map(|((keys, currency), numbers)| Group { keys, currency, numbers });
    Ok(Forecast {
        groups: groups.collect(),
        totals,
    })
}

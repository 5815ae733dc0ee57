//! The timeline of a customer: what every area knows of them in one stream, ordered by time. Each area brings a source, one line in
//! [`SOURCES`]; a page is one statement over all of them, each cut to the page before they are put together.
use super::members::Groups;
use super::overview::id;
use crate::activities::interaction::Interactions;
use crate::activities::task::TASKS;
use crate::catalog::quote::QUOTES;
use crate::core::conn::Conn;
use crate::core::sql::{Bind, Sql};
use crate::core::{read, search};
use crate::documents::overview::Documents;
use crate::orders::overview::{CONTRACTS, CREDIT_NOTES, INVOICES, ORDERS, PAYMENTS, REFUNDS, REQUESTS};
use crate::privacy::consent::Consents;
use crate::sales::overview::{LEADS, OPPORTUNITIES};
use domain::activities::interaction::Channel;
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use serde_json::{Map, Value};
use uuid::Uuid;

/// What a timeline is asked, as far as a source must know.
#[derive(Debug)]
pub struct Ask<'a> {
    pub actor: &'a Actor,
    /// Whose timeline it is: customers that the actor sees.
    pub customers: &'a [Uuid],
    /// Only what went this way.
    pub channel: Option<Channel>,
    /// Only what this user of ours did.
    pub person: Option<Uuid>,
    /// Only what has all these terms in its text; folded for search.
    pub terms: Vec<String>,
    pub sqlite: bool,
}

/// What an area puts into the timeline.
pub trait Source: Sync {
    /// What its items are called.
    fn kind(&self) -> &'static str;
    /// A statement that selects the columns `at, tie, record_id, customer_id, word, channel, direction, title, summary, actor_id`, in that
    /// order and through the actor's own sight; `tie` tells items of one moment apart. None where nothing can fit what is asked.
    fn select(&self, ask: &Ask<'_>) -> Option<Sql>;
}

/// All sources: one line for each area.
pub const SOURCES: &[&dyn Source] = &[
    &Interactions,
    &TASKS,
    &Documents,
    &Consents,
    &QUOTES,
    &Groups,
    &LEADS,
    &OPPORTUNITIES,
    &REQUESTS,
    &ORDERS,
    &CONTRACTS,
    &INVOICES,
    &CREDIT_NOTES,
    &PAYMENTS,
    &REFUNDS,
    &Changes,
];

/// Records of a customer that stand in the timeline as what they are: each once, through the actor's own sight. The members are pieces of
/// SQL over `t0`, columns or constants of ours.
#[derive(Debug)]
pub struct Records {
    pub kind: &'static str,
    /// The object, and its table.
    pub object: &'static str,
    /// When it happened; a record without that is left out.
    pub at: &'static str,
    /// What exactly it is.
    pub word: &'static str,
    pub title: &'static str,
    /// What it is told by beside its title.
    pub summary: &'static str,
    /// Which user of ours it is by.
    pub by: &'static str,
}
impl Source for Records {
    fn kind(&self) -> &'static str {
        self.kind
    }
    fn select(&self, ask: &Ask<'_>) -> Option<Sql> {
        let Records {
            kind: _,
            object,
            at,
            word,
            title,
            summary,
            by,
        } = self;
        let sight = ask.actor.sight(object, "read").filter(|_| ask.channel.is_none())?;
        let mut all = vec![
            Sql::new("t0.customer_id IN ").list(ask.customers.iter().map(|id| Bind::from(*id))),
            Sql::new("t0.deleted_at IS NULL"),
            Sql::new(format!("{at} IS NOT NULL")),
        ];
        all.extend(read::sight(&sight));
        all.extend(search::in_row(&ask.terms, ask.sqlite));
        all.extend(ask.person.map(|person| Sql::new(format!("{by} = ")).bind(person)));
        let tie = tie("t0.id", ask.sqlite);
        let sql = Sql::new(format!(
            "SELECT {at} AS at, {tie} AS tie, t0.id AS record_id, t0.customer_id AS customer_id, {word} AS word, CAST(NULL AS TEXT) AS channel, \
             CAST(NULL AS TEXT) AS direction, {title} AS title, {summary} AS summary, {by} AS actor_id FROM {object} t0 WHERE "
        ));
        Some(sql.and(Sql::join(all, " AND ", "TRUE")))
    }
}

/// An id as a text that both databases order alike.
pub fn tie(column: &str, sqlite: bool) -> String {
    match sqlite {
        true => format!("hex({column})"),
        false => format!("upper(replace(CAST({column} AS text), '-', '')) COLLATE \"C\""),
    }
}

/// Changes of the customer's own record.
struct Changes;
impl Source for Changes {
    fn kind(&self) -> &'static str {
        "change"
    }
    fn select(&self, ask: &Ask<'_>) -> Option<Sql> {
        if ask.channel.is_some() || !ask.terms.is_empty() {
            return None;
        }
        let collate = if ask.sqlite { "" } else { " COLLATE \"C\"" };
        let sql = Sql::new(format!(
            "SELECT c.at AS at, CAST(c.seq AS TEXT){collate} AS tie, c.record_id AS record_id, c.record_id AS customer_id, c.op AS word, \
             CAST(NULL AS TEXT) AS channel, CAST(NULL AS TEXT) AS direction, CAST(NULL AS TEXT) AS title, c.changed AS summary, \
             c.actor_id AS actor_id FROM changes c WHERE c.object = 'customers' AND c.version > 0 AND c.record_id IN "
        ));
        let sql = sql.list(ask.customers.iter().map(|id| Bind::from(*id)));
        Some(match ask.person {
            Some(person) => sql.text(" AND c.actor_id = ").bind(person),
            None => sql,
        })
    }
}

/// Something that happened.
#[derive(Debug, Clone)]
pub struct Item {
    pub at: Instant,
    pub tie: String,
    /// The source's kind.
    pub kind: &'static str,
    pub record_id: Uuid,
    pub customer_id: Uuid,
    /// What exactly it was, in the source's own words.
    pub word: String,
    pub channel: Option<String>,
    pub direction: Option<String>,
    pub title: Option<String>,
    pub summary: Option<String>,
    /// The fields of a change.
    pub fields: Vec<String>,
    pub actor_id: Option<Uuid>,
}

/// A place in the stream, and which way it goes on from there.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    pub at: Instant,
    pub tie: String,
    /// Towards now.
    pub newer: bool,
}

/// Which part of the stream is wanted.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// Only these kinds; all where it is empty.
    pub kinds: Vec<String>,
    /// From this moment on.
    pub since: Option<Instant>,
    /// Before this moment.
    pub until: Option<Instant>,
    pub from: Option<Place>,
    pub limit: usize,
}

/// Items, the newest first, and whether there are more in the direction that was gone.
///
/// # Errors
/// Those of the database.
pub fn page(conn: &mut Conn, ask: &Ask<'_>, part: &Part) -> Result<(Vec<Item>, bool)> {
    let newer = part.from.as_ref().is_some_and(|p| p.newer);
    let (order, sign) = if newer { ("at, s.tie", ">") } else { ("at DESC, s.tie DESC", "<") };
    let within = || {
        let mut all: Vec<Sql> = part.since.map(|at| Sql::new("s.at >= ").bind(at)).into_iter().collect();
        all.extend(part.until.map(|at| Sql::new("s.at < ").bind(at)));
        if let Some(place) = &part.from {
            // The first condition is what an index answers, the second the exact place.
            all.push(Sql::new(format!("s.at {sign}= ")).bind(place.at));
            let exact = Sql::new(format!("s.at {sign} ")).bind(place.at);
            all.push(exact.text(format!(" OR s.tie {sign} ")).bind(place.tie.as_str()));
        }
        Sql::join(all, " AND ", "TRUE")
    };
    let wanted = |source: &&&dyn Source| part.kinds.is_empty() || part.kinds.iter().any(|k| k == source.kind());
    let sources = SOURCES
        .iter()
        .filter(wanted)
        .filter_map(|source| Some((source.kind(), source.select(ask)?)));
    let each = sources.map(|(kind, select)| {
        Sql::new(format!("SELECT * FROM (SELECT '{kind}' AS kind, s.* FROM ("))
            .and(select)
            .text(") s WHERE ")
            .and(within())
            .text(format!(" ORDER BY s.{order} LIMIT "))
            .bind(part.limit as i64 + 1)
            .text(") s")
    });
    let each: Vec<Sql> = each.collect();
    if each.is_empty() {
        return Ok((Vec::new(), false));
    }
    let mut whole = Sql::new("SELECT * FROM (");
    for (i, one) in each.into_iter().enumerate() {
        whole = if i > 0 { whole.text(" UNION ALL ") } else { whole }.and(one);
    }
    let whole = whole.text(format!(") s ORDER BY s.{order} LIMIT ")).bind(part.limit as i64 + 1);
    let mut found = Vec::new();
    conn.rows(&whole, |row| {
        let kind = row.text(0)?.unwrap_or_default();
        let kind = SOURCES.iter().map(|s| s.kind()).find(|k| *k == kind).unwrap_or_default();
        let (mut summary, mut fields) = (row.text(9)?, Vec::new());
        if kind != Changes.kind() {
            // A mail begins with what its writer's program put there: blank lines, blanks.
            let line = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
            summary = summary.map(line).filter(|text| !text.is_empty());
        }
        if kind == Changes.kind() {
            // What the fields held is for the audit alone.
            let changed: Map<String, Value> = serde_json::from_str(&summary.take().unwrap_or_default()).unwrap_or_default();
            fields = changed.keys().cloned().collect();
        }
        found.push(Item {
            at: row
                .instant(1)?
                .ok_or_else(|| Error::Internal("an item without a moment".to_owned()))?,
            tie: row.text(2)?.unwrap_or_default(),
            kind,
            record_id: id(row, 3)?,
            customer_id: id(row, 4)?,
            word: row.text(5)?.unwrap_or_default(),
            channel: row.text(6)?,
            direction: row.text(7)?,
            title: row.text(8)?,
            summary,
            fields,
            actor_id: row.uuid(10)?.filter(|id| !id.is_nil()),
        });
        Ok(())
    })?;
    let more = found.len() > part.limit;
    found.truncate(part.limit);
    if newer {
        found.reverse();
    }
    Ok((found, more))
}

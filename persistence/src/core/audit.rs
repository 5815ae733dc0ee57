//! The audit: the change log as people search it, newest first, with each value before and after.
use super::changes::{DENIED, EXPORTED};
use super::conn::Conn;
use super::cursor;
use super::feed::Specs;
use super::sql::Sql;
use super::view::last4;
use domain::core::actor::Actor;
use domain::core::change::{AuditEntry, FieldChange};
use domain::core::error::{Error, Result};
use domain::core::field::Mask;
use domain::core::instant::Instant;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// How many entries one page looks at, whatever it shows.
const EXAMINED: usize = 20_000;
/// How many bytes of values one page holds; then it ends early.
const BYTES: usize = 4 << 20;

/// What an auditor asks for; what is none is not asked.
#[derive(Debug, Clone, Default)]
pub struct Search {
    pub object: Option<String>,
    pub record_id: Option<Uuid>,
    pub actor_id: Option<Uuid>,
    pub op: Option<String>,
    /// The first moment.
    pub from: Option<Instant>,
    /// The moment behind the last.
    pub to: Option<Instant>,
    pub limit: usize,
    pub cursor: Option<String>,
}

impl Search {
    fn bound(&self, actor: &Actor) -> String {
        let micros = |at: Option<Instant>| at.map(Instant::micros);
        let asked = (
            &self.object,
            self.record_id,
            self.actor_id,
            &self.op,
            micros(self.from),
            micros(self.to),
        );
        format!("audit\u{0}{}\u{0}{asked:?}", actor.user_id)
    }
}

/// A page, and the next one's cursor. A page may be short, or empty, and not the last: it looks at a bounded part of the log.
pub fn search(conn: &mut Conn, actor: &Actor, specs: &Specs, search: &Search, secret: &[u8]) -> Result<(Vec<AuditEntry>, Option<String>)> {
    let bound = search.bound(actor);
    // What an index answers narrows the part that is looked at; the rest is picked from it.
    let mut all = Vec::new();
    if let Some(id) = search.record_id {
        all.push(Sql::new("c.record_id = ").bind(id));
    }
    if let Some(id) = search.actor_id {
        all.push(Sql::new("c.actor_id = ").bind(id));
    }
    if let Some(at) = search.from {
        all.push(Sql::new("c.at >= ").bind(at));
    }
    if let Some(at) = search.to {
        all.push(Sql::new("c.at < ").bind(at));
    }
    if let Some(text) = &search.cursor {
        let values = cursor::reveal(text, secret, &bound)?;
        let (at, seq) = match values.as_slice() {
            [at, seq] => (at.as_i64().and_then(Instant::from_micros), seq.as_i64()),
            _ => (None, None),
        };
        let (at, seq) = (at.ok_or(Error::Cursor)?, seq.ok_or(Error::Cursor)?);
        all.push(Sql::new("(c.at, c.seq) < (").bind(at).text(", ").bind(seq).text(")"));
    }
    let rare = search.object.is_some() || search.op.is_some();
    let window = if rare { EXAMINED } else { search.limit + 1 };
    let part = Sql::new("SELECT c.* FROM changes c WHERE ")
        .and(Sql::join(all, " AND ", "TRUE"))
        .text(" ORDER BY c.at DESC, c.seq DESC LIMIT ")
        .bind(window as i64);
    // The last row of the part looked at: where the next page goes on when this one finds too little.
    let edge = match rare {
        true => edge(conn, &part, window)?,
        false => None,
    };
    let mut picked = Vec::new();
    if let Some(object) = &search.object {
        picked.push(Sql::new("c.object = ").bind(object));
    }
    if let Some(op) = &search.op {
        picked.push(Sql::new("c.op = ").bind(op));
    }
    let sql = Sql::new("SELECT c.seq, c.object, c.record_id, c.op, c.version, c.at, c.actor_id, c.via, c.origin, c.changed FROM (")
        .and(part)
        .text(") c WHERE ")
        .and(Sql::join(picked, " AND ", "TRUE"))
        .text(" ORDER BY c.at DESC, c.seq DESC LIMIT ")
        .bind(search.limit as i64 + 1);
    let (mut entries, mut bytes, mut more): (Vec<AuditEntry>, usize, bool) = (Vec::new(), 0, false);
    conn.rows(&sql, |row| {
        if more || entries.len() == search.limit || (bytes > BYTES && !entries.is_empty()) {
            more = true;
            return Ok(());
        }
        let text = |i| Ok::<_, Error>(row.text(i)?.unwrap_or_default());
        let id = |i| Ok::<_, Error>(row.uuid(i)?.filter(|id| !id.is_nil()));
        let (object, changed) = (text(1)?, text(9)?);
        bytes += changed.len();
        entries.push(AuditEntry {
            seq: row.integer(0)?,
            record_id: id(2)?,
            op: text(3)?,
            version: row.integer(4)?,
            at: row
                .instant(5)?
                .ok_or_else(|| Error::Internal("an entry without a moment".to_owned()))?,
            actor_id: id(6)?,
            via: text(7)?,
            origin: row.uuid(8)?.unwrap_or_default(),
            changes: changes(actor, specs, &object, &changed)?,
            object,
        });
        Ok(())
    })?;
    let last = match more {
        true => entries.last().map(|e| (e.at, e.seq)),
        false => edge,
    };
    let next = last.map(|(at, seq)| cursor::close(&json!([at.micros(), seq]), secret, &bound));
    Ok((entries, next.transpose()?))
}

/// Where a part of the log ends; none when the log ends before it is full.
fn edge(conn: &mut Conn, part: &Sql, window: usize) -> Result<Option<(Instant, i64)>> {
    let sql = Sql::new("SELECT c.at, c.seq FROM (")
        .and(part.clone())
        .text(") c ORDER BY c.at DESC, c.seq DESC LIMIT 1 OFFSET ")
        .bind(window as i64 - 1);
    let found = conn.row(&sql, |row| Ok((row.instant(0)?, row.integer(1)?)))?;
    Ok(found.and_then(|(at, seq)| Some((at?, seq))))
}

/// The values before and after, masked where the auditor may not see them in the clear.
fn changes(actor: &Actor, specs: &Specs, object: &str, text: &str) -> Result<Vec<FieldChange>> {
    let changed: Map<String, Value> = serde_json::from_str(text).map_err(|e| Error::Internal(e.to_string()))?;
    let mask = |name: &str| {
        let field = specs.get(object).and_then(|spec| spec.field(name))?;
        field.mask.filter(|_| !actor.may_field(object, name, "read"))
    };
    let both = |(field, value): (String, Value)| {
        let mut values = match value {
            Value::Array(values) => values.into_iter(),
            _ => Vec::new().into_iter(),
        };
        let mask = mask(&field);
        let mut next = || masked(mask, values.next().unwrap_or_default());
        let (before, after) = (next(), next());
        FieldChange { field, before, after }
    };
    Ok(changed.into_iter().map(both).collect())
}

fn masked(mask: Option<Mask>, mut value: Value) -> Value {
    match (mask, &mut value) {
        (None, _) => value,
        (Some(Mask::Last4), Value::String(text)) => last4(text).into(),
        (Some(Mask::Member(name)), Value::Array(items)) => {
            for member in items.iter_mut().filter_map(|item| item.get_mut(name)) {
                *member = match member.as_str() {
                    Some(text) => last4(text).into(),
                    None => Value::Null,
                };
            }
            value
        }
        _ => Value::Null,
    }
}

/// The ops that an audit can be asked for.
pub const OPS: [&str; 7] = ["created", "updated", "deleted", "restored", "merged", DENIED, EXPORTED];

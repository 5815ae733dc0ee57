//! Reading records: one record, and lists. One piece of code for every record, driven by the field table; there is no way to read
//! that does not go through a sight.
use super::cell::quote;
use super::condition;
use super::conn::Conn;
use super::cursor::{self, Key};
pub use super::known::{check, sortable};
use super::order;
use super::search;
pub use super::sight::sight;
use super::sql::{Bind, Sql};
use super::view::View;
use domain::core::actor::Sight;
use domain::core::condition::Condition;
use domain::core::error::{Error, Result};
use domain::core::field::{Field, Kind};
use domain::core::problem::{Code, Problems};
use domain::core::resource::Spec;
use uuid::Uuid;

/// One record as JSON, with its version; none when it is not there, or out of sight.
pub fn get(
    conn: &mut Conn,
    sight_: &Sight<'_>,
    spec: &'static Spec,
    view: &View,
    id: Uuid,
    trashed: bool,
) -> Result<Option<(i64, Vec<u8>)>> {
    let mut sql = view
        .select(conn)
        .text(" FROM ")
        .text(spec.object)
        .text(" t0 WHERE t0.id = ")
        .bind(id);
    if !trashed {
        sql = sql.text(" AND t0.deleted_at IS NULL");
    }
    sql = sql.also(sight(sight_));
    conn.row(&sql, |row| {
        let mut out = Vec::with_capacity(1024);
        view.write(&mut out, row)?;
        Ok((row.integer(view.width())?, out))
    })
}

/// What a list asks for.
#[derive(Debug)]
pub struct List {
    pub view: View,
    pub filter: Option<Condition>,
    /// Only those of some other record, such as the members of a group.
    pub within: Option<Within>,
    /// Folded search terms; all must be found.
    pub terms: Vec<String>,
    /// Field and whether it falls; ends with the id.
    pub sort: Vec<(&'static Field, bool)>,
    /// Whether nobody asked for that sort: a search may then answer in the order in which rows were entered, the newest first, which is
    /// the order of the text index itself.
    pub unasked: bool,
    pub limit: usize,
    pub cursor: Option<String>,
    pub trashed: bool,
    /// Count up to the cap, or not.
    pub count: Option<usize>,
}

/// What narrows a list beside its filter: a condition of our own on `t0`, and what tells it from others.
#[derive(Debug, Clone)]
pub struct Within {
    pub name: String,
    pub sql: Sql,
}

impl List {
    /// The sort of a list: the fields named, then the id in the direction of the first.
    pub fn sort(spec: &'static Spec, text: Option<&str>) -> Result<Vec<(&'static Field, bool)>> {
        let mut out: Vec<(&'static Field, bool)> = Vec::new();
        let mut problems = Problems::default();
        for name in text.unwrap_or("-created_at").split(',') {
            let (name, falls) = name.strip_prefix('-').map_or((name, false), |n| (n, true));
            match spec.field(name).filter(|f| f.sortable) {
                Some(field) if out.iter().any(|(f, _)| f.name == field.name) => {}
                Some(field) if out.len() < 3 => out.push((field, falls)),
                _ => problems.with("", Code::UnknownField, vec![("name", name.to_owned())]),
            }
        }
        problems.or(()).map_err(|p| Error::Query(vec![("sort", p)]))?;
        let falls = out.first().is_some_and(|(_, falls)| *falls);
        if out.iter().all(|(f, _)| f.name != "id") {
            out.push((&spec.fields[0], falls));
        }
        Ok(out)
    }
}

/// A page of records as JSON: `{"data": […], "page": {…}}`, and the next page's cursor.
pub fn list(conn: &mut Conn, sight_: &Sight<'_>, spec: &'static Spec, list: &List, secret: &[u8]) -> Result<(Vec<u8>, Option<String>)> {
    let (bound, by) = (cursor::binding(spec, sight_, list), order::columns(&list.sort));
    let mut all = Vec::new();
    if !list.trashed {
        all.push(Sql::new("t0.deleted_at IS NULL"));
    }
    all.extend(sight(sight_));
    if let Some(filter) = &list.filter {
        all.push(condition::sql(filter, spec, conn.is_sqlite())?);
    }
    all.extend(list.within.as_ref().map(|w| w.sql.clone()));
    let search = search::search(conn, spec, &list.terms)?;
    all.extend(search.row.iter().cloned());
    let count = match list.count {
        Some(cap) => {
            let narrowed = all.iter().cloned().chain(search.offered(spec)).collect();
            Some(total(conn, spec, narrowed, cap)?)
        }
        None => None,
    };
    let entered = search.index.as_ref().filter(|_| list.unasked);
    match (&list.cursor, entered) {
        (Some(text), Some(_)) => all.push(cursor::entered_before(text, secret, &bound)?),
        (Some(text), None) => all.push(cursor::after(&by, &cursor::open(text, secret, &bound, by.iter().map(|b| &b.kind))?)),
        (None, _) => {}
    }
    if entered.is_none() {
        all.extend(search.offered(spec));
    }
    let keys = match entered {
        Some(_) => ", s.rowid".to_owned(),
        None => by.iter().map(|b| format!(", t0.{}", b.column)).collect::<String>(),
    };
    let ordered = by.iter().map(|b| {
        let nulls = match (b.nullable, b.falls, conn.is_sqlite()) {
            (true, false, false) => " NULLS FIRST",
            (true, true, false) => " NULLS LAST",
            _ => "",
        };
        format!("t0.{}{}{nulls}", b.column, if b.falls { " DESC" } else { "" })
    });
    let object = spec.object;
    let (from, ordered) = match entered {
        Some(query) => {
            // CROSS: the index leads, in its own order, so that the first page is found without looking at the rest.
            let from =
                format!("{keys} FROM {object}_search s CROSS JOIN {object} t0 ON t0.rowid = -s.rowid WHERE s.{object}_search MATCH ");
            (Sql::new(from).bind(query).text(" AND "), "s.rowid".to_owned())
        }
        None => (
            Sql::new(format!("{keys} FROM {object} t0 WHERE ")),
            ordered.collect::<Vec<_>>().join(", "),
        ),
    };
    let sql = list
        .view
        .select(conn)
        .and(from)
        .and(Sql::join(all, " AND ", "TRUE"))
        .text(format!(" ORDER BY {ordered} LIMIT "))
        .bind(list.limit as i64 + 1);
    let (mut out, mut n, mut last) = (Vec::with_capacity(2560 * list.limit.min(64)), 0, None);
    out.extend_from_slice(b"{\"data\":[");
    conn.rows(&sql, |row| {
        n += 1;
        if n > list.limit {
            return Ok(());
        }
        if n > 1 {
            out.push(b',');
        }
        list.view.write(&mut out, row)?;
        if n == list.limit {
            let first = list.view.width() + 1;
            let keys = by.iter().enumerate().map(|(i, b)| row.bind(first + i, &b.kind));
            last = Some(match entered {
                Some(_) => vec![Some(Bind::Integer(row.integer(first)?))],
                None => keys.collect::<Result<Vec<Key>>>()?,
            });
        }
        Ok(())
    })?;
    let next = match last {
        Some(keys) if n > list.limit => Some(cursor::seal(&keys, secret, &bound)?),
        _ => None,
    };
    out.extend_from_slice(b"],\"page\":{\"next_cursor\":");
    match &next {
        Some(text) => quote(&mut out, text.as_bytes()),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(if next.is_some() {
        b",\"has_more\":true"
    } else {
        b",\"has_more\":false"
    });
    if let Some((count, capped)) = count {
        out.extend_from_slice(format!(",\"count\":{count},\"count_capped\":{capped}").as_bytes());
    }
    out.extend_from_slice(b"}}");
    Ok((out, next))
}

/// How many records the conditions let through, counted no further than the cap.
fn total(conn: &mut Conn, spec: &Spec, all: Vec<Sql>, cap: usize) -> Result<(i64, bool)> {
    let sql = Sql::new(format!("SELECT COUNT(*) FROM (SELECT 1 FROM {} t0 WHERE ", spec.object))
        .and(Sql::join(all, " AND ", "TRUE"))
        .text(" LIMIT ")
        .bind(cap as i64 + 1)
        .text(") counted");
    let n = conn.row(&sql, |row| row.integer(0))?.unwrap_or_default();
    Ok((n.min(cap as i64), n > cap as i64))
}

/// Whether a record is there and within a sight.
pub fn exists(conn: &mut Conn, sight_: &Sight<'_>, object: &str, id: Uuid) -> Result<bool> {
    // Objects are names of our own tables; the caller takes them from a field table.
    let mut sql = Sql::new(format!("SELECT 1 FROM {object} t0 WHERE t0.deleted_at IS NULL AND t0.id = ")).bind(id);
    sql = sql.also(sight(sight_));
    Ok(conn.row(&sql, |_| Ok(()))?.is_some())
}

/// Whether an id is in use, in the trash or out of sight too.
pub fn in_use(conn: &mut Conn, spec: &Spec, id: Uuid) -> Result<bool> {
    let sql = Sql::new(format!("SELECT 1 FROM {} WHERE id = ", spec.object)).bind(id);
    Ok(conn.row(&sql, |_| Ok(()))?.is_some())
}

/// Those of some records that are within the sight, as JSON objects.
pub fn some(
    conn: &mut Conn,
    sight_: &Sight<'_>,
    spec: &'static Spec,
    ids: &[Uuid],
) -> Result<Vec<serde_json::Map<String, serde_json::Value>>> {
    let texts = texts(conn, sight_, spec, ids)?;
    let parse = |(_, text): &(Uuid, Vec<u8>)| serde_json::from_slice(text).map_err(|e| Error::Internal(e.to_string()));
    texts.iter().map(parse).collect()
}

/// Texts longer than this are no part of a record in brief, in characters.
const LONG: u32 = 1_000;

/// Those of some records that are within the sight, each as the text of its JSON, without long texts and structures.
pub fn briefs(conn: &mut Conn, sight_: &Sight<'_>, spec: &'static Spec, ids: &[Uuid]) -> Result<Vec<(Uuid, Vec<u8>)>> {
    let short = |f: &&Field| !matches!(f.kind, Kind::Structure) && !matches!(f.kind, Kind::Text(n) if n > LONG);
    let names: Vec<&str> = spec.fields.iter().skip(1).filter(short).map(|f| f.name).collect();
    let view = View::new(spec, sight_.actor, Some(&names.join(",")))?;
    viewed(conn, sight_, spec, &view, ids)
}

/// Those of some records that are within the sight, each as the text of its JSON.
pub fn texts(conn: &mut Conn, sight_: &Sight<'_>, spec: &'static Spec, ids: &[Uuid]) -> Result<Vec<(Uuid, Vec<u8>)>> {
    let view = View::new(spec, sight_.actor, None)?;
    viewed(conn, sight_, spec, &view, ids)
}

fn viewed(conn: &mut Conn, sight_: &Sight<'_>, spec: &'static Spec, view: &View, ids: &[Uuid]) -> Result<Vec<(Uuid, Vec<u8>)>> {
    let mut all = vec![
        Sql::new("t0.deleted_at IS NULL"),
        Sql::new("t0.id IN ").list(ids.iter().map(|id| Bind::from(*id))),
    ];
    all.extend(sight(sight_));
    let sql = view
        .select(conn)
        .text(" FROM ")
        .text(spec.object)
        .text(" t0 WHERE ")
        .and(Sql::join(all, " AND ", "TRUE"));
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        let mut out = Vec::with_capacity(1024);
        view.write(&mut out, row)?;
        found.push((row.uuid(0)?.unwrap_or_default(), out));
        Ok(())
    })?;
    Ok(found)
}

//! `row!` and `store!`: the columns of a record, and the statements that keep it. Both are plain code for one table over functions
//! that are compiled once; each statement's text is always the same, so it is prepared once for each connection.
use super::cell::Cells;
use super::conn::Conn;
use super::sql::{Bind, Sql};
use super::stored::{Column, Json, Maybe, Plain, Stored};
use domain::core::actor::Sight;
use domain::core::base::Base;
use domain::core::error::Result;
use domain::core::id::Id;
use domain::core::instant::Instant;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, RwLock};
use uuid::Uuid;

/// A record's row: its own columns between the base's, then hidden ones that only storage knows.
pub trait Row: Sized {
    const TABLE: &'static str;
    /// Its own columns, in order.
    const OWN: &'static [&'static str];
    /// Columns made from the record, never read back.
    const HIDDEN: &'static [&'static str];
    /// The values of its own and the hidden columns.
    fn bind(&self, values: &mut Vec<Bind>) -> Result<()>;
    /// The record from its base and its own columns, which begin at `first`.
    fn read(base: Base, row: &dyn Cells, first: usize) -> Result<Self>;
    fn base(&self) -> &Base;
}

/// The base's columns.
const BASE: [&str; 10] = [
    "id",
    "version",
    "created_at",
    "updated_at",
    "created_by",
    "updated_by",
    "owner_id",
    "unit_id",
    "external_ids",
    "custom",
];

/// Declares the row of a record: each field with how it is kept (`Plain`, `Maybe` null, `Word`, `MaybeWord`, `Json`), by exhaustive
/// destructuring, so that a field forgotten here does not compile. Behind `hidden`, columns that the record does not have.
#[macro_export]
macro_rules! row {
    ($record:ident in $table:ident { $($field:ident : $how:ident),* $(,)? } $(hidden { $($hidden:ident = $make:expr),* $(,)? })?) => {
        impl $crate::core::record::Row for $record {
            const TABLE: &'static str = stringify!($table);
            const OWN: &'static [&'static str] = &[$(stringify!($field)),*];
            const HIDDEN: &'static [&'static str] = &[$($(stringify!($hidden)),*)?];
            fn bind(&self, values: &mut Vec<$crate::core::sql::Bind>) -> domain::core::error::Result<()> {
                use $crate::core::stored::Stored;
                let $record { base: _, $($field),* } = self;
                $(values.push($crate::core::stored::$how::bind($field)?);)*
                $($(values.push($crate::core::stored::Column::bind(&$make(self))?);)*)?
                Ok(())
            }
            fn read(base: domain::core::base::Base, row: &dyn $crate::core::cell::Cells, first: usize) -> domain::core::error::Result<Self> {
                use $crate::core::stored::Stored;
                let mut next = first..;
                let mut at = move || next.next().unwrap_or(usize::MAX);
                Ok($record { base, $($field: $crate::core::stored::$how::read(row, at())?),* })
            }
            fn base(&self) -> &domain::core::base::Base {
                &self.base
            }
        }
    };
}

/// Keeps a record in its table. `settle` sets members that only storage knows, before the row is written; `derive` is what must be kept
/// in step with it after: keys to find it by, a tree.
#[macro_export]
macro_rules! store {
    (
        $record:ident
        $(, settle |$tx:ident, $old:ident, $new:ident, $by:ident| $settle:expr)?
        $(, derive |$conn:ident, $before:ident, $after:ident, $context:ident| $derive:expr)?
    ) => {
        impl domain::core::pipeline::Store<$record> for $crate::core::conn::Conn {
            fn load(
                &mut self,
                id: domain::core::id::Id,
                sight: &domain::core::actor::Sight<'_>,
                trashed: bool,
            ) -> domain::core::error::Result<Option<$record>> {
                $crate::core::record::load(self, id, sight, trashed)
            }
            fn insert(&mut self, record: &$record) -> domain::core::error::Result<()> {
                $crate::core::record::insert(self, record)
            }
            fn update(&mut self, before: &$record, after: &$record) -> domain::core::error::Result<bool> {
                $crate::core::record::update(self, before, after)
            }
            fn trash(
                &mut self,
                record: &$record,
                seen: i64,
                at: Option<domain::core::instant::Instant>,
            ) -> domain::core::error::Result<bool> {
                let table = <$record as $crate::core::record::Row>::TABLE;
                $crate::core::record::trash(self, table, &record.base, seen, at)
            }
            $(fn settle(
                &mut self,
                $old: Option<&$record>,
                $new: &mut $record,
                $by: &domain::core::pipeline::Context<'_>,
            ) -> domain::core::error::Result<domain::core::problem::Problems> {
                let $tx = self;
                $settle
            })?
            $(fn derive(
                &mut self,
                $before: Option<&$record>,
                $after: Option<&$record>,
                $context: &domain::core::pipeline::Context<'_>,
            ) -> domain::core::error::Result<()> {
                let $conn = self;
                $derive
            })?
        }
    };
}

fn values<R: Row>(record: &R) -> Result<Vec<Bind>> {
    let mut values = Vec::with_capacity(BASE.len() + R::OWN.len() + R::HIDDEN.len());
    let base = record.base();
    values.push(base.id.bind()?);
    values.push(base.version.bind()?);
    values.push(base.created_at.bind()?);
    values.push(base.updated_at.bind()?);
    values.push(Maybe::bind(&base.created_by)?);
    values.push(Maybe::bind(&base.updated_by)?);
    values.push(Maybe::bind(&base.owner_id)?);
    values.push(Maybe::bind(&base.unit_id)?);
    values.push(Json::bind(&base.external_ids)?);
    values.push(Json::bind(&base.custom)?);
    record.bind(&mut values)?;
    Ok(values)
}

fn columns<R: Row>() -> impl Iterator<Item = &'static str> {
    BASE.iter().chain(R::OWN).chain(R::HIDDEN).copied()
}

/// A row's base, from the first columns of a statement.
fn base(row: &dyn Cells) -> Result<Base> {
    Ok(Base {
        id: Plain::read(row, 0)?,
        version: Plain::read(row, 1)?,
        created_at: Plain::read(row, 2)?,
        updated_at: Plain::read(row, 3)?,
        created_by: Maybe::read(row, 4)?,
        updated_by: Maybe::read(row, 5)?,
        owner_id: Maybe::read(row, 6)?,
        unit_id: Maybe::read(row, 7)?,
        external_ids: Json::read(row, 8)?,
        custom: Json::read(row, 9)?,
    })
}

/// Records that a piece of SQL picks from `t0`: for rules of the server's own, so without a sight.
pub fn pick<R: Row>(conn: &mut Conn, which: Sql) -> Result<Vec<R>> {
    let sql = select::<R>().text(" FROM ").text(R::TABLE).text(" t0 WHERE ").and(which);
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        found.push(R::read(base(row)?, row, BASE.len())?);
        Ok(())
    })?;
    Ok(found)
}

/// As [`pick`], each with one thing more that the same statement says of it: `more` is a piece of SQL over `t0`, and `read` takes it from
/// the column it is told.
pub fn beside<R: Row, T>(conn: &mut Conn, more: Sql, which: Sql, read: impl Fn(&dyn Cells, usize) -> Result<T>) -> Result<Vec<(R, T)>> {
    let sql = select::<R>().text(", ").and(more);
    let sql = sql.text(" FROM ").text(R::TABLE).text(" t0 WHERE ").and(which);
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        let record = R::read(base(row)?, row, BASE.len())?;
        found.push((record, read(row, BASE.len() + R::OWN.len())?));
        Ok(())
    })?;
    Ok(found)
}

/// How a table's statements begin: hundreds of letters, the same for every one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Beginning {
    Insert,
    Select,
}
type Beginnings = HashMap<(&'static str, Beginning), Arc<str>>;
static BEGINNINGS: LazyLock<RwLock<Beginnings>> = LazyLock::new(RwLock::default);

/// The beginning of a statement, made once.
fn begin<R: Row>(which: Beginning) -> Sql {
    let key = (R::TABLE, which);
    if let Some(text) = BEGINNINGS.read().ok().and_then(|all| all.get(&key).cloned()) {
        return Sql::default().shared(&text);
    }
    let text: Arc<str> = match which {
        Beginning::Insert => {
            let names = columns::<R>().collect::<Vec<_>>().join(", ");
            format!("INSERT INTO {} ({names}) VALUES (", R::TABLE).into()
        }
        Beginning::Select => {
            let names: Vec<String> = BASE.iter().chain(R::OWN).map(|c| format!("t0.{c}")).collect();
            format!("SELECT {}", names.join(", ")).into()
        }
    };
    if let Ok(mut all) = BEGINNINGS.write() {
        all.insert(key, text.clone());
    }
    Sql::default().shared(&text)
}

/// `SELECT`, with the columns of a record, without the hidden ones.
fn select<R: Row>() -> Sql {
    begin::<R>(Beginning::Select)
}

/// A record that is not in the trash, by its id: for rules of the server's own, so without a sight.
pub fn live<R: Row>(conn: &mut Conn, id: Uuid) -> Result<Option<R>> {
    Ok(pick(conn, Sql::new("t0.deleted_at IS NULL AND t0.id = ").bind(id))?.pop())
}

/// See [`domain::core::pipeline::Store::load`].
pub fn load<R: Row>(conn: &mut Conn, id: Id, sight: &Sight<'_>, trashed: bool) -> Result<Option<R>> {
    let which = Sql::new("t0.id = ").bind(id.uuid()).text(if trashed {
        " AND t0.deleted_at IS NOT NULL"
    } else {
        " AND t0.deleted_at IS NULL"
    });
    let Some(record) = pick::<R>(conn, which)?.pop() else {
        return Ok(None);
    };
    if let Some(within) = super::sight::through(sight) {
        let Some(within) = within else { return Ok(Some(record)) };
        let sql = Sql::new("SELECT 1 FROM ").text(R::TABLE).text(" t0 WHERE t0.id = ").bind(id.uuid());
        let seen = conn.row(&sql.text(" AND (").and(within).text(")"), |_| Ok(()))?;
        return Ok(seen.map(|()| record));
    }
    let whose = record.base();
    let seen = sight.covers(whose.owner_id.map(Id::uuid), whose.unit_id.map(Id::uuid)) || super::share::given(conn, sight, id.uuid())?;
    Ok(seen.then_some(record))
}

/// See [`domain::core::pipeline::Store::insert`].
pub fn insert<R: Row>(conn: &mut Conn, record: &R) -> Result<()> {
    let mut sql = begin::<R>(Beginning::Insert);
    for (i, value) in values(record)?.into_iter().enumerate() {
        sql = if i > 0 { sql.text(", ") } else { sql }.bind(value);
    }
    conn.execute(&sql.text(")"))?;
    Ok(())
}

/// Sets of columns that updates have named so far, by table. Each is a statement that every connection keeps prepared, so there is an end
/// to them: a change of yet another set of columns writes all of them.
static UPDATES: LazyLock<Mutex<HashSet<(&'static str, u128)>>> = LazyLock::new(Mutex::default);
const MOST_UPDATES: usize = 500;

/// The columns that a statement may name when these have changed.
fn named(table: &'static str, changed: u128) -> u128 {
    let mut known = UPDATES.lock().unwrap_or_else(PoisonError::into_inner);
    if known.len() < MOST_UPDATES {
        known.insert((table, changed));
    }
    if known.contains(&(table, changed)) { changed } else { u128::MAX }
}

/// See [`domain::core::pipeline::Store::update`]. Only what has changed is written: a column that is named costs the entries of all
/// indexes it is in, though it stays as it was.
pub fn update<R: Row>(conn: &mut Conn, before: &R, after: &R) -> Result<bool> {
    let (old, new) = (values(before)?, values(after)?);
    let bit = |at: usize| 1_u128.checked_shl(at as u32).unwrap_or_default();
    let pairs = old.iter().zip(&new).enumerate();
    let changed = pairs.fold(0, |bits, (at, (old, new))| bits | if old == new { 0 } else { bit(at) });
    let named = named(R::TABLE, changed);
    let mut sql = Sql::new("UPDATE ").text(R::TABLE).text(" SET ");
    let mut comma = "";
    for (at, (name, value)) in columns::<R>().zip(new).enumerate().skip(1) {
        // Beyond as many columns as there are bits, all are named.
        if bit(at) == 0 || named & bit(at) != 0 {
            sql = sql.text(comma).text(name).text(" = ").bind(value);
            comma = ", ";
        }
    }
    let sql = sql.text(" WHERE id = ").bind(after.base().id.uuid());
    Ok(conn.execute(&sql.text(" AND version = ").bind(before.base().version))? == 1)
}

/// See [`domain::core::pipeline::Store::trash`].
pub fn trash(conn: &mut Conn, table: &'static str, base: &Base, seen: i64, at: Option<Instant>) -> Result<bool> {
    let sql = Sql::new("UPDATE ")
        .text(table)
        .text(" SET version = ")
        .bind(base.version)
        .text(", updated_at = ")
        .bind(base.updated_at);
    let sql = sql
        .text(", updated_by = ")
        .bind(Maybe::bind(&base.updated_by)?)
        .text(", deleted_at = ")
        .bind(Maybe::bind(&at)?);
    Ok(conn.execute(&sql.text(" WHERE id = ").bind(base.id.uuid()).text(" AND version = ").bind(seen))? == 1)
}

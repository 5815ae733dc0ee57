//! SQL as text and bound values: what lists, filters and searches are built of. Names come only from the field table; every value
//! is bound. diesel caches the prepared statement by its text, so the same list asked twice is planned once.
use super::columns::{InstantSql, JsonSql, JsonText, UuidSql};
use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Binary, Bool, Date, Nullable, Text, Untyped};
use diesel::sqlite::Sqlite;
use domain::core::id::Id;
use domain::core::instant::Instant;
use std::borrow::Cow;
use std::sync::Arc;
use uuid::Uuid;

/// A value on its way into a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Bind {
    Text(String),
    Integer(i64),
    Boolean(bool),
    Id(Id),
    Instant(Instant),
    Date(chrono::NaiveDate),
    Json(JsonText),
    Bytes(Vec<u8>),
    Null(Null),
}

/// The type of a column that is null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Null {
    Text,
    Integer,
    Boolean,
    Id,
    Instant,
    Date,
    Bytes,
    Json,
}
impl From<Uuid> for Bind {
    fn from(id: Uuid) -> Self {
        Bind::Id(Id::from_uuid(id))
    }
}
impl From<i64> for Bind {
    fn from(n: i64) -> Self {
        Bind::Integer(n)
    }
}
impl From<&str> for Bind {
    fn from(s: &str) -> Self {
        Bind::Text(s.to_owned())
    }
}
impl From<String> for Bind {
    fn from(s: String) -> Self {
        Bind::Text(s)
    }
}
impl From<&String> for Bind {
    fn from(s: &String) -> Self {
        Bind::Text(s.clone())
    }
}
impl From<bool> for Bind {
    fn from(b: bool) -> Self {
        Bind::Boolean(b)
    }
}
impl From<Vec<u8>> for Bind {
    fn from(bytes: Vec<u8>) -> Self {
        Bind::Bytes(bytes)
    }
}
impl From<JsonText> for Bind {
    fn from(json: JsonText) -> Self {
        Bind::Json(json)
    }
}
/// Absent values of a type that can be bound are null of that type.
macro_rules! optional {
    ($($rust:ty => $null:ident),+) => {
        $(impl From<Option<$rust>> for Bind {
            fn from(value: Option<$rust>) -> Self {
                value.map_or(Bind::Null(Null::$null), Bind::from)
            }
        })+
    };
}
optional!(Uuid => Id, i64 => Integer, String => Text, Instant => Instant, Vec<u8> => Bytes);
impl From<Instant> for Bind {
    fn from(at: Instant) -> Self {
        Bind::Instant(at)
    }
}

#[derive(Debug, Clone)]
enum Part {
    Text(Cow<'static, str>),
    Shared(Arc<str>),
    Bind(Bind),
}

/// A statement, or a part of one.
#[derive(Debug, Clone, Default)]
pub struct Sql(Vec<Part>);

/// A statement written as one text, `?` where a value is bound: `sql!("SELECT 1 FROM users WHERE email = ?", email)`.
#[macro_export]
macro_rules! sql {
    ($text:literal $(, $value:expr)* $(,)?) => {
        $crate::core::sql::Sql::with($text, vec![$($crate::core::sql::Bind::from($value)),*])
    };
}

impl Sql {
    /// A text of our own, with a value for each `?` in it. See [`sql!`].
    pub fn with(text: &'static str, values: Vec<Bind>) -> Self {
        let mut values = values.into_iter();
        let mut sql = Sql::default();
        for (i, piece) in text.split('?').enumerate() {
            if i > 0
                && let Some(value) = values.next()
            {
                sql = sql.bind(value);
            }
            sql = sql.text(piece);
        }
        sql
    }
    pub fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Sql(vec![Part::Text(text.into())])
    }
    /// Adds text: keywords and names of our own, never anything a client wrote.
    pub fn text(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.0.push(Part::Text(text.into()));
        self
    }
    /// Adds text of our own that many statements have in common.
    pub fn shared(mut self, text: &Arc<str>) -> Self {
        self.0.push(Part::Shared(text.clone()));
        self
    }
    /// Adds a bound value.
    pub fn bind(mut self, value: impl Into<Bind>) -> Self {
        self.0.push(Part::Bind(value.into()));
        self
    }
    /// Adds another piece.
    pub fn and(mut self, other: Sql) -> Self {
        self.0.extend(other.0);
        self
    }
    /// Adds `AND (…)`, where there is a condition.
    pub fn also(self, condition: Option<Sql>) -> Self {
        match condition {
            Some(condition) => self.text(" AND (").and(condition).text(")"),
            None => self,
        }
    }
    /// `(?, ?, …)`. The list is padded with its last value to a power of two, so that few texts cover all lengths.
    pub fn list(mut self, values: impl IntoIterator<Item = Bind>) -> Self {
        let mut values: Vec<Bind> = values.into_iter().collect();
        let Some(last) = values.last().cloned() else {
            return self.text("(NULL)");
        };
        values.resize(values.len().next_power_of_two(), last);
        let mut separator = "(";
        for value in values {
            self = self.text(separator).bind(value);
            separator = ", ";
        }
        self.text(")")
    }
    /// Joins pieces by a word; `empty` when there are none.
    pub fn join(pieces: Vec<Sql>, word: &'static str, empty: &'static str) -> Sql {
        let mut out = Sql::default();
        for (i, piece) in pieces.into_iter().enumerate() {
            out = if i == 0 { out } else { out.text(word) }.text("(").and(piece).text(")");
        }
        if out.0.is_empty() { Sql::new(empty) } else { out }
    }
}

macro_rules! fragment {
    ($db:ty) => {
        impl QueryFragment<$db> for Sql {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, $db>) -> QueryResult<()> {
                for part in &self.0 {
                    match part {
                        Part::Text(text) => out.push_sql(text),
                        Part::Shared(text) => out.push_sql(text),
                        Part::Bind(Bind::Text(v)) => out.push_bind_param::<Text, _>(v)?,
                        Part::Bind(Bind::Integer(v)) => out.push_bind_param::<BigInt, _>(v)?,
                        Part::Bind(Bind::Boolean(v)) => out.push_bind_param::<Bool, _>(v)?,
                        Part::Bind(Bind::Id(v)) => out.push_bind_param::<UuidSql, _>(v)?,
                        Part::Bind(Bind::Instant(v)) => out.push_bind_param::<InstantSql, _>(v)?,
                        Part::Bind(Bind::Date(v)) => out.push_bind_param::<Date, _>(v)?,
                        Part::Bind(Bind::Json(v)) => out.push_bind_param::<JsonSql, _>(v)?,
                        Part::Bind(Bind::Bytes(v)) => out.push_bind_param::<Binary, _>(v)?,
                        Part::Bind(Bind::Null(Null::Text)) => out.push_bind_param::<Nullable<Text>, _>(&None::<String>)?,
                        Part::Bind(Bind::Null(Null::Json)) => out.push_bind_param::<Nullable<JsonSql>, _>(&None::<JsonText>)?,
                        Part::Bind(Bind::Null(Null::Bytes)) => out.push_bind_param::<Nullable<Binary>, _>(&None::<Vec<u8>>)?,
                        Part::Bind(Bind::Null(Null::Integer)) => out.push_bind_param::<Nullable<BigInt>, _>(&None::<i64>)?,
                        Part::Bind(Bind::Null(Null::Boolean)) => out.push_bind_param::<Nullable<Bool>, _>(&None::<bool>)?,
                        Part::Bind(Bind::Null(Null::Id)) => out.push_bind_param::<Nullable<UuidSql>, _>(&None::<Id>)?,
                        Part::Bind(Bind::Null(Null::Instant)) => out.push_bind_param::<Nullable<InstantSql>, _>(&None::<Instant>)?,
                        Part::Bind(Bind::Null(Null::Date)) => out.push_bind_param::<Nullable<Date>, _>(&None::<chrono::NaiveDate>)?,
                    }
                }
                Ok(())
            }
        }
    };
}
fragment!(Sqlite);
fragment!(Pg);

impl QueryId for Sql {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl Query for Sql {
    type SqlType = Untyped;
}
impl<C> diesel::RunQueryDsl<C> for Sql {}

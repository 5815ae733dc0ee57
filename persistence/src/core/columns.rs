//! Column types of our own, each the native type of its database, so that one schema and one Rust type serve both:
//! ids are `uuid` or a blob of 16, moments `timestamptz` or integer microseconds, JSON `jsonb` or text.
use diesel::deserialize::{self, FromSql, Queryable};
use diesel::expression::AsExpression;
use diesel::expression::bound::Bound;
use diesel::pg::{Pg, PgValue};
use diesel::query_builder::QueryId;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Binary, Jsonb, SqlType, Text, Timestamptz};
use diesel::sqlite::{Sqlite, SqliteValue};
use domain::core::field::Choice;
use domain::core::id::Id;
use domain::core::instant::Instant;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::Write;
use uuid::Uuid;

/// An id.
#[derive(Debug, Clone, Copy, SqlType, QueryId)]
#[diesel(postgres_type(oid = 2950, array_oid = 2951), sqlite_type(name = "Binary"))]
pub struct UuidSql;
/// A moment.
#[derive(Debug, Clone, Copy, SqlType, QueryId)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185), sqlite_type(name = "Long"))]
pub struct InstantSql;
/// A JSON value.
#[derive(Debug, Clone, Copy, SqlType, QueryId)]
#[diesel(postgres_type(oid = 3802, array_oid = 3807), sqlite_type(name = "Text"))]
pub struct JsonSql;


/// A Rust type that stands in a column of type `$sql`: bound as itself, read as itself.
macro_rules! column {
    ([$($generic:tt)*] $rust:ty as $sql:ty) => {
        impl<$($generic)*> AsExpression<$sql> for $rust {
            type Expression = Bound<$sql, Self>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }
        impl<'expr, $($generic)*> AsExpression<$sql> for &'expr $rust {
            type Expression = Bound<$sql, Self>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }
        impl<DB: diesel::backend::Backend, $($generic)*> Queryable<$sql, DB> for $rust
        where
            $rust: FromSql<$sql, DB>,
        {
            type Row = Self;
            fn build(row: Self) -> deserialize::Result<Self> {
                Ok(row)
            }
        }
    };
}
column!([R: 'static] Id<R> as UuidSql);
column!([] Instant as InstantSql);

impl<R: 'static> ToSql<UuidSql, Sqlite> for Id<R> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.uuid().as_bytes().to_vec());
        Ok(IsNull::No)
    }
}
impl<R: 'static> ToSql<UuidSql, Pg> for Id<R> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.uuid().as_bytes())?;
        Ok(IsNull::No)
    }
}
impl<R: 'static> FromSql<UuidSql, Sqlite> for Id<R> {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Id::from_uuid(Uuid::from_slice(value.read_blob())?))
    }
}
impl<R: 'static> FromSql<UuidSql, Pg> for Id<R> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Id::from_uuid(Uuid::from_slice(value.as_bytes())?))
    }
}
impl ToSql<InstantSql, Sqlite> for Instant {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.micros());
        Ok(IsNull::No)
    }
}
impl ToSql<InstantSql, Pg> for Instant {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <chrono::DateTime<chrono::Utc> as ToSql<Timestamptz, Pg>>::to_sql(&self.utc(), &mut out.reborrow())
    }
}
impl FromSql<InstantSql, Sqlite> for Instant {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let micros = <i64 as FromSql<BigInt, Sqlite>>::from_sql(value)?;
        Ok(Instant::from_micros(micros).ok_or("a moment outside the calendar")?)
    }
}
impl FromSql<InstantSql, Pg> for Instant {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Instant::new(<chrono::DateTime<chrono::Utc> as FromSql<Timestamptz, Pg>>::from_sql(value)?))
    }
}

/// A Rust value kept as JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Json<T>(pub T);
column!([T: 'static] Json<T> as JsonSql);

impl<T: Serialize + std::fmt::Debug> ToSql<JsonSql, Sqlite> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(serde_json::to_string(&self.0)?);
        Ok(IsNull::No)
    }
}
impl<T: Serialize + std::fmt::Debug> ToSql<JsonSql, Pg> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        // The binary form of jsonb: its version, then the text.
        out.write_all(&[1])?;
        serde_json::to_writer(out, &self.0)?;
        Ok(IsNull::No)
    }
}
impl<T: DeserializeOwned> FromSql<JsonSql, Sqlite> for Json<T> {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Json(serde_json::from_str(value.read_text())?))
    }
}
impl<T: DeserializeOwned> FromSql<JsonSql, Pg> for Json<T> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let value = <serde_json::Value as FromSql<Jsonb, Pg>>::from_sql(value)?;
        Ok(Json(serde_json::from_value(value)?))
    }
}

/// One of a closed list of words, kept as the word.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Word<T>(pub T);
column!([T: 'static] Word<T> as Text);

impl<T: Choice + std::fmt::Debug> ToSql<Text, Sqlite> for Word<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.word());
        Ok(IsNull::No)
    }
}
impl<T: Choice + std::fmt::Debug> ToSql<Text, Pg> for Word<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.0.word().as_bytes())?;
        Ok(IsNull::No)
    }
}
impl<T: Choice> FromSql<Text, Sqlite> for Word<T> {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Word(T::of(value.read_text()).ok_or("a word that is not in its list")?))
    }
}
impl<T: Choice> FromSql<Text, Pg> for Word<T> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Word(T::of(std::str::from_utf8(value.as_bytes())?).ok_or("a word that is not in its list")?))
    }
}

/// How a record's field stands in its column.
pub trait Stored<D> {
    /// The field as the column keeps it.
    fn keep(field: &D) -> Self;
    /// The column as the field has it.
    fn give(self) -> D;
}
impl<T: Clone> Stored<T> for T {
    fn keep(field: &T) -> T {
        field.clone()
    }
    fn give(self) -> T {
        self
    }
}
impl<T: Clone> Stored<T> for Json<T> {
    fn keep(field: &T) -> Self {
        Json(field.clone())
    }
    fn give(self) -> T {
        self.0
    }
}
impl<T: Copy> Stored<T> for Word<T> {
    fn keep(field: &T) -> Self {
        Word(*field)
    }
    fn give(self) -> T {
        self.0
    }
}
impl<T: Copy> Stored<Option<T>> for Option<Word<T>> {
    fn keep(field: &Option<T>) -> Self {
        field.map(Word)
    }
    fn give(self) -> Option<T> {
        self.map(|w| w.0)
    }
}

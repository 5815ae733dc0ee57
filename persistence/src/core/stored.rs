//! How a record's field stands in its column: bound on the way in, read on the way out, typed at both ends.
use super::cell::Cells;
use super::columns::JsonText;
use super::custom::{decimal_key, decimal_of};
use super::sql::{Bind, Null};
use domain::core::error::{Error, Result};
use domain::core::exact::Exact;
use domain::core::field::{Choice, Kind};
use domain::core::id::Id;
use domain::core::instant::Instant;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A type that a column can hold.
pub trait Column: Sized {
    /// What null is bound as in a column of this type.
    const NULL: Null;
    fn bind(&self) -> Result<Bind>;
    /// Reads it from a row; none when it is null.
    fn read(row: &dyn Cells, index: usize) -> Result<Option<Self>>;
}

fn broken(what: impl std::fmt::Display) -> Error {
    Error::Internal(format!("a column holds what it should not: {what}"))
}

/// Types that a statement can bind and a cell can hand over as they are.
macro_rules! plain {
    ($([$($generic:tt)*] $rust:ty, $null:ident, $kind:expr, $bind:expr, $pattern:pat => $value:expr;)+) => {
        $(impl<$($generic)*> Column for $rust {
            const NULL: Null = Null::$null;
            fn bind(&self) -> Result<Bind> {
                let bind: fn(&Self) -> Bind = $bind;
                Ok(bind(self))
            }
            fn read(row: &dyn Cells, index: usize) -> Result<Option<Self>> {
                match row.bind(index, &$kind)? {
                    None => Ok(None),
                    Some($pattern) => Ok(Some($value)),
                    Some(_) => Err(broken("another type")),
                }
            }
        })+
    };
}
plain! {
    [] String, Text, Kind::Text(0), |v| Bind::Text(v.clone()), Bind::Text(v) => v;
    [] i64, Integer, Kind::Integer, |v| Bind::Integer(*v), Bind::Integer(v) => v;
    [] bool, Boolean, Kind::Boolean, |v| Bind::Boolean(*v), Bind::Boolean(v) => v;
    [] Instant, Instant, Kind::Instant, |v| Bind::Instant(*v), Bind::Instant(v) => v;
    [] chrono::NaiveDate, Date, Kind::Date, |v| Bind::Date(*v), Bind::Date(v) => v;
    [] rust_decimal::Decimal, Text, Kind::Decimal, |v| Bind::Text(decimal_key(*v)), Bind::Text(v) => decimal_of(&v).ok_or_else(|| broken(v))?;
    [] Exact, Text, Kind::Decimal, |v| Bind::Text(decimal_key(v.value())), Bind::Text(v) => exact_of(&v)?;
    [R] Id<R>, Id, Kind::Reference(""), |v| Bind::Id(v.cast()), Bind::Id(v) => v.cast();
}

/// A hidden column that may be null.
impl<T: Column> Column for Option<T> {
    const NULL: Null = T::NULL;
    fn bind(&self) -> Result<Bind> {
        self.as_ref().map_or(Ok(Bind::Null(T::NULL)), Column::bind)
    }
    fn read(row: &dyn Cells, index: usize) -> Result<Option<Self>> {
        Ok(Some(T::read(row, index)?))
    }
}

fn exact_of(key: &str) -> Result<Exact> {
    let value = decimal_of(key).ok_or_else(|| broken(key))?;
    Exact::new(value).map_err(broken)
}

/// How a field of type `D` is kept: as itself, as a word, or as JSON.
pub trait Stored<D> {
    fn bind(field: &D) -> Result<Bind>;
    fn read(row: &dyn Cells, index: usize) -> Result<D>;
}

/// The field as it is.
#[derive(Debug)]
pub struct Plain;
impl<T: Column> Stored<T> for Plain {
    fn bind(field: &T) -> Result<Bind> {
        field.bind()
    }
    fn read(row: &dyn Cells, index: usize) -> Result<T> {
        T::read(row, index)?.ok_or_else(|| broken("null"))
    }
}
/// The field, or null.
#[derive(Debug)]
pub struct Maybe;
impl<T: Column> Stored<Option<T>> for Maybe {
    fn bind(field: &Option<T>) -> Result<Bind> {
        field.as_ref().map_or(Ok(Bind::Null(T::NULL)), Column::bind)
    }
    fn read(row: &dyn Cells, index: usize) -> Result<Option<T>> {
        T::read(row, index)
    }
}
/// One of a closed list of words, as the word.
#[derive(Debug)]
pub struct Word;
impl<T: Choice> Stored<T> for Word {
    fn bind(field: &T) -> Result<Bind> {
        Ok(Bind::Text(field.word().to_owned()))
    }
    fn read(row: &dyn Cells, index: usize) -> Result<T> {
        let word = row.text(index)?.unwrap_or_default();
        T::of(&word).ok_or_else(|| broken(word))
    }
}
/// A word, or null.
#[derive(Debug)]
pub struct MaybeWord;
impl<T: Choice> Stored<Option<T>> for MaybeWord {
    fn bind(field: &Option<T>) -> Result<Bind> {
        Ok(field.map_or(Bind::Null(Null::Text), |w| Bind::Text(w.word().to_owned())))
    }
    fn read(row: &dyn Cells, index: usize) -> Result<Option<T>> {
        row.text(index)?.map(|word| T::of(&word).ok_or_else(|| broken(word))).transpose()
    }
}
/// A structure, as JSON.
#[derive(Debug)]
pub struct Json;
impl<T: Serialize + DeserializeOwned> Stored<T> for Json {
    fn bind(field: &T) -> Result<Bind> {
        Ok(match serde_json::to_string(field).map_err(broken)? {
            null if null == "null" => Bind::Null(Null::Json),
            json => Bind::Json(JsonText(json)),
        })
    }
    fn read(row: &dyn Cells, index: usize) -> Result<T> {
        let mut value = None;
        row.at(index, &mut |cell| {
            value = Some(serde_json::from_str(cell.json()?).map_err(broken)?);
            Ok(())
        })?;
        value.map_or_else(|| serde_json::from_str("null").map_err(broken), Ok)
    }
}

//! One value of one row, from either database, on its way into JSON without a Rust struct between: a page of fifty records is
//! written straight from the database's own memory.
use super::conn::fault;
use super::sql::{Bind, Sql};
use crate::core::conn::Conn;
use diesel::connection::{DefaultLoadingMode, LoadConnection};
use diesel::deserialize::FromSql;
use diesel::pg::{Pg, PgValue};
use diesel::row::Field as _;
use diesel::sql_types::{BigInt, Bool, Date, Timestamptz};
use diesel::sqlite::{Sqlite, SqliteValue};
use domain::core::error::{Error, Result};
use domain::core::field::Kind;
use domain::core::id::Id;
use domain::core::instant::Instant;
use std::io::Write;
use uuid::Uuid;

/// A value as its database hands it over.
pub trait Cell {
    fn text(&mut self) -> Result<&str>;
    /// JSON text.
    fn json(&mut self) -> Result<&str>;
    /// Text, JSON or not, as the bytes that the database holds: what goes out as it is need not be looked through to know that it is UTF-8.
    fn raw(&mut self, json: bool) -> Result<&[u8]>;
    fn uuid(&mut self) -> Result<Uuid>;
    fn integer(&mut self) -> Result<i64>;
    fn boolean(&mut self) -> Result<bool>;
    fn instant(&mut self) -> Result<Instant>;
    fn date(&mut self) -> Result<chrono::NaiveDate>;
    fn bytes(&mut self) -> Result<&[u8]>;
}

fn bad(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("a column holds what it should not: {error}"))
}

// The values themselves, not something around them: they are large, and to move one of a page's two thousand costs as much as to read it.
impl Cell for SqliteValue<'_, '_, '_> {
    fn text(&mut self) -> Result<&str> {
        Ok(self.read_text())
    }
    fn json(&mut self) -> Result<&str> {
        Ok(self.read_text())
    }
    fn raw(&mut self, _: bool) -> Result<&[u8]> {
        // Without a copy where the statement has cast it: see `View`.
        Ok(self.read_blob())
    }
    fn uuid(&mut self) -> Result<Uuid> {
        Uuid::from_slice(self.read_blob()).map_err(bad)
    }
    fn integer(&mut self) -> Result<i64> {
        Ok(self.read_long())
    }
    fn boolean(&mut self) -> Result<bool> {
        Ok(self.read_long() != 0)
    }
    fn instant(&mut self) -> Result<Instant> {
        Instant::from_micros(self.read_long()).ok_or_else(|| bad("a moment outside the calendar"))
    }
    fn date(&mut self) -> Result<chrono::NaiveDate> {
        self.read_text().parse().map_err(bad)
    }
    fn bytes(&mut self) -> Result<&[u8]> {
        Ok(self.read_blob())
    }
}

impl Cell for PgValue<'_> {
    fn text(&mut self) -> Result<&str> {
        std::str::from_utf8(self.as_bytes()).map_err(bad)
    }
    fn json(&mut self) -> Result<&str> {
        // The binary form of jsonb: its version, then the text.
        std::str::from_utf8(self.as_bytes().get(1..).unwrap_or_default()).map_err(bad)
    }
    fn raw(&mut self, json: bool) -> Result<&[u8]> {
        Ok(self.as_bytes().get(usize::from(json)..).unwrap_or_default())
    }
    fn uuid(&mut self) -> Result<Uuid> {
        Uuid::from_slice(self.as_bytes()).map_err(bad)
    }
    fn integer(&mut self) -> Result<i64> {
        FromSql::<BigInt, Pg>::from_sql(*self).map_err(bad)
    }
    fn boolean(&mut self) -> Result<bool> {
        FromSql::<Bool, Pg>::from_sql(*self).map_err(bad)
    }
    fn instant(&mut self) -> Result<Instant> {
        FromSql::<Timestamptz, Pg>::from_sql(*self).map(Instant::new).map_err(bad)
    }
    fn date(&mut self) -> Result<chrono::NaiveDate> {
        FromSql::<Date, Pg>::from_sql(*self).map_err(bad)
    }
    fn bytes(&mut self) -> Result<&[u8]> {
        Ok(self.as_bytes())
    }
}

/// The cells of one row, by position; none is null.
pub trait Cells {
    /// Calls back with the cell; false when it is null.
    fn at(&self, index: usize, then: &mut dyn FnMut(&mut dyn Cell) -> Result<()>) -> Result<bool>;

    /// Writes the cell as the JSON of its kind; false when it is null. A page of fifty records is two thousand of these.
    fn json(&self, index: usize, kind: &Kind, out: &mut Vec<u8>) -> Result<bool>;

    /// The cell as a value that can be bound again; none when it is null.
    fn bind(&self, index: usize, kind: &Kind) -> Result<Option<Bind>> {
        let mut value = None;
        self.at(index, &mut |cell| {
            value = Some(match kind {
                Kind::Boolean => Bind::Boolean(cell.boolean()?),
                Kind::Integer => Bind::Integer(cell.integer()?),
                Kind::Date => Bind::Date(cell.date()?),
                Kind::Instant => Bind::Instant(cell.instant()?),
                Kind::Reference(_) => Bind::Id(Id::from_uuid(cell.uuid()?)),
                _ => Bind::Text(cell.text()?.to_owned()),
            });
            Ok(())
        })?;
        Ok(value)
    }

    /// An integer column, 0 when it is null.
    fn integer(&self, index: usize) -> Result<i64> {
        let mut value = 0;
        self.at(index, &mut |cell| {
            value = cell.integer()?;
            Ok(())
        })?;
        Ok(value)
    }

    /// An id column; none when it is null.
    fn uuid(&self, index: usize) -> Result<Option<Uuid>> {
        let mut value = None;
        self.at(index, &mut |cell| {
            value = Some(cell.uuid()?);
            Ok(())
        })?;
        Ok(value)
    }

    /// A text column; none when it is null.
    fn text(&self, index: usize) -> Result<Option<String>> {
        let mut value = None;
        self.at(index, &mut |cell| {
            value = Some(cell.text()?.to_owned());
            Ok(())
        })?;
        Ok(value)
    }

    /// A moment; none when it is null.
    fn instant(&self, index: usize) -> Result<Option<Instant>> {
        let mut value = None;
        self.at(index, &mut |cell| {
            value = Some(cell.instant()?);
            Ok(())
        })?;
        Ok(value)
    }

    /// Bytes; none when it is null.
    fn bytes(&self, index: usize) -> Result<Option<Vec<u8>>> {
        let mut value = None;
        self.at(index, &mut |cell| {
            value = Some(cell.bytes()?.to_vec());
            Ok(())
        })?;
        Ok(value)
    }
}

/// Gives one database's rows the common face.
macro_rules! cells {
    ($name:ident, $db:ty) => {
        struct $name<'r, 'a, R>(&'r R, std::marker::PhantomData<&'a ()>);
        impl<'a, R> Cells for $name<'_, 'a, R>
        where
            R: diesel::row::Row<'a, $db>,
        {
            fn at(&self, index: usize, then: &mut dyn FnMut(&mut dyn Cell) -> Result<()>) -> Result<bool> {
                let field = self.0.get(index).ok_or_else(|| bad("fewer columns than asked for"))?;
                let mut value = field.value();
                let Some(value) = &mut value else { return Ok(false) };
                then(value)?;
                Ok(true)
            }
            fn json(&self, index: usize, kind: &Kind, out: &mut Vec<u8>) -> Result<bool> {
                let field = self.0.get(index).ok_or_else(|| bad("fewer columns than asked for"))?;
                let mut value = field.value();
                let Some(value) = &mut value else { return Ok(false) };
                write(out, kind, value)?;
                Ok(true)
            }
        }
    };
}
cells!(LiteRow, Sqlite);
cells!(PostRow, Pg);

impl Conn {
    /// The ids in the first column of a statement, in its order.
    pub fn ids(&mut self, sql: &Sql) -> Result<Vec<Uuid>> {
        let mut found = Vec::new();
        self.rows(sql, |row| {
            found.extend(row.uuid(0)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// Runs a statement and calls back with each row, in order.
    pub fn rows(&mut self, sql: &Sql, mut each: impl FnMut(&dyn Cells) -> Result<()>) -> Result<()> {
        match self {
            Conn::Sqlite(c) => {
                for row in LoadConnection::<DefaultLoadingMode>::load(c, sql).map_err(fault)? {
                    let row = row.map_err(fault)?;
                    each(&LiteRow(&row, std::marker::PhantomData))?;
                }
            }
            Conn::Postgres(c) => {
                for row in LoadConnection::<DefaultLoadingMode>::load(c, sql).map_err(fault)? {
                    let row = row.map_err(fault)?;
                    each(&PostRow(&row, std::marker::PhantomData))?;
                }
            }
        }
        Ok(())
    }

    /// Runs a statement that answers with no rows; how many rows it touched.
    pub fn execute(&mut self, sql: &Sql) -> Result<usize> {
        use diesel::connection::Connection;
        match self {
            Conn::Sqlite(c) => c.execute_returning_count(sql).map_err(fault),
            Conn::Postgres(c) => c.execute_returning_count(sql).map_err(fault),
        }
    }

    /// The first row of a statement, read by a callback; none when there is no row.
    pub fn row<T>(&mut self, sql: &Sql, read: impl Fn(&dyn Cells) -> Result<T>) -> Result<Option<T>> {
        let mut found = None;
        self.rows(sql, |row| {
            if found.is_none() {
                found = Some(read(row)?);
            }
            Ok(())
        })?;
        Ok(found)
    }
}

/// Writes a cell as the JSON of its kind.
fn write(out: &mut Vec<u8>, kind: &Kind, cell: &mut impl Cell) -> Result<()> {
    match kind {
        Kind::Text(_) | Kind::Choice(_) => quote(out, cell.raw(false)?),
        // Kept as a text whose order is the number's.
        Kind::Decimal => {
            let text = std::str::from_utf8(cell.raw(false)?).map_err(bad)?;
            let number = super::custom::decimal_of(text).ok_or_else(|| bad("no decimal"))?;
            write!(out, "\"{number}\"").map_err(bad)?;
        }
        Kind::Texts | Kind::References(_) | Kind::Money | Kind::Structure => out.extend_from_slice(cell.raw(true)?),
        Kind::Boolean => out.extend_from_slice(if cell.boolean()? { b"true" } else { b"false" }),
        Kind::Integer => write!(out, "{}", cell.integer()?).map_err(bad)?,
        Kind::Date => write!(out, "\"{}\"", cell.date()?).map_err(bad)?,
        Kind::Instant => {
            out.push(b'"');
            out.extend_from_slice(&cell.instant()?.text());
            out.push(b'"');
        }
        Kind::Reference(_) => {
            let mut buffer = [0; 36];
            out.push(b'"');
            out.extend_from_slice(cell.uuid()?.as_hyphenated().encode_lower(&mut buffer).as_bytes());
            out.push(b'"');
        }
    }
    Ok(())
}

/// Which bytes a JSON string can't hold as they are.
const ESCAPED: [bool; 256] = {
    let mut escaped = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        escaped[byte] = true;
        byte += 1;
    }
    escaped[b'"' as usize] = true;
    escaped[b'\\' as usize] = true;
    escaped
};

/// Where the first byte is that a JSON string can't hold as it is. Sixteen are looked at in one step, which the compiler makes one of the
/// processor's: byte by byte it was a tenth of the time of a list.
fn escaped(text: &[u8]) -> Option<usize> {
    let (chunks, _) = text.as_chunks::<16>();
    let plain = |chunk: &&[u8; 16]| !chunk.iter().fold(false, |any, b| any | (*b < 0x20) | (*b == b'"') | (*b == b'\\'));
    let from = 16 * chunks.iter().take_while(plain).count();
    let at = text[from..].iter().position(|byte| ESCAPED[usize::from(*byte)])?;
    Some(from + at)
}

/// Writes UTF-8 as a JSON string.
pub fn quote(out: &mut Vec<u8>, mut text: &[u8]) {
    out.push(b'"');
    while let Some(at) = escaped(text) {
        let (plain, rest) = text.split_at(at);
        out.extend_from_slice(plain);
        match rest[0] {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            control => out.extend_from_slice(&[
                b'\\',
                b'u',
                b'0',
                b'0',
                b'0' + (control >> 4),
                b"0123456789abcdef"[usize::from(control & 15)],
            ]),
        }
        text = &rest[1..];
    }
    out.extend_from_slice(text);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_quoted_text_is_the_same_text_to_a_reader_of_json() {
        let controls: String = (0..0x20_u8).map(char::from).collect();
        let long = format!("{0}\n{0}\"{0}{0}", "sixteen letters, and more ");
        for text in ["", "plain", "علی \"کریمی\"", "a\\b", "\u{7f}é\u{2028}", &controls, &long] {
            let mut out = Vec::new();
            super::quote(&mut out, text.as_bytes());
            assert_eq!(serde_json::from_slice::<String>(&out).ok().as_deref(), Some(text));
        }
    }
}

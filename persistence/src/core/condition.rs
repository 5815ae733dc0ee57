//! Conditions as SQL: the one place where a filter becomes a statement. Names come only from the field table, values are only bound.
use super::custom;
use super::money;
use super::sql::{Bind, Sql};
use domain::core::condition::{Condition, Op, Scalar};
use domain::core::error::{Error, Result};
use domain::core::field::Kind;
use domain::core::id::Id;
use domain::core::instant::Instant;
use domain::core::resource::Spec;

/// The condition over the table `t0`. It must have been checked against the object's fields.
pub fn sql(condition: &Condition, spec: &Spec, sqlite: bool) -> Result<Sql> {
    let each = |parts: &[Condition]| parts.iter().map(|p| sql(p, spec, sqlite)).collect::<Result<Vec<_>>>();
    Ok(match condition {
        Condition::All(parts) => Sql::join(each(parts)?, " AND ", "TRUE"),
        Condition::Any(parts) => Sql::join(each(parts)?, " OR ", "FALSE"),
        // Below a NOT, unknown must already be false; elsewhere AND and OR carry it there.
        Condition::Not(part) => Sql::new("NOT COALESCE((").and(sql(part, spec, sqlite)?).text("), FALSE)"),
        Condition::Compare { field, op, value } => compare(&column(field, spec)?, *op, value, sqlite),
        Condition::In { field, values } => {
            let column = column(field, spec)?;
            let some = values.iter().filter(|v| **v != Scalar::Null).filter_map(bind).collect::<Vec<_>>();
            let listed = column.among(some);
            if values.contains(&Scalar::Null) {
                Sql::join(vec![listed, column.null()], " OR ", "FALSE")
            } else {
                listed
            }
        }
        Condition::Has { field, value } => has(&column(field, spec)?, value, sqlite)?,
    })
}

/// What a path names in SQL.
enum Column {
    /// A column of the record's own table.
    Own(&'static str, Kind),
    /// The amount of a column of money, kept in two columns beside.
    Amount(&'static str),
    /// The currency of a column of money, kept in a column beside.
    Currency(&'static str),
    /// A custom field, kept in an index of its own.
    Custom(&'static str, String),
}

fn column(path: &str, spec: &Spec) -> Result<Column> {
    if let Some(path) = path.strip_prefix("custom.") {
        // Of money, the index keeps the amount.
        let name = path.split('.').next().unwrap_or(path);
        return Ok(Column::Custom(spec.object, name.to_owned()));
    }
    let unknown = || Error::Internal(format!("an unchecked condition names {path}"));
    if let Some((name, part)) = path.split_once('.') {
        let field = spec.field(name).filter(|f| f.kind == Kind::Money).ok_or_else(unknown)?;
        return match part {
            "amount" => Ok(Column::Amount(field.name)),
            _ => Ok(Column::Currency(field.name)),
        };
    }
    let field = spec.field(path).ok_or_else(unknown)?;
    Ok(Column::Own(field.name, field.kind.clone()))
}

impl Column {
    fn null(&self) -> Sql {
        match self {
            Column::Own(name, _) => Sql::new(format!("t0.{name} IS NULL")),
            Column::Amount(name) => Sql::new(format!("t0.{name}_units IS NULL")),
            Column::Currency(name) => Sql::new(format!("t0.{name}_currency IS NULL")),
            Column::Custom(object, name) => Sql::new("NOT ").and(custom::any(object, name, Sql::new("TRUE"))),
        }
    }
    fn some(&self) -> Sql {
        match self {
            Column::Own(name, _) => Sql::new(format!("t0.{name} IS NOT NULL")),
            Column::Amount(name) => Sql::new(format!("t0.{name}_units IS NOT NULL")),
            Column::Currency(name) => Sql::new(format!("t0.{name}_currency IS NOT NULL")),
            Column::Custom(object, name) => custom::any(object, name, Sql::new("TRUE")),
        }
    }
    fn is(&self, sign: &'static str, value: Bind) -> Sql {
        match self {
            Column::Own(name, _) => Sql::new(format!("t0.{name} {sign} ")).bind(value),
            Column::Amount(name) => {
                let (units, micros) = parts(&value);
                Sql::new(format!("(t0.{name}_units, t0.{name}_micros) {sign} ("))
                    .bind(units)
                    .text(", ")
                    .bind(micros)
                    .text(")")
            }
            // Ordered by code point, as all text in conditions.
            Column::Currency(name) => Sql::new(format!("t0.{name}_currency {sign} ")).bind(value),
            Column::Custom(object, name) => custom::any(object, name, Sql::new(format!("key {sign} ")).bind(custom::key_of(&value))),
        }
    }
    fn among(&self, values: Vec<Bind>) -> Sql {
        match self {
            Column::Own(name, _) => Sql::new(format!("t0.{name} IN ")).list(values),
            Column::Amount(_) => Sql::join(values.into_iter().map(|value| self.is("=", value)).collect(), " OR ", "FALSE"),
            Column::Currency(name) => Sql::new(format!("t0.{name}_currency IN ")).list(values),
            Column::Custom(object, name) => {
                let keys = values.iter().map(|v| Bind::Text(custom::key_of(v)));
                custom::any(object, name, Sql::new("key IN ").list(keys))
            }
        }
    }
}

/// A bound decimal as the two numbers that an amount is kept as.
fn parts(value: &Bind) -> (i64, i64) {
    match value {
        Bind::Text(key) => custom::decimal_of(key).map(money::split).unwrap_or_default(),
        _ => (0, 0),
    }
}

fn bind(value: &Scalar) -> Option<Bind> {
    Some(match value {
        Scalar::Null => return None,
        Scalar::Text(s) => Bind::Text(s.clone()),
        Scalar::Bool(b) => Bind::Boolean(*b),
        Scalar::Integer(n) => Bind::Integer(*n),
        Scalar::Decimal(d) => Bind::Text(custom::decimal_key(*d)),
        Scalar::Date(d) => Bind::Date(*d),
        Scalar::Instant(at) => Bind::Instant(Instant::new(*at)),
        Scalar::Id(id) => Bind::Id(Id::from_uuid(*id)),
    })
}

fn compare(column: &Column, op: Op, value: &Scalar, sqlite: bool) -> Sql {
    match (op, bind(value)) {
        (Op::Eq, None) => column.null(),
        (_, None) => column.some(),
        // True of null as well, as the grammar says.
        (Op::Ne, Some(value)) => Sql::new("NOT COALESCE((").and(column.is("=", value)).text("), FALSE)"),
        (op, Some(value)) => match (op, column) {
            // Text is ordered by code point, whatever the database's own order of words is.
            (Op::Lt | Op::Le | Op::Gt | Op::Ge, Column::Own(name, Kind::Text(_))) if !sqlite => {
                Sql::new(format!("t0.{name} COLLATE \"C\" {} ", op.as_str())).bind(value)
            }
            _ => column.is(op.as_str(), value),
        },
    }
}

fn has(column: &Column, value: &Scalar, sqlite: bool) -> Result<Sql> {
    let Some(value) = bind(value) else { return Ok(Sql::new("FALSE")) };
    Ok(match column {
        // A text contains it; of several choices, one is it.
        Column::Custom(object, name) => {
            let call = if sqlite { "instr" } else { "strpos" };
            let fits = Sql::new("key = ").bind(value.clone()).text(format!(" OR {call}(key, ")).bind(value);
            let texts = fits
                .text(") > 0 AND EXISTS (SELECT 1 FROM custom_fields f WHERE f.deleted_at IS NULL AND f.object = ")
                .bind(*object)
                .text(" AND f.name = ")
                .bind(name.as_str())
                .text(" AND f.kind IN ('text', 'url'))");
            custom::any(object, name, Sql::new("(").and(texts).text(")"))
        }
        Column::Amount(_) => Sql::new("FALSE"),
        Column::Currency(name) => {
            let call = if sqlite { "instr" } else { "strpos" };
            Sql::new(format!("{call}(t0.{name}_currency, ")).bind(value).text(") > 0")
        }
        Column::Own(name, Kind::Text(_)) => {
            let call = if sqlite { "instr" } else { "strpos" };
            Sql::new(format!("{call}(t0.{name}, ")).bind(value).text(") > 0")
        }
        Column::Own(name, _) => {
            let value = match value {
                Bind::Id(id) => Bind::Text(id.to_string()),
                other => other,
            };
            match sqlite {
                true => Sql::new(format!("EXISTS (SELECT 1 FROM json_each(t0.{name}) WHERE value = "))
                    .bind(value)
                    .text(")"),
                false => Sql::new(format!("t0.{name} @> jsonb_build_array(CAST("))
                    .bind(value)
                    .text(" AS text))"),
            }
        }
    })
}

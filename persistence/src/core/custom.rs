//! The organization's own fields: checked against their declarations, and indexed so that filters and sorts on them are as fast as
//! on built-in ones. The index keeps each value as a text whose order is the value's.
use super::conn::Conn;
use super::sql::{Bind, Sql};
use crate::sql;
use domain::core::base::Base;
use domain::core::error::Result;
use domain::core::problem::{Code, Problems};
use domain::customize::field::{CustomKind, Declaration};
use rust_decimal::Decimal;
use uuid::Uuid;

/// The record has a value of this field that fits.
pub fn any(object: &'static str, field: &str, fits: Sql) -> Sql {
    let sql = Sql::new("t0.id IN (SELECT record_id FROM custom_values WHERE object = ")
        .bind(object)
        .text(" AND field = ")
        .bind(field);
    sql.text(" AND ").and(fits).text(")")
}

/// A decimal as a text of fixed width whose order is the number's: shifted to be positive, in millionths.
pub fn decimal_key(value: Decimal) -> String {
    const SHIFT: i128 = 10_i128.pow(24);
    let millionths = (value * Decimal::from(1_000_000)).trunc().mantissa();
    format!("{:025}", millionths + SHIFT)
}

/// The decimal of such a text; none for any other text.
pub fn decimal_of(key: &str) -> Option<Decimal> {
    const SHIFT: i128 = 10_i128.pow(24);
    let millionths = key.parse::<i128>().ok()? - SHIFT;
    Decimal::try_from_i128_with_scale(millionths, 6).ok().map(|d| d.normalize())
}

/// A bound value as the index keeps it.
pub fn key_of(value: &Bind) -> String {
    match value {
        Bind::Text(s) => s.clone(),
        Bind::Integer(n) => decimal_key(Decimal::from(*n)),
        Bind::Boolean(b) => b.to_string(),
        Bind::Id(id) => id.to_string(),
        Bind::Instant(at) => at.to_string(),
        Bind::Date(d) => d.to_string(),
        Bind::Json(_) | Bind::Bytes(_) | Bind::Null(_) => String::new(),
    }
}

/// The declarations of an object's custom fields.
pub fn declared(conn: &mut Conn, object: &str) -> Result<Vec<Declaration>> {
    let sql = sql!(
        "SELECT name, kind, choices, required FROM custom_fields WHERE deleted_at IS NULL AND object = ? ORDER BY name",
        object
    );
    let mut out = Vec::new();
    conn.rows(&sql, |row| {
        let kind = row.text(1)?.unwrap_or_default();
        let mut choices = Vec::new();
        row.at(2, &mut |cell| {
            choices = serde_json::from_str(cell.json()?).unwrap_or_default();
            Ok(())
        })?;
        let mut required = false;
        row.at(3, &mut |cell| {
            required = cell.boolean()?;
            Ok(())
        })?;
        let kind = <CustomKind as domain::core::field::Choice>::of(&kind);
        out.extend(kind.map(|kind| Declaration {
            name: row.text(0).ok().flatten().unwrap_or_default(),
            kind,
            choices,
            required,
        }));
        Ok(())
    })?;
    Ok(out)
}

/// Checks the values against the declarations and brings the index in step.
pub fn keep(conn: &mut Conn, object: &'static str, id: Uuid, before: Option<&Base>, after: &mut Base) -> Result<Problems> {
    let mut problems = Problems::default();
    if before.is_some_and(|b| b.custom == after.custom) {
        return Ok(problems);
    }
    let declared = declared(conn, object)?;
    for declaration in &declared {
        match after.custom.get(&declaration.name) {
            Some(value) => problems.nest(&format!("/custom/{}", declaration.name), declaration.check(value)),
            None if declaration.required && before.is_none() => problems.add(format!("/custom/{}", declaration.name), Code::Required),
            None => {}
        }
    }
    for name in after.custom.keys().filter(|n| declared.iter().all(|d| d.name != **n)) {
        problems.add(format!("/custom/{}", domain::core::input::escape(name)), Code::UnknownField);
    }
    if !problems.0.is_empty() {
        return Ok(problems);
    }
    if before.is_some_and(|b| !b.custom.is_empty()) {
        conn.execute(&sql!("DELETE FROM custom_values WHERE object = ? AND record_id = ?", object, id))?;
    }
    for declaration in &declared {
        let Some(value) = after.custom.get(&declaration.name) else {
            continue;
        };
        for key in declaration.keys(value) {
            let key = match key {
                domain::customize::field::Key::Number(n) => decimal_key(n),
                domain::customize::field::Key::Text(s) => s,
            };
            let insert = "INSERT INTO custom_values (object, field, key, record_id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";
            conn.execute(&Sql::with(
                insert,
                vec![object.into(), (&declaration.name).into(), key.into(), id.into()],
            ))?;
        }
    }
    Ok(problems)
}

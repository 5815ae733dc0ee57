//! Cursors: where a page ended. Opaque to clients, sealed to the filter, the sort and the caller they were given for, so that none
//! can be forged, cut, or used for another list.
use super::order::By;
use super::read::List;
use super::sql::{Bind, Sql};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::core::actor::Sight;
use domain::core::error::{Error, Result};
use domain::core::field::Kind;
use domain::core::id::Id;
use domain::core::instant::Instant;
use domain::core::resource::Spec;
use hmac::{Hmac, Mac};
use serde_json::Value;
use sha2::Sha256;

/// The value of one sort key at the end of a page; none for null.
pub type Key = Option<Bind>;

/// Bytes of the seal: enough that guessing is hopeless, short enough for a URL.
const SEAL: usize = 16;
/// The longest cursor that is looked at, in bytes.
const MAX: usize = 4096;

/// What a cursor is bound to.
pub fn binding(spec: &Spec, sight: &Sight<'_>, list: &List) -> String {
    let filter = list.filter.as_ref().map(ToString::to_string).unwrap_or_default();
    let sort: Vec<String> = list.sort.iter().map(|(f, falls)| format!("{}{falls}", f.name)).collect();
    let parts = [
        spec.object,
        &filter,
        &list.terms.join("\u{1}"),
        &sort.join("\u{1}"),
        &sight.actor.user_id.to_string(),
        &list.trashed.to_string(),
        list.within.as_ref().map_or("", |w| &w.name),
    ];
    parts.join("\u{0}")
}

fn tag(payload: &[u8], secret: &[u8], bound: &str) -> Result<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(|e| Error::Internal(e.to_string()))?;
    mac.update(payload);
    mac.update(&[0]);
    mac.update(bound.as_bytes());
    Ok(mac.finalize().into_bytes()[..SEAL].to_vec())
}

/// Seals the keys of the last row of a page.
pub fn seal(keys: &[Key], secret: &[u8], bound: &str) -> Result<String> {
    let values: Vec<Value> = keys
        .iter()
        .map(|key| match key {
            None | Some(Bind::Json(_) | Bind::Bytes(_) | Bind::Null(_)) => Value::Null,
            Some(Bind::Text(s)) => s.as_str().into(),
            Some(Bind::Integer(n)) => (*n).into(),
            Some(Bind::Boolean(b)) => (*b).into(),
            Some(Bind::Id(id)) => id.to_string().into(),
            Some(Bind::Instant(at)) => at.micros().into(),
            Some(Bind::Date(d)) => d.to_string().into(),
        })
        .collect();
    close(&Value::Array(values), secret, bound)
}

/// Seals values to what they are bound to.
pub fn close(values: &Value, secret: &[u8], bound: &str) -> Result<String> {
    let mut bytes = serde_json::to_vec(values).map_err(|e| Error::Internal(e.to_string()))?;
    let seal = tag(&bytes, secret, bound)?;
    bytes.splice(0..0, seal);
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Opens a cursor for the same list, whose keys are of these kinds, or refuses it.
pub fn open<'a>(text: &str, secret: &[u8], bound: &str, kinds: impl ExactSizeIterator<Item = &'a Kind>) -> Result<Vec<Key>> {
    let values = reveal(text, secret, bound)?;
    if values.len() != kinds.len() {
        return Err(Error::Cursor);
    }
    let keys = values.iter().zip(kinds).map(|(value, kind)| key(value, kind).ok_or(Error::Cursor));
    keys.collect()
}

/// The entries of the text index behind the last of a page, whose rows were entered before; opens the cursor as [`open`] does.
pub fn entered_before(text: &str, secret: &[u8], bound: &str) -> Result<Sql> {
    match reveal(text, secret, bound)?.as_slice() {
        [place] => Ok(Sql::new("s.rowid > ").bind(place.as_i64().ok_or(Error::Cursor)?)),
        _ => Err(Error::Cursor),
    }
}

/// The values that were sealed to this, or a refusal.
pub fn reveal(text: &str, secret: &[u8], bound: &str) -> Result<Vec<Value>> {
    if text.len() > MAX {
        return Err(Error::Cursor);
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Error::Cursor)?;
    let (seal, payload) = bytes.split_at_checked(SEAL).ok_or(Error::Cursor)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(|e| Error::Internal(e.to_string()))?;
    mac.update(payload);
    mac.update(&[0]);
    mac.update(bound.as_bytes());
    mac.verify_truncated_left(seal).map_err(|_| Error::Cursor)?;
    serde_json::from_slice(payload).map_err(|_| Error::Cursor)
}

fn key(value: &Value, kind: &Kind) -> Option<Key> {
    Some(match (value, kind) {
        (Value::Null, _) => None,
        (v, Kind::Integer) => Some(Bind::Integer(v.as_i64()?)),
        (v, Kind::Boolean) => Some(Bind::Boolean(v.as_bool()?)),
        (v, Kind::Instant) => Some(Bind::Instant(Instant::from_micros(v.as_i64()?)?)),
        (v, Kind::Reference(_)) => Some(Bind::Id(Id::from_uuid(v.as_str()?.parse().ok()?))),
        (v, Kind::Date) => Some(Bind::Date(v.as_str()?.parse().ok()?)),
        (v, _) => Some(Bind::Text(v.as_str()?.to_owned())),
    })
}

/// The rows behind a key in the order of the sort. Null is the smallest value.
pub fn after(sort: &[By], keys: &[Key]) -> Sql {
    let plain = sort.iter().all(|by| !by.nullable && by.falls == sort[0].falls);
    if plain {
        // One comparison of rows, which an index answers in one step.
        let names = sort.iter().map(|by| format!("t0.{}", by.column)).collect::<Vec<_>>().join(", ");
        let values = keys.iter().flatten().cloned();
        let mut sql = Sql::new(format!("({names}) {} (", if sort[0].falls { "<" } else { ">" }));
        for (i, value) in values.enumerate() {
            sql = if i > 0 { sql.text(", ") } else { sql }.bind(value);
        }
        return sql.text(")");
    }
    let mut any = Vec::new();
    for n in 0..sort.len() {
        let mut all: Vec<Sql> = sort[..n].iter().zip(keys).map(|(by, key)| equal(by, key)).collect();
        all.push(beyond(&sort[n], &keys[n]));
        any.push(Sql::join(all, " AND ", "TRUE"));
    }
    Sql::join(any, " OR ", "FALSE")
}

fn equal(by: &By, key: &Key) -> Sql {
    match key {
        Some(value) => Sql::new(format!("t0.{} = ", by.column)).bind(value.clone()),
        None => Sql::new(format!("t0.{} IS NULL", by.column)),
    }
}

fn beyond(by: &By, key: &Key) -> Sql {
    let name = &by.column;
    match (key, by.falls) {
        (Some(value), false) => Sql::new(format!("t0.{name} > ")).bind(value.clone()),
        (Some(value), true) if by.nullable => Sql::new(format!("t0.{name} IS NULL OR t0.{name} < ")).bind(value.clone()),
        (Some(value), true) => Sql::new(format!("t0.{name} < ")).bind(value.clone()),
        (None, false) => Sql::new(format!("t0.{name} IS NOT NULL")),
        (None, true) => Sql::new("FALSE"),
    }
}

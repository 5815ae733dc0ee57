//! Moments in time: UTC, to the millisecond, so that a value reads back exactly as it was written.
use chrono::{DateTime, Datelike, SubsecRound, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};

/// A moment, to the millisecond, in UTC. Written `YYYY-MM-DDThh:mm:ss.sssZ`; read with any offset (RFC 3339).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(DateTime<Utc>);

impl Instant {
    /// The first moment of 1970, which stands where a create left a moment to the rules.
    pub const UNSET: Instant = Instant(DateTime::UNIX_EPOCH);

    /// The moment, cut to the millisecond.
    pub fn new(at: DateTime<Utc>) -> Self {
        Instant(at.trunc_subsecs(3))
    }
    /// The moment so many microseconds after 1970; none outside the calendar's range.
    pub fn from_micros(micros: i64) -> Option<Self> {
        DateTime::from_timestamp_micros(micros).map(Instant::new)
    }
    /// Microseconds since 1970.
    pub fn micros(self) -> i64 {
        self.0.timestamp_micros()
    }
    pub fn utc(self) -> DateTime<Utc> {
        self.0
    }
    /// The moment a span later; the calendar's last moment at most.
    pub fn after(self, span: TimeDelta) -> Self {
        Instant::new(self.0.checked_add_signed(span).unwrap_or(DateTime::<Utc>::MAX_UTC))
    }
    /// The moment as the contract writes it: 24 ASCII bytes for the years 0 to 9999.
    pub fn text(self) -> [u8; 24] {
        // Written digit by digit: a page of fifty records has two hundred of these, and a format string costs ten times as much.
        let mut out = *b"0000-00-00T00:00:00.000Z";
        // Once: each part of a moment with a zone is worked out from the zone.
        let at = self.0.naive_utc();
        let mut put = |at: usize, width: usize, mut n: u32| {
            for i in (at..at + width).rev() {
                out[i] = b'0' + (n % 10) as u8;
                n /= 10;
            }
        };
        put(0, 4, at.year().clamp(0, 9999).unsigned_abs());
        put(5, 2, at.month());
        put(8, 2, at.day());
        put(11, 2, at.hour());
        put(14, 2, at.minute());
        put(17, 2, at.second());
        put(20, 3, at.and_utc().timestamp_subsec_millis());
        out
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.text()).unwrap_or_default())
    }
}
impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(std::str::from_utf8(&self.text()).unwrap_or_default())
    }
}
impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        let at = DateTime::parse_from_rfc3339(&text).map_err(|_| de::Error::custom("format: RFC 3339"))?;
        match (0..=9999).contains(&at.with_timezone(&Utc).year()) {
            true => Ok(Instant::new(at.with_timezone(&Utc))),
            false => Err(de::Error::custom("format: RFC 3339")),
        }
    }
}
impl utoipa::PartialSchema for Instant {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(format))
            .max_length(Some(40))
            .into()
    }
}
impl utoipa::ToSchema for Instant {}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
    use super::*;

    #[test]
    fn reads_any_offset_and_writes_utc_to_the_millisecond() {
        for (read, written) in [
            ("2026-03-21T00:00:00+03:30", "2026-03-20T20:30:00.000Z"),
            ("2026-03-21T00:00:00.123456Z", "2026-03-21T00:00:00.123Z"),
            ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
        ] {
            let at: Instant = serde_json::from_value(read.into()).unwrap();
            assert_eq!(at.to_string(), written);
            assert_eq!(Instant::from_micros(at.micros()), Some(at));
        }
        assert!(serde_json::from_value::<Instant>("2026-03-21".into()).is_err());
    }
}

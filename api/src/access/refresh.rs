//! Refresh tokens: opaque, good once, and of one family per session (RFC 9700 §4.14.2).
//!
//! A family starts with a sign-in. Each use of its current token spends that and gives the next. A spent token that comes back was copied:
//! nobody can tell the thief from the user, so **the whole family ends**, its session with it, and the user is told. There is no grace
//! for a client that sends the same token twice, since a thief would enjoy it too.
//!
//! Stored per token: its [`Digest`] (unique), the family, whether it is spent. Stored per family: session, when it started, when it was
//! last used, whether it has ended. Finding the token, deciding, marking it spent and inserting the next is **one write transaction**, or
//! two requests at once would both find it current.
use chrono::{DateTime, TimeDelta, Utc};
use rand::CryptoRng;

use super::secret::{Digest, Secret, is_opaque, opaque};

/// How each refresh token begins, for scanners and for eyes.
pub const PREFIX: &str = "pvr_";
/// A family unused for this long ends (ASVS 7.3.1).
pub const IDLE: TimeDelta = TimeDelta::days(14);
/// A family this old ends, however busy (ASVS 7.3.2).
pub const ABSOLUTE: TimeDelta = TimeDelta::days(90);

/// What a presented token is to the family it was looked up in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presented {
    /// The family's current token.
    Current,
    /// One of the family's spent tokens: it was copied, or sent twice.
    Previous,
    /// None of the family's, or there is no family.
    Unknown,
}

/// What the caller does next. Everything but `Rotate` is answered with the same 401 `invalid_grant`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Spend the token, issue the next and a fresh access token.
    Rotate,
    /// End the family and its session at once, record it for the audit, notify the user.
    EndFamily,
    /// Refuse; there is nothing to end, or it has ended.
    Refuse,
}

/// When a family lived.
#[derive(Debug, Clone, Copy)]
pub struct Family {
    /// The sign-in.
    pub started: DateTime<Utc>,
    /// The last rotation; the sign-in if there was none.
    pub last_used: DateTime<Utc>,
    /// Ended by sign-out, by reuse, by an administrator.
    pub ended: bool,
}

impl Family {
    /// When the family ends by itself if it is not used again: to be told to clients as `refresh_expires_at`.
    pub fn expires(&self) -> DateTime<Utc> {
        (self.last_used + IDLE).min(self.started + ABSOLUTE)
    }
}

/// A fresh token: `pvr_` and 256 random bits.
pub fn generate(rng: &mut (impl CryptoRng + ?Sized)) -> Secret {
    opaque(PREFIX, rng)
}

/// The digest to look up by, or `None` for text that never was a refresh token.
pub fn parse(text: &str) -> Option<Digest> {
    is_opaque(PREFIX, text).then(|| Digest::of(text))
}

/// Which of a family's tokens was presented. All are compared, each in constant time.
pub fn classify(presented: &Digest, current: &Digest, spent: &[Digest]) -> Presented {
    let is_spent = spent.iter().fold(false, |found, d| found | d.same(presented));
    match (current.same(presented), is_spent) {
        (true, false) => Presented::Current,
        // A token both current and spent is a damaged record, and no reason to trust it.
        (_, true) => Presented::Previous,
        (false, false) => Presented::Unknown,
    }
}

/// Decides about a presented token. Reuse is reuse even after the family's end or expiry: the copy tells of a theft all the same, but
/// an ended family needs no second end.
pub fn decide(presented: Presented, family: &Family, now: DateTime<Utc>) -> Decision {
    match presented {
        Presented::Unknown => Decision::Refuse,
        _ if family.ended => Decision::Refuse,
        Presented::Previous => Decision::EndFamily,
        Presented::Current if now >= family.expires() => Decision::Refuse,
        Presented::Current => Decision::Rotate,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at what must not be")]
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    fn day(n: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::days(n)
    }

    #[test]
    fn a_family_lives_by_use_and_dies_by_reuse() {
        let second = TimeDelta::seconds(1);
        let rows = [
            // token, last used on day, ended, now, decision
            (Presented::Current, 0, false, day(0), Decision::Rotate),
            (Presented::Current, 0, false, day(14) - second, Decision::Rotate),
            (Presented::Current, 0, false, day(14), Decision::Refuse),
            (Presented::Current, 80, false, day(90) - second, Decision::Rotate),
            (Presented::Current, 80, false, day(90), Decision::Refuse),
            (Presented::Current, 0, true, day(0), Decision::Refuse),
            (Presented::Previous, 0, false, day(0), Decision::EndFamily),
            (Presented::Previous, 0, false, day(40), Decision::EndFamily),
            (Presented::Previous, 0, true, day(0), Decision::Refuse),
            (Presented::Unknown, 0, false, day(0), Decision::Refuse),
        ];
        for (presented, used, ended, now, expected) in rows {
            let family = Family {
                started: day(0),
                last_used: day(used),
                ended,
            };
            assert_eq!(decide(presented, &family, now), expected, "{presented:?} {used} {ended} {now}");
        }
    }

    #[test]
    fn a_token_is_known_by_its_digest() {
        let mut rng = StdRng::seed_from_u64(1);
        let tokens: Vec<_> = (0..4).map(|_| generate(&mut rng)).collect();
        let digest = |i: usize| parse(tokens[i].expose()).unwrap();
        let spent = [digest(0), digest(1)];
        for (i, expected) in [
            (0, Presented::Previous),
            (1, Presented::Previous),
            (2, Presented::Current),
            (3, Presented::Unknown),
        ] {
            assert_eq!(classify(&digest(i), &digest(2), &spent), expected, "{i}");
        }
        assert_eq!(classify(&digest(1), &digest(1), &spent), Presented::Previous);
        assert!(parse("pvr_").is_none() && parse("eyJhbGciOiJFUzI1NiJ9.e30.x").is_none());
    }
}

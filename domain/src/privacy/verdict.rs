//! Whether somebody may be reached: what the rows of the ledger come to. The latest word counts. A word about one address counts more than
//! one about all of them, except that a later withdrawal for all ends what was granted for one.
use super::consent::{ConsentStatus, SERVICE};
use crate::core::instant::Instant;
use uuid::Uuid;

crate::choice! {
    /// Why somebody may, or may not, be reached.
    pub enum Reason {
        /// They let us.
        Granted = "granted",
        /// It is for what they asked for or have a contract about, and they did not say no.
        Service = "service",
        /// There is no such customer any more.
        CustomerGone = "customer_gone",
        /// The customer was erased.
        Erased = "erased",
        /// The customer has no such address.
        NoAddress = "no_address",
        /// The address is marked as not to be used.
        DoNotUse = "do_not_use",
        /// The address is not valid any more.
        AddressExpired = "address_expired",
        /// They said no.
        Withdrawn = "withdrawn",
        /// They were asked, and have not confirmed yet.
        Pending = "pending",
        /// What they let us has ended by itself.
        Expired = "expired",
        /// They never said anything.
        NoConsent = "no_consent",
    }
}

impl Reason {
    /// Whether it allows to reach them.
    pub const fn allows(self) -> bool {
        matches!(self, Reason::Granted | Reason::Service)
    }
}

/// What one row of the ledger says, of one purpose and channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    pub id: Uuid,
    /// The contact point's key; empty where all are meant.
    pub key: String,
    pub status: ConsentStatus,
    pub given_at: Instant,
    pub expires_at: Option<Instant>,
}

/// What the words about one purpose and channel come to for the contact point of a key, and the row that decides, if one does.
pub fn judge(words: &[Word], key: &str, purpose: &str, now: Instant) -> (Reason, Option<Uuid>) {
    let last = |of: &dyn Fn(&&Word) -> bool| words.iter().filter(of).max_by_key(|w| (w.given_at, w.id));
    let said = |w: &&Word, key: &str| w.key == key && w.status != ConsentStatus::Pending;
    let (own, all) = (last(&|w| said(w, key)), last(&|w| said(w, "")));
    let deciding = match (own, all) {
        (Some(own), Some(all)) if all.status == ConsentStatus::Withdrawn && (all.given_at, all.id) > (own.given_at, own.id) => Some(all),
        (own, all) => own.or(all),
    };
    let asked = last(&|w| w.key == key && w.status == ConsentStatus::Pending && w.expires_at.is_none_or(|at| now < at));
    let asked = asked.filter(|a| deciding.is_none_or(|d| (d.given_at, d.id) < (a.given_at, a.id)));
    let service = purpose == SERVICE;
    match deciding {
        Some(word) if word.status == ConsentStatus::Granted && word.expires_at.is_none_or(|at| now < at) => {
            (Reason::Granted, Some(word.id))
        }
        Some(word) if word.status == ConsentStatus::Granted && service => (Reason::Service, Some(word.id)),
        None if service => (Reason::Service, None),
        _ if asked.is_some() => (Reason::Pending, asked.map(|a| a.id)),
        Some(word) if word.status == ConsentStatus::Granted => (Reason::Expired, Some(word.id)),
        Some(word) => (Reason::Withdrawn, Some(word.id)),
        None => (Reason::NoConsent, None),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
    use super::*;

    const MINE: &str = "email:sara@yazd.example";

    fn at(second: i64) -> Instant {
        Instant::from_micros(second * 1_000_000).unwrap()
    }

    /// Rows written as `key status given [expires]`, in the order they were entered.
    fn words(rows: &[(&str, ConsentStatus, i64, Option<i64>)]) -> Vec<Word> {
        let word = |(i, (key, status, given, expires)): (usize, &(&str, ConsentStatus, i64, Option<i64>))| Word {
            id: Uuid::from_u128(i as u128 + 1),
            key: (*key).to_owned(),
            status: *status,
            given_at: at(*given),
            expires_at: expires.map(at),
        };
        rows.iter().enumerate().map(word).collect()
    }

    #[test]
    fn the_latest_word_counts() {
        use ConsentStatus::{Granted, Pending, Withdrawn};
        let rows: [(&[_], Reason, Option<u128>); 14] = [
            (&[], Reason::NoConsent, None),
            (&[(MINE, Granted, 1, None)], Reason::Granted, Some(1)),
            (&[("email:else@x.example", Granted, 1, None)], Reason::NoConsent, None),
            (&[("", Granted, 1, None)], Reason::Granted, Some(1)),
            (&[(MINE, Granted, 1, None), (MINE, Withdrawn, 2, None)], Reason::Withdrawn, Some(2)),
            // Entered late, said early.
            (&[(MINE, Withdrawn, 5, None), (MINE, Granted, 2, None)], Reason::Withdrawn, Some(1)),
            // At one moment the later entry.
            (&[(MINE, Withdrawn, 5, None), (MINE, Granted, 5, None)], Reason::Granted, Some(2)),
            // No for all ends what was granted for one; yes for all does not lift a no for one.
            (&[(MINE, Granted, 1, None), ("", Withdrawn, 2, None)], Reason::Withdrawn, Some(2)),
            (&[(MINE, Withdrawn, 1, None), ("", Granted, 2, None)], Reason::Withdrawn, Some(1)),
            (&[("", Withdrawn, 1, None), (MINE, Granted, 2, None)], Reason::Granted, Some(2)),
            (&[(MINE, Granted, 1, Some(100))], Reason::Expired, Some(1)),
            (&[(MINE, Pending, 1, None)], Reason::Pending, Some(1)),
            // Who is asked again has not taken anything back.
            (&[(MINE, Granted, 1, None), (MINE, Pending, 2, None)], Reason::Granted, Some(1)),
            (
                &[(MINE, Withdrawn, 1, None), (MINE, Pending, 2, Some(50))],
                Reason::Withdrawn,
                Some(1),
            ),
        ];
        for (given, reason, row) in rows {
            let expected = (reason, row.map(Uuid::from_u128));
            assert_eq!(judge(&words(given), MINE, "newsletter", at(100)), expected, "{given:?}");
        }
    }

    #[test]
    fn service_needs_no_consent_but_can_be_refused() {
        use ConsentStatus::{Granted, Withdrawn};
        let judged = |rows: &[_]| judge(&words(rows), MINE, SERVICE, at(100)).0;
        assert_eq!(judged(&[]), Reason::Service);
        assert_eq!(judged(&[(MINE, Granted, 1, Some(2))]), Reason::Service);
        assert_eq!(judged(&[(MINE, Granted, 1, None)]), Reason::Granted);
        assert_eq!(judged(&[(MINE, Withdrawn, 1, None)]), Reason::Withdrawn);
        assert_eq!(judged(&[("", Withdrawn, 1, None)]), Reason::Withdrawn);
    }
}

//! What was refused: the first refusal of a user and a permission is an entry of the audit at once; those that follow within ten minutes
//! are counted, and told with the next entry. A user can cause only so many entries an hour, so that nobody fills the disk by trying.
use crate::http::app::App;
use domain::core::actor::Actor;
use persistence::core::changes::{self, Denial};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// How long repetitions are only counted.
const QUIET_MICROS: i64 = 600_000_000;
/// An hour.
const HOUR_MICROS: i64 = 3_600_000_000;
/// Entries of one user in an hour at most.
const HOURLY: u32 = 60;
/// Users and permissions remembered at most; then the oldest half is forgotten.
const KEPT: usize = 10_000;

/// What was refused lately.
#[derive(Debug, Default)]
pub struct Denials(Mutex<Lately>);

#[derive(Debug, Default)]
struct Lately {
    /// By user and permission: when it was last written, and how often it happened since.
    seen: HashMap<(Uuid, String), (i64, u64)>,
    /// By user: the hour's begin, and the entries in it.
    hours: HashMap<Uuid, (i64, u32)>,
}

impl Lately {
    /// How often it happened since it was last written, this time included; none when it is not to be written now.
    fn count(&mut self, user: Uuid, permission: &str, now: i64) -> Option<u64> {
        if self.seen.len() >= KEPT {
            let mut times: Vec<i64> = self.seen.values().map(|(at, _)| *at).collect();
            times.sort_unstable();
            let half = times[times.len() / 2];
            self.seen.retain(|_, (at, _)| *at > half);
            self.hours.retain(|_, (begin, _)| now - *begin < HOUR_MICROS);
        }
        let (written, times) = self.seen.entry((user, permission.to_owned())).or_insert((i64::MIN, 0));
        *times += 1;
        if now.saturating_sub(*written) < QUIET_MICROS {
            return None;
        }
        let (begin, entries) = self.hours.entry(user).or_insert((now, 0));
        if now - *begin >= HOUR_MICROS {
            (*begin, *entries) = (now, 0);
        }
        if *entries >= HOURLY {
            return None;
        }
        *entries += 1;
        *written = now;
        Some(std::mem::take(times))
    }
}

/// Notes a refusal, before it is answered: who is refused can't hide it by going away.
pub async fn note(app: &App, actor: &Actor, permission: &str, request: String, origin: Uuid) {
    let at = app.now();
    let times = {
        let mut lately = app.denials.0.lock().unwrap_or_else(PoisonError::into_inner);
        lately.count(actor.user_id, permission, at.micros())
    };
    let Some(times) = times else { return };
    let denial = Denial {
        actor: actor.clone(),
        permission: permission.to_owned(),
        request,
        times,
        origin,
        at,
    };
    if let Err(error) = app.db.write(move |conn| changes::deny(conn, &denial)).await {
        tracing::error!(%error, user = %actor.user_id, permission, "a refusal could not be noted");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_are_counted_and_a_user_fills_no_disk() {
        let (user, mut lately) = (Uuid::from_u128(1), Lately::default());
        assert_eq!(lately.count(user, "roles:create", 0), Some(1));
        assert_eq!(lately.count(user, "roles:create", 1), None);
        assert_eq!(lately.count(user, "audit:read", 2), Some(1), "another permission is another entry");
        assert_eq!(
            lately.count(user, "roles:create", QUIET_MICROS),
            Some(2),
            "one was only counted before"
        );
        let written = (0..1_000)
            .filter(|n| lately.count(user, &format!("o{n}:read"), 3).is_some())
            .count();
        assert_eq!(written, 57, "60 an hour in all");
        assert_eq!(
            lately.count(Uuid::from_u128(2), "roles:create", 4),
            Some(1),
            "others are noted all the same"
        );
        assert!(lately.count(user, "o999:read", HOUR_MICROS).is_some(), "the next hour begins anew");
        for n in 0..3 * KEPT {
            lately.count(Uuid::from_u128(n as u128), "roles:create", n as i64);
        }
        assert!(lately.seen.len() <= KEPT);
    }
}

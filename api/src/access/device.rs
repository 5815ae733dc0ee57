//! Known devices: a telephone or browser on which its user has signed in before, told by a random secret it keeps.
//!
//! A known device is no factor and opens nothing. It only exempts its user from the counters that strangers can drive up
//! ([`super::lockout`]), so that an attacker who tries passwords all day does not lock the user out.
//!
//! After a complete sign-in (second factor included) the API hands out a secret. Stored are its digest, the account, and when it was last
//! used; the device sends it with the next sign-in. It belongs to one account: the attacker's own device token is worth nothing for the
//! victim's account. All of an account's devices are forgotten when its password is reset by mail, for then it is not known who held them.
use chrono::{DateTime, TimeDelta, Utc};
use rand::CryptoRng;
use uuid::Uuid;

use super::secret::{Digest, Secret, is_opaque, opaque};

/// How each device secret begins.
pub const PREFIX: &str = "pvdev_";
/// A device unused for this long is a stranger again.
pub const FORGET: TimeDelta = TimeDelta::days(180);
/// How many devices of one account are kept; the one used longest ago makes room.
pub const MAX_PER_ACCOUNT: usize = 20;

/// A device as stored.
#[derive(Debug, Clone)]
pub struct Device {
    /// Its own id, which its failure counter goes by.
    pub id: Uuid,
    /// Whose it is.
    pub account: Uuid,
    /// The digest of its secret.
    pub digest: Digest,
    /// The last complete sign-in from it.
    pub last_used: DateTime<Utc>,
}

impl Device {
    /// Whether the presented secret makes this device a known one of this account now.
    pub fn is_known(&self, account: Uuid, presented: &Digest, now: DateTime<Utc>) -> bool {
        // No short cut: all three are evaluated.
        (self.account == account) & self.digest.same(presented) & (now < self.last_used + FORGET)
    }
}

/// A fresh device secret: `pvdev_` and 256 random bits.
pub fn generate(rng: &mut (impl CryptoRng + ?Sized)) -> Secret {
    opaque(PREFIX, rng)
}

/// The digest to look up by, or `None` for text that never was a device secret.
pub fn parse(text: &str) -> Option<Digest> {
    is_opaque(PREFIX, text).then(|| Digest::of(text))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at what must not be")]
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn a_device_is_known_to_its_account_with_its_secret_for_its_time() {
        let mut rng = StdRng::seed_from_u64(1);
        let (own, other) = (generate(&mut rng), generate(&mut rng));
        let used = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let (account, stranger) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let device = Device {
            id: Uuid::from_u128(3),
            account,
            digest: own.digest(),
            last_used: used,
        };
        let second = TimeDelta::seconds(1);
        for (whose, secret, now, known) in [
            (account, &own, used, true),
            (account, &own, used + FORGET - second, true),
            (account, &own, used + FORGET, false),
            (account, &other, used, false),
            (stranger, &own, used, false),
        ] {
            assert_eq!(device.is_known(whose, &parse(secret.expose()).unwrap(), now), known);
        }
        assert!(parse("pvr_AAAA").is_none());
    }
}

//! How fast passwords may be tried: a policy without a memory of its own. The caller keeps counters; this says which, and what they mean.
//!
//! **The aim** is to make guessing slow for strangers without letting them lock anybody out. So nothing is ever locked: after a few
//! failures the next try must wait, ever longer, at most [`MAX_DELAY`] (429 with `Retry-After`). And every counter a stranger can raise is
//! skipped for a [known device](super::device), which is counted by itself.
//!
//! | counter | counts failures | free | forgives one each | after a success |
//! | --- | --- | --- | --- | --- |
//! | account and device | of one known device on its account | 5 | hour | cleared |
//! | account and network | on one account from one network | 5 | hour | cleared |
//! | account | on one account from all unknown devices: guesses spread over many networks | 20 | hour | taken back |
//! | network | from one network on all accounts: one password tried on many users | 100 | minute | taken back |
//!
//! | link | wrong mailed links from one network | 5 | minute | taken back |
//!
//! A try from a known device meets the first only; any other meets the last three, and the longest delay of them holds. "Taken back" means
//! that the try itself no longer counts but earlier failures do: else an attacker would sign in to an account of his own now and then, and
//! wipe his network's record. The network is patient because hundreds of users, with their daily mistakes, sit behind one carrier's
//! address.
//!
//! From the first failure beyond the free ones on, the delay is 1 s and doubles. At 15 minutes a try, one account can be tried about 120
//! times a day from everywhere together, whatever the number of addresses.
//!
//! **How to use it**, in one write transaction *before* the password is looked at, so that tries sent at once do not all see the same old
//! count: read the counters of [`counters`], ask [`decide`], and if allowed count a failure on each of them. Then check the password. On
//! success do to each counter what [`Counter::on_success`] says, in the transaction that opens the session. A delayed try is not counted: a
//! client that keeps knocking does not lengthen its own wait, and a stranger's knocking does not lengthen the user's. A wrong second factor
//! counts as a failure like a wrong password.
//!
//! **Unknown users are counted too** and by the same rule, for an account is named here by a hash of what was typed: whether it exists
//! changes neither answer nor delay. Guesses thin enough to pass (one try per account and network) are the business of the general rate
//! limits.
use std::fmt;
use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The longest wait.
pub const MAX_DELAY: TimeDelta = TimeDelta::minutes(15);
/// The first wait, doubled with each further failure.
pub const FIRST_DELAY: TimeDelta = TimeDelta::seconds(1);
/// How far beyond its free failures a counter counts. The delay is the longest long before; more would only take longer to forgive.
const MAX_EXCESS: u32 = 20;
/// How long a mailed link or code is good.
pub const ONE_TIME_LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// How many guesses one mailed code allows.
pub const ONE_TIME_TRIES: u32 = 5;

/// An account by what was typed to name it: the SHA-256 of the trimmed, lower-cased text, whether or not there is such a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Account([u8; 32]);

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl Account {
    /// Names the account by the login typed. Where several logins lead to one user (address, mobile number), give the user's
    /// canonical one for all of them, or each is counted for itself.
    pub fn named(login: &str) -> Self {
        Account(Sha256::digest(login.trim().to_lowercase()).into())
    }
}

/// The part of an address that one party holds: IPv4 as it is, IPv6 by its /64 (what one household gets, and the contract's rate limits
/// use). An IPv4 address written as IPv6 is IPv4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network(IpAddr);

impl Network {
    /// The network of a client's address: the true one, never taken from a header that a stranger may set.
    pub fn of(ip: IpAddr) -> Self {
        Network(match ip.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) & !u128::from(u64::MAX)).into()),
            v4 => v4,
        })
    }
}

/// One counter. Its text is the key to store it by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Counter {
    /// Failures of one known device on its account.
    AccountDevice(Account, Uuid),
    /// Failures on one account from one network, from unknown devices.
    AccountNetwork(Account, Network),
    /// Failures on one account from all unknown devices.
    Account(Account),
    /// Failures from one network on all accounts, from unknown devices.
    Network(Network),
    /// Mailed links of one network that were none. They name no account, so the network is all there is to count by; and as their secrets
    /// can't be guessed, a network is forgiven soon.
    Link(Network),
}

/// What becomes of a counter after a success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnSuccess {
    /// Set it to zero.
    Clear,
    /// Store [`Failures::taken_back`].
    TakeBack,
}

impl Counter {
    /// Failures without a delay.
    pub const fn free(&self) -> u32 {
        match self {
            Counter::AccountDevice(..) | Counter::AccountNetwork(..) | Counter::Link(_) => 5,
            Counter::Account(_) => 20,
            Counter::Network(_) => 100,
        }
    }

    /// The time in which one failure is forgiven.
    const fn forgives(&self) -> TimeDelta {
        match self {
            Counter::AccountDevice(..) | Counter::AccountNetwork(..) | Counter::Account(_) => TimeDelta::hours(1),
            Counter::Network(_) | Counter::Link(_) => TimeDelta::minutes(1),
        }
    }

    /// What to do with it after a success.
    pub const fn on_success(&self) -> OnSuccess {
        match self {
            Counter::AccountDevice(..) | Counter::AccountNetwork(..) => OnSuccess::Clear,
            Counter::Account(_) | Counter::Network(_) | Counter::Link(_) => OnSuccess::TakeBack,
        }
    }
}

impl fmt::Display for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Counter::AccountDevice(a, device) => write!(f, "ad:{a}:{device}"),
            Counter::AccountNetwork(a, n) => write!(f, "an:{a}:{}", n.0),
            Counter::Account(a) => write!(f, "a:{a}"),
            Counter::Network(n) => write!(f, "n:{}", n.0),
            Counter::Link(n) => write!(f, "l:{}", n.0),
        }
    }
}

/// What a counter holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failures {
    /// How many, not counting those forgiven by `forgiven_to`.
    pub count: u32,
    /// When the last was; the delay runs from there.
    pub last: DateTime<Utc>,
    /// Up to when forgiving has been reckoned.
    pub forgiven_to: DateTime<Utc>,
}

impl Failures {
    /// The counter after one more failure; `before` is `None` for a counter not stored.
    pub fn one_more(counter: &Counter, before: Option<Failures>, now: DateTime<Utc>) -> Self {
        let before = before.map(|f| f.forgive(counter, now)).filter(|f| f.count > 0);
        Failures {
            count: before.map_or(1, |f| f.count.saturating_add(1)).min(counter.free() + MAX_EXCESS),
            last: now,
            forgiven_to: before.map_or(now, |f| f.forgiven_to),
        }
    }

    /// The counter without the one that was counted for this try; `before` is what the counter held then. Its delay runs on from the
    /// failure before, so that one user's success does not make the next one wait.
    pub fn taken_back(self, before: Option<Failures>) -> Self {
        Failures {
            count: self.count.saturating_sub(1),
            last: before.map_or(self.last, |f| f.last),
            ..self
        }
    }

    /// Whether all is forgiven, and the row may be deleted. That is after two days at the latest.
    pub fn is_over(&self, counter: &Counter, now: DateTime<Utc>) -> bool {
        self.forgive(counter, now).count == 0
    }

    fn forgive(self, counter: &Counter, now: DateTime<Utc>) -> Self {
        let each = counter.forgives();
        let times = ((now - self.forgiven_to).num_seconds() / each.num_seconds()).clamp(0, i64::from(self.count));
        let times = u32::try_from(times).unwrap_or(0);
        Failures {
            count: self.count - times,
            // The rest of the time is not lost: it counts towards the next.
            forgiven_to: self.forgiven_to + TimeDelta::seconds(each.num_seconds() * i64::from(times)),
            ..self
        }
    }
}

/// Whether a try may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Look at the password.
    Allowed,
    /// Answer 429 without looking at it. The time is the `Retry-After`: whole seconds, from 1 to 900.
    Delay(TimeDelta),
}

/// The counters that a try on this account meets: that of the device if it is a known one of this account
/// ([`super::device::Device::is_known`]), else the three of strangers.
pub fn counters(account: Account, network: Network, known_device: Option<Uuid>) -> Vec<Counter> {
    match known_device {
        Some(device) => vec![Counter::AccountDevice(account, device)],
        None => vec![
            Counter::AccountNetwork(account, network),
            Counter::Account(account),
            Counter::Network(network),
        ],
    }
}

/// Decides about a try from what its counters hold; the longest delay holds. A counter not stored is `None`.
pub fn decide(found: &[(Counter, Option<Failures>)], now: DateTime<Utc>) -> Decision {
    let wait = found
        .iter()
        .filter_map(|(counter, failures)| Some(wait(counter, (*failures)?, now)))
        .max();
    match wait {
        Some(wait) if wait > TimeDelta::zero() => Decision::Delay(whole_seconds(wait)),
        _ => Decision::Allowed,
    }
}

fn wait(counter: &Counter, failures: Failures, now: DateTime<Utc>) -> TimeDelta {
    // The delay is that of the failures when the last one happened: waiting shortens the wait by its own length and no more.
    let count = failures.forgive(counter, failures.last).count;
    if count < counter.free() || failures.is_over(counter, now) {
        return TimeDelta::zero();
    }
    // 2^10 s is beyond the longest delay already.
    let doublings = (count - counter.free()).min(10);
    let delay = (FIRST_DELAY * (1 << doublings)).min(MAX_DELAY);
    // A clock set back must not turn a wait of minutes into one of days.
    (failures.last + delay - now).min(delay)
}

/// Rounded up, because a client that comes back a moment early is refused again.
fn whole_seconds(wait: TimeDelta) -> TimeDelta {
    let partial = i64::from(wait.subsec_nanos() > 0);
    TimeDelta::seconds(wait.num_seconds() + partial)
}

/// Whether a mailed code or link may be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OneTime {
    /// Count the try, then compare; delete it with its success.
    Allowed,
    /// Too old, or issued in the future: answer as for a wrong one.
    Expired,
    /// Tried too often: answer 429, and delete it, so that a new one must be asked for.
    Exhausted,
}

/// Decides about a mailed code, link or second-factor challenge from when it was issued and how often it has been tried. As with passwords
/// the try is counted before it is compared, in one write transaction; that, and not the clock, is what stops guesses sent at once.
pub fn one_time(issued: DateTime<Utc>, tries: u32, now: DateTime<Utc>) -> OneTime {
    if now < issued - TimeDelta::seconds(60) || now >= issued + ONE_TIME_LIFETIME {
        OneTime::Expired
    } else if tries >= ONE_TIME_TRIES {
        OneTime::Exhausted
    } else {
        OneTime::Allowed
    }
}

#[cfg(test)]
mod tests;

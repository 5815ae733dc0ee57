//! Rate limits: named policies, each counted by credential or, for strangers, by network; told in headers on every answer.
use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

type Keyed = RateLimiter<u64, DashMapStateStore<u64>, DefaultClock, governor::middleware::StateInformationMiddleware>;

/// One policy: so many in so many seconds.
struct Policy {
    limiter: Keyed,
    quota: u32,
    window: u64,
    /// Each remembered key costs memory: forgotten in rounds, when they have refilled.
    rounds: std::sync::atomic::AtomicU32,
}

/// All policies; none when limits are off.
pub struct Limits(BTreeMap<&'static str, Policy>);

/// What is told of a policy on an answer.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    pub name: &'static str,
    pub quota: u32,
    pub window: u64,
    pub remaining: u32,
    /// Seconds until more is allowed (when refused) or the window has passed.
    pub reset: u64,
    pub refused: bool,
}

/// The policies there are, with what they allow unless told otherwise.
const POLICIES: [(&str, u32, u64); 6] = [
    ("default", 600, 60),
    ("login", 10, 60),
    ("search", 120, 60),
    ("export", 10, 60),
    ("stream", 20, 60),
    ("calendar", 60, 60),
];

impl Limits {
    /// Reads `default=600/60,login=10/60`, or `off`.
    pub fn parse(text: &str) -> Result<Limits, String> {
        if text == "off" {
            return Ok(Limits(BTreeMap::new()));
        }
        let mut all: BTreeMap<&'static str, (u32, u64)> = POLICIES.iter().map(|(n, q, w)| (*n, (*q, *w))).collect();
        for part in text.split(',').filter(|p| !p.is_empty()) {
            let wrong = || format!("'{part}' is no rate limit: give NAME=REQUESTS/SECONDS, such as default=600/60, or off");
            let (name, rate) = part.split_once('=').ok_or_else(wrong)?;
            let (quota, window) = rate
                .split_once('/')
                .and_then(|(q, w)| Some((q.parse().ok()?, w.parse().ok()?)))
                .ok_or_else(wrong)?;
            let Some(slot) = all.get_mut(name.trim()).filter(|_| quota > 0 && window > 0) else {
                return Err(wrong());
            };
            *slot = (quota, window);
        }
        let policy = |(name, (quota, window)): (&'static str, (u32, u64))| {
            let burst = NonZeroU32::new(quota).unwrap_or(NonZeroU32::MIN);
            let period = Duration::from_secs(window) / burst.get();
            let rate = Quota::with_period(period.max(Duration::from_nanos(1)))
                .unwrap_or(Quota::per_second(burst))
                .allow_burst(burst);
            let limiter = RateLimiter::dashmap(rate).with_middleware();
            (
                name,
                Policy {
                    limiter,
                    quota,
                    window,
                    rounds: 0.into(),
                },
            )
        };
        Ok(Limits(all.into_iter().map(policy).collect()))
    }

    /// How many a policy allows; none when limits are off. Of `stream` so many may be open at once, whenever they were opened.
    pub fn most(&self, name: &str) -> Option<u32> {
        self.0.get(name).map(|policy| policy.quota)
    }

    /// Counts one request; none when limits are off.
    pub fn count(&self, name: &'static str, key: u64) -> Option<Told> {
        use std::sync::atomic::Ordering::Relaxed;
        let policy = self.0.get(name)?;
        if policy.rounds.fetch_add(1, Relaxed) % 50_000 == 49_999 {
            policy.limiter.retain_recent();
        }
        let told = |remaining, reset, refused| Told {
            name,
            quota: policy.quota,
            window: policy.window,
            remaining,
            reset,
            refused,
        };
        Some(match policy.limiter.check_key(&key) {
            Ok(state) => told(state.remaining_burst_capacity(), policy.window, false),
            Err(wait) => told(0, wait.wait_time_from(DefaultClock::default().now()).as_secs() + 1, true),
        })
    }
}

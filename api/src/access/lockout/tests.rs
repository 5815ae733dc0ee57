//! The delays as a table, and attacks played against counters in memory.
#![expect(clippy::unwrap_used, reason = "a test may stop at what must not be")]
use std::collections::HashMap;

use super::*;

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn seconds(n: i64) -> DateTime<Utc> {
    start() + TimeDelta::seconds(n)
}

fn network(n: u32) -> Network {
    Network::of(IpAddr::from([10, (n >> 16) as u8, (n >> 8) as u8, n as u8]))
}

fn held(count: u32, last: DateTime<Utc>) -> Failures {
    Failures {
        count,
        last,
        forgiven_to: last,
    }
}

/// Counters as a caller keeps them, by their text.
#[derive(Default)]
struct Memory(HashMap<String, Failures>);

impl Memory {
    /// One try the way the module asks for it; whether the password was looked at.
    fn attempt(&mut self, login: &str, network: Network, device: Option<Uuid>, right: bool, now: DateTime<Utc>) -> Decision {
        let counters = counters(Account::named(login), network, device);
        let found: Vec<_> = counters.iter().map(|c| (*c, self.0.get(&c.to_string()).copied())).collect();
        let decision = decide(&found, now);
        if decision == Decision::Allowed {
            for (counter, failures) in found {
                let key = counter.to_string();
                match (right, counter.on_success()) {
                    (true, OnSuccess::Clear) => drop(self.0.remove(&key)),
                    (true, OnSuccess::TakeBack) => {
                        let counted = Failures::one_more(&counter, failures, now);
                        self.0.insert(key, counted.taken_back(failures));
                    }
                    (false, _) => drop(self.0.insert(key, Failures::one_more(&counter, failures, now))),
                }
            }
        }
        decision
    }

    /// How many of a thousand tries, one a second, were looked at.
    fn thousand(&mut self, target: impl Fn(u32) -> (String, Network)) -> u32 {
        (0..1000)
            .filter(|i| {
                let (login, network) = target(*i);
                self.attempt(&login, network, None, false, seconds(i64::from(*i))) == Decision::Allowed
            })
            .count() as u32
    }
}

#[test]
fn delays_double_to_a_quarter_of_an_hour() {
    let narrow = Counter::AccountNetwork(Account::named("a"), network(1));
    let rows = [
        (narrow, 0, 0),
        (narrow, 4, 0),
        (narrow, 5, 1),
        (narrow, 6, 2),
        (narrow, 10, 32),
        (narrow, 14, 512),
        (narrow, 15, 900),
        (narrow, u32::MAX, 900),
        (Counter::AccountDevice(Account::named("a"), Uuid::nil()), 5, 1),
        (Counter::Account(Account::named("a")), 19, 0),
        (Counter::Account(Account::named("a")), 20, 1),
        (Counter::Network(network(1)), 99, 0),
        (Counter::Network(network(1)), 110, 900),
    ];
    for (counter, count, wait) in rows {
        let found = [(counter, Some(held(count, start())))];
        let expected = if wait == 0 {
            Decision::Allowed
        } else {
            Decision::Delay(TimeDelta::seconds(wait))
        };
        assert_eq!(decide(&found, start()), expected, "{counter} {count}");
        if wait > 0 {
            assert_eq!(
                decide(&found, seconds(wait - 1)),
                Decision::Delay(TimeDelta::seconds(1)),
                "{counter} {count}"
            );
            assert_eq!(
                decide(&found, seconds(wait) - TimeDelta::milliseconds(1)),
                Decision::Delay(TimeDelta::seconds(1))
            );
            assert_eq!(decide(&found, seconds(wait)), Decision::Allowed, "{counter} {count}");
        }
    }
}

#[test]
fn the_longest_delay_holds_and_clocks_may_jump() {
    let (a, n) = (Counter::Account(Account::named("a")), Counter::Network(network(1)));
    let at = |count, last| Some(held(count, last));
    let rows = [
        (vec![], Decision::Allowed),
        (vec![(a, None), (n, None)], Decision::Allowed),
        (
            vec![(a, at(22, start())), (n, at(104, start()))],
            Decision::Delay(TimeDelta::seconds(16)),
        ),
        (vec![(a, at(30, start() - MAX_DELAY))], Decision::Allowed),
        (vec![(a, at(30, start() + TimeDelta::days(300)))], Decision::Delay(MAX_DELAY)),
    ];
    for (found, expected) in rows {
        assert_eq!(decide(&found, start()), expected, "{found:?}");
    }
}

#[test]
fn counts_grow_to_a_limit_and_are_forgiven_one_by_one() {
    let counter = Counter::Account(Account::named("a"));
    let minutes = |n| start() + TimeDelta::minutes(n);
    let one = Failures::one_more(&counter, None, start());
    let two = Failures::one_more(&counter, Some(one), minutes(59));
    assert_eq!((one.count, two.count, two.last), (1, 2, minutes(59)));
    // The hour runs from the first failure, however close together the others are.
    let three = Failures::one_more(&counter, Some(two), minutes(61));
    assert_eq!((three.count, three.forgiven_to), (2, minutes(60)));
    assert!(!three.is_over(&counter, minutes(179)));
    assert!(three.is_over(&counter, minutes(180)));
    // After all is forgiven time begins anew.
    let later = minutes(100_000);
    assert_eq!(Failures::one_more(&counter, Some(three), later), held(1, later));
    let many = (0..1000).fold(None, |f, _| Some(Failures::one_more(&counter, f, start()))).unwrap();
    assert_eq!(many.count, 40);
    assert!(many.is_over(&counter, start() + TimeDelta::days(2)));
    // A clock set back forgives nothing and breaks nothing.
    assert_eq!(Failures::one_more(&counter, Some(many), start() - TimeDelta::days(9)).count, 40);
}

#[test]
fn a_success_takes_back_its_own_try_only() {
    let counter = Counter::Network(network(1));
    let before = held(50, start());
    let counted = Failures::one_more(&counter, Some(before), seconds(30));
    assert_eq!((counted.count, counted.last), (51, seconds(30)));
    assert_eq!(counted.taken_back(Some(before)), before);
    assert_eq!(Failures::one_more(&counter, None, start()).taken_back(None).count, 0);
}

#[test]
fn the_daily_mistakes_of_a_crowd_behind_one_address_delay_nobody() {
    let mut memory = Memory::default();
    // A week, each 40 seconds a sign-in from a new device, and every third mistyped.
    for i in 0..15_120u32 {
        let decision = memory.attempt(
            &format!("user{i}@example.com"),
            network(1),
            None,
            i % 3 != 0,
            seconds(i64::from(i) * 40),
        );
        assert_eq!(decision, Decision::Allowed, "{i}");
    }
}

#[test]
fn a_thousand_tries_are_few_guesses_however_they_are_spread() {
    type Spread = fn(u32) -> (u32, u32);
    // What is attacked, the user and network of each try, and how many are looked at in these 1,000 seconds: at least, at most.
    let rows: [(&str, Spread, u32, u32); 4] = [
        ("one user, one network", |_| (1, 1), 5, 16),
        ("one user, a thousand networks", |i| (1, i), 20, 31),
        ("a thousand users, one network", |i| (i, 1), 100, 125),
        ("ten users, 37 networks", |i| (i % 10, i % 37), 200, 310),
    ];
    for (what, target, least, most) in rows {
        let looked_at = Memory::default().thousand(|i| {
            let (user, net) = target(i);
            (format!("user{user}@example.com"), network(net))
        });
        assert!((least..=most).contains(&looked_at), "{what}: {looked_at}");
    }
}

#[test]
fn a_day_of_patience_gives_about_a_hundred_guesses() {
    let mut memory = Memory::default();
    let mut now = start();
    let mut guesses = 0;
    while now < start() + TimeDelta::days(1) {
        match memory.attempt("sara@example.com", network(guesses), None, false, now) {
            Decision::Allowed => guesses += 1,
            Decision::Delay(wait) => now += wait,
        }
    }
    assert!((100..=140).contains(&guesses), "{guesses}");
}

#[test]
fn the_user_gets_in_from_a_known_device_while_the_attack_lasts() {
    let mut memory = Memory::default();
    memory.thousand(|i| ("sara@example.com".to_owned(), network(i % 3)));
    let now = seconds(1000);
    let device = Some(Uuid::from_u128(1));
    // The same network as the attacker's, even: an office or a carrier's shared address.
    assert!(matches!(
        memory.attempt("sara@example.com", network(0), None, true, now),
        Decision::Delay(_)
    ));
    assert_eq!(memory.attempt("sara@example.com", network(0), device, true, now), Decision::Allowed);
    // A stolen device does not get to guess either.
    let looked_at = (0..100)
        .filter(|_| memory.attempt("sara@example.com", network(9), device, false, now) == Decision::Allowed)
        .count();
    assert_eq!(looked_at, 5);
    assert_eq!(
        memory.attempt("sara@example.com", network(9), Some(Uuid::from_u128(2)), true, now),
        Decision::Allowed
    );
}

#[test]
fn an_attackers_own_success_does_not_wipe_his_record() {
    let mut memory = Memory::default();
    let looked_at = (0..1000u32)
        .filter(|i| {
            let now = start() + TimeDelta::milliseconds(i64::from(*i));
            memory.attempt("mallory@example.com", network(1), None, true, now);
            memory.attempt(&format!("user{i}@example.com"), network(1), None, false, now) == Decision::Allowed
        })
        .count();
    assert_eq!(looked_at, 100);
}

#[test]
fn a_success_forgives_the_users_own_mistakes() {
    let mut memory = Memory::default();
    for round in 0..4 {
        for _ in 0..4 {
            assert_eq!(
                memory.attempt("Sara@Example.com ", network(1), None, false, seconds(round)),
                Decision::Allowed
            );
        }
        assert_eq!(
            memory.attempt("sara@example.com", network(1), None, true, seconds(round)),
            Decision::Allowed
        );
    }
}

#[test]
fn networks_are_what_one_party_holds() {
    let net = |s: &str| Network::of(s.parse().unwrap());
    for (a, b, same) in [
        ("203.0.113.7", "203.0.113.7", true),
        ("203.0.113.7", "203.0.113.8", false),
        ("::ffff:203.0.113.7", "203.0.113.7", true),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
    ] {
        assert_eq!(net(a) == net(b), same, "{a} {b}");
    }
}

#[test]
fn keys_of_counters_differ_and_hide_the_login() {
    let (a, n) = (Account::named("سارا@نمونه.ir"), network(1));
    let all = [
        Counter::AccountDevice(a, Uuid::nil()),
        Counter::AccountNetwork(a, n),
        Counter::Account(a),
        Counter::Network(n),
    ];
    let texts: std::collections::HashSet<_> = all.iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), 4);
    assert!(texts.iter().all(|t| t.len() <= 100 && t.is_ascii()));
    assert_eq!(Account::named(" SARA@example.COM"), Account::named("sara@example.com"));
}

#[test]
fn mailed_codes_are_good_for_ten_minutes_and_five_tries() {
    for (tries, second, expected) in [
        (0, 0, OneTime::Allowed),
        (4, 599, OneTime::Allowed),
        (5, 0, OneTime::Exhausted),
        (0, 600, OneTime::Expired),
        (9, 600, OneTime::Expired),
        (0, -30, OneTime::Allowed),
        (0, -61, OneTime::Expired),
    ] {
        assert_eq!(one_time(start(), tries, seconds(second)), expected, "{tries} {second}");
    }
}

//! Guessing passwords: at one user, at many, from one address and from many.
use serde_json::json;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tests::people::PASSWORD;
use tests::{App, Who, both, raw};

/// Tries to sign in from an address of this machine: the status, and how many seconds to wait.
fn login(server: SocketAddr, from: u8, email: &str, password: &str, device: Option<&str>) -> (u16, u32) {
    let body = match device {
        Some(device) => json!({"email": email, "password": password, "device_token": device}),
        None => json!({"email": email, "password": password}),
    };
    let body = body.to_string();
    let request = format!(
        "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let reply = raw::exchange_from(Ipv4Addr::new(127, 0, 1, from), server, request.as_bytes(), Duration::from_secs(30));
    let status = reply.statuses()[0];
    let wait: Option<u32> = reply.header("retry-after").parse().ok();
    assert_eq!(status == 429, wait.is_some_and(|seconds| (1..=900).contains(&seconds)), "{reply:?}");
    (status, wait.unwrap_or_default())
}

/// Guesses until the next try must wait for some seconds, which the test does not take.
fn must_wait(app: &App, from: u8, email: &str) {
    while !matches!(
        login(app.node().address(), from, email, "a wrong guess", None),
        (401, _) | (429, 3..)
    ) {
        std::thread::yield_now();
    }
}

/// Tries again and again; how many tries were looked at, and how many had to wait.
fn guesses(app: &App, tries: usize, by: impl Fn(usize) -> (u8, String)) -> (usize, usize) {
    let mut seen: BTreeMap<u16, usize> = BTreeMap::new();
    for n in 0..tries {
        let (from, email) = by(n);
        let (status, _) = login(app.node().address(), from, &email, &format!("a wrong guess {n}"), None);
        *seen.entry(status).or_default() += 1;
    }
    let (looked, waited) = (seen.remove(&401).unwrap_or_default(), seen.remove(&429).unwrap_or_default());
    assert!(seen.is_empty(), "{seen:?}");
    (looked, waited)
}

/// Beyond the free ones each further look doubles the wait, so that few come while the test runs.
const LATER: usize = 8;

both! {
    fn attack_41_a_thousand_guesses_are_few_however_they_are_spread(app: &App) {
        let server = app.node().address();
        let mut devices = BTreeMap::new();
        for who in [Who::Seller, Who::Rival] {
            let signed = app.anyone().post("/auth/login", json!({"email": who.email(), "password": PASSWORD})).is(200).json();
            devices.insert(who, signed["device_token"].as_str().unwrap().to_owned());
        }
        // One user, from one address: five are looked at.
        let (looked, waited) = guesses(app, 300, |_| (1, Who::Seller.email()));
        assert!((5..=5 + LATER).contains(&looked) && waited == 300 - looked, "{looked} looked at, {waited} refused");
        // One user, from sixty addresses, five each: twenty are looked at.
        let (looked, waited) = guesses(app, 300, |n| (10 + (n % 60) as u8, Who::Rival.email()));
        assert!((20..=20 + LATER).contains(&looked) && waited == 300 - looked, "{looked} looked at, {waited} refused");
        // Many users, whether they are or not, from one address: a hundred are looked at.
        let (looked, waited) = guesses(app, 300, |n| (2, format!("user{n}@peyvand.test")));
        assert!((100..=100 + LATER).contains(&looked) && waited == 300 - looked, "{looked} looked at, {waited} refused");
        // And all at once: each try is counted before it is looked at.
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..100).map(|_| scope.spawn(|| login(server, 3, &Who::Viewer.email(), "a wrong guess", None).0)).collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).collect()
        });
        let looked = statuses.iter().filter(|status| **status == 401).count();
        assert!((5..=5 + LATER).contains(&looked) && statuses.iter().all(|s| matches!(s, 401 | 429)), "{statuses:?}");
        // The victims are let in from their devices, wherever they are, and nobody else is: not even with the right password.
        for who in [Who::Seller, Who::Rival] {
            assert_eq!(login(server, 4, &who.email(), PASSWORD, Some(&devices[&who])).0, 200);
        }
        must_wait(app, 1, &Who::Seller.email());
        assert_eq!(login(server, 1, &Who::Seller.email(), PASSWORD, None).0, 429);
        must_wait(app, 10, &Who::Rival.email());
        assert_eq!(login(server, 10, &Who::Rival.email(), PASSWORD, Some(&devices[&Who::Seller])).0, 429);
        // Who was not attacked signs in as ever, from an address of their own.
        assert_eq!(login(server, 5, &Who::Branch.email(), PASSWORD, None).0, 200);
    }

    fn attack_41_and_sign_ins_of_one_address_are_limited_whatever_they_try(app: &App) {
        let node = app.another(&[("PEYVAND_RATE_LIMITS", "login=10/3600")]);
        let statuses: Vec<u16> = (0..30).map(|n| login(node.address(), 7, &format!("user{n}@peyvand.test"), "a wrong guess", None).0).collect();
        assert!(statuses[..10].iter().all(|s| *s == 401) && statuses[10..].iter().all(|s| *s == 429), "{statuses:?}");
        assert_eq!(login(node.address(), 8, &Who::Seller.email(), PASSWORD, None).0, 200, "another address is another one");
    }
}

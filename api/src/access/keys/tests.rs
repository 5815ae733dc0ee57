//! Rotation on a clock held by hand, and files on a real disk.
#![expect(clippy::unwrap_used, reason = "a test may stop at what must not be")]
use std::fs;
use std::os::unix::fs::PermissionsExt;

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn minutes(n: i64) -> DateTime<Utc> {
    start() + TimeDelta::minutes(n)
}

fn published(ring: &KeyRing, now: DateTime<Utc>) -> Vec<String> {
    let jwks = ring.jwks(now);
    jwks["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|k| k["kid"].as_str().unwrap().to_owned())
        .collect()
}

/// The point (x, y) of RFC 7517, appendix A.1; its thumbprint computed apart, with Python's hashlib.
#[test]
fn the_thumbprint_is_that_of_the_standard() {
    let (x, y) = (
        "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    );
    assert_eq!(thumbprint(x, y), "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s");
}

#[test]
fn the_library_agrees_on_the_thumbprint_and_reads_our_jwks() {
    let ring = KeyRing::in_memory(start(), &mut StdRng::seed_from_u64(1)).unwrap();
    let set: jsonwebtoken::jwk::JwkSet = serde_json::from_value(ring.jwks(start())).unwrap();
    let key = ring.signing(start()).unwrap();
    let jwk = set.find(key.kid()).unwrap();
    assert_eq!(jwk.thumbprint(jsonwebtoken::jwk::ThumbprintHash::SHA256).unwrap(), key.kid());
}

#[test]
fn the_jwks_holds_public_members_only() {
    let ring = KeyRing::in_memory(start(), &mut StdRng::seed_from_u64(2)).unwrap();
    let jwks = ring.jwks(start());
    let key = jwks["keys"][0].as_object().unwrap();
    let mut members: Vec<_> = key.keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
    assert_eq!(
        (&key["kty"], &key["crv"], &key["alg"], &key["use"]),
        (&json!("EC"), &json!("P-256"), &json!("ES256"), &json!("sig"))
    );
    for coordinate in ["x", "y"] {
        assert_eq!(URL_SAFE_NO_PAD.decode(key[coordinate].as_str().unwrap()).unwrap().len(), 32);
    }
    assert!(!format!("{ring:?}").contains("secret"));
}

#[test]
fn a_new_key_is_published_first_signs_later_and_the_old_one_outlives_its_tokens() {
    let mut rng = StdRng::seed_from_u64(3);
    let mut ring = KeyRing::in_memory(start(), &mut rng).unwrap();
    let first = ring.signing(start()).unwrap().kid().to_owned();
    ring.rotate(minutes(60), &mut rng).unwrap();
    let second = ring.keys[1].kid().to_owned();
    let rows = [
        // minutes, who signs, who is published
        (60, &first, vec![first.clone(), second.clone()]),
        (69, &first, vec![first.clone(), second.clone()]),
        (70, &second, vec![first.clone(), second.clone()]),
        (89, &second, vec![first.clone(), second.clone()]),
        (90, &second, vec![second.clone()]),
    ];
    for (minute, signs, seen) in rows {
        let now = minutes(minute);
        assert_eq!(ring.signing(now).unwrap().kid(), signs, "{minute}");
        assert_eq!(published(&ring, now), seen, "{minute}");
        assert_eq!(ring.verifying(&first, now).is_some(), seen.contains(&first), "{minute}");
        assert!(ring.verifying(&second, now).is_some());
    }
    ring.prune(minutes(89)).unwrap();
    assert_eq!(ring.keys.len(), 2);
    ring.prune(minutes(90)).unwrap();
    assert_eq!(ring.keys.len(), 1);
    assert_eq!(ring.signing(minutes(90)).unwrap().kid(), second);
}

#[test]
fn keys_made_within_minutes_of_each_other_take_their_turns() {
    let mut rng = StdRng::seed_from_u64(4);
    let mut ring = KeyRing::in_memory(start(), &mut rng).unwrap();
    ring.rotate(minutes(1), &mut rng).unwrap();
    ring.rotate(minutes(2), &mut rng).unwrap();
    let kids: Vec<_> = ring.keys.iter().map(|k| k.kid().to_owned()).collect();
    for (minute, i) in [(2, 0), (10, 0), (11, 1), (12, 2), (500, 2)] {
        assert_eq!(ring.signing(minutes(minute)).unwrap().kid(), kids[i], "{minute}");
    }
    // A clock set back before every key still finds one to sign with.
    assert_eq!(ring.signing(minutes(-5)).unwrap().kid(), kids[0]);
}

#[test]
fn a_leak_ends_every_old_key_at_once() {
    let mut rng = StdRng::seed_from_u64(5);
    let dir = tempfile::tempdir().unwrap();
    let mut ring = KeyRing::open(dir.path(), start(), &mut rng).unwrap();
    let leaked = ring.signing(start()).unwrap().kid().to_owned();
    ring.replace_all(minutes(5), &mut rng).unwrap();
    assert!(ring.verifying(&leaked, minutes(5)).is_none());
    assert_ne!(ring.signing(minutes(5)).unwrap().kid(), leaked);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn rotation_is_due_by_the_age_of_the_newest_key() {
    let ring = KeyRing::in_memory(start(), &mut StdRng::seed_from_u64(6)).unwrap();
    assert!(!ring.rotation_due(start() + ROTATE_EVERY - TimeDelta::seconds(1)));
    assert!(ring.rotation_due(start() + ROTATE_EVERY));
}

#[test]
fn files_bring_back_the_same_ring() {
    let mut rng = StdRng::seed_from_u64(7);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("deep/keys");
    let fraction = start() + TimeDelta::milliseconds(250);
    let mut ring = KeyRing::open(&path, fraction, &mut rng).unwrap();
    ring.rotate(minutes(30), &mut rng).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
    for entry in fs::read_dir(&path).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert!(
            fs::read_to_string(entry.path())
                .unwrap()
                .starts_with("-----BEGIN PRIVATE KEY-----\n")
        );
        assert!(!entry.file_name().to_string_lossy().starts_with('.'), "a temporary file was left");
    }
    let again = KeyRing::open(&path, minutes(31), &mut rng).unwrap();
    for minute in [31, 40, 60] {
        assert_eq!(again.jwks(minutes(minute)), ring.jwks(minutes(minute)));
        assert_eq!(
            again.signing(minutes(minute)).unwrap().kid(),
            ring.signing(minutes(minute)).unwrap().kid()
        );
    }
    ring.rotate(minutes(90), &mut rng).unwrap();
    assert_eq!(fs::read_dir(&path).unwrap().count(), 2, "the first key and its file are gone");
}

#[test]
fn doubtful_files_stop_the_start() {
    let mut rng = StdRng::seed_from_u64(8);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keys");
    KeyRing::open(&path, start(), &mut rng).unwrap();
    let file = fs::read_dir(&path).unwrap().next().unwrap().unwrap().path();
    let mut refused = |why: &str| match KeyRing::open(&path, start(), &mut rng) {
        Err(KeyError::Exposed(p)) => ("exposed", p),
        Err(KeyError::Unusable(p)) => ("unusable", p),
        other => panic!("{why}: {other:?}"),
    };
    let mode = |p: &Path, m| fs::set_permissions(p, fs::Permissions::from_mode(m)).unwrap();

    mode(&file, 0o640);
    assert_eq!(refused("a file the group may read"), ("exposed", file.clone()));
    mode(&file, 0o600);
    mode(&path, 0o770);
    assert_eq!(refused("a directory the group may write"), ("exposed", path.clone()));
    mode(&path, 0o700);

    let pem = fs::read_to_string(&file).unwrap();
    let put = |name: &str, text: &str| {
        let p = path.join(name);
        fs::write(&p, text).unwrap();
        mode(&p, 0o600);
        p
    };
    let own = file.file_name().unwrap().to_str().unwrap();
    for (name, text, why) in [
        ("other.pem", pem.as_str(), "a name that tells no time"),
        (
            "es256-20300101T000000Z-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.pem",
            &pem,
            "a key under another's id",
        ),
        (own, "", "an empty file"),
        (own, &pem[..100], "half a file"),
        (own, &"x".repeat(10_000), "a file too long"),
        (
            own,
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            "no key inside",
        ),
    ] {
        let p = put(name, text);
        assert_eq!(refused(why), ("unusable", p.clone()), "{why}");
        fs::remove_file(p).unwrap();
    }
    put(own, &pem);
    put(".es256-half-written.tmp", "half");
    assert!(
        KeyRing::open(&path, start(), &mut rng).is_ok(),
        "what is not a key file is not looked at"
    );
}

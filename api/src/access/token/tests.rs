//! Good tokens by two ways of checking, and every way of bending one.
#![expect(clippy::unwrap_used, reason = "a test may stop at what must not be")]
use p256::EncodedPoint;
use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::*;

const ISSUER: &str = "https://crm.example.com";
const AUDIENCE: &str = "https://crm.example.com/api/v1";

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn seconds(n: i64) -> DateTime<Utc> {
    start() + TimeDelta::seconds(n)
}

fn tokens() -> Tokens {
    Tokens::new(ISSUER, AUDIENCE, TimeDelta::minutes(15))
}

fn ring() -> KeyRing {
    KeyRing::in_memory(start(), &mut StdRng::seed_from_u64(1)).unwrap()
}

fn grant() -> Grant {
    Grant {
        sub: Uuid::from_u128(1),
        client_id: "web".into(),
        scope: "contacts.read deals.write".into(),
        sid: Uuid::from_u128(2),
        sv: 7,
        jti: Uuid::from_u128(3),
    }
}

fn part(token: &str, i: usize) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(i).unwrap()).unwrap()).unwrap()
}

/// Signs any header and claims with the ring's key, without the library that reads them.
fn forge(ring: &KeyRing, header: &str, claims: &str) -> String {
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let key = p256::pkcs8::DecodePrivateKey::from_pkcs8_der(ring.signing(start()).unwrap().encoding().as_bytes());
    let key: SigningKey = key.unwrap();
    let signature: Signature = key.sign(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

#[test]
fn a_token_comes_back_as_issued() {
    let (tokens, ring) = (tokens(), ring());
    let token = tokens.issue(&ring, &grant(), start()).unwrap();
    assert_eq!(
        part(&token, 0),
        json!({ "typ": "at+jwt", "alg": "ES256", "kid": ring.signing(start()).unwrap().kid() })
    );
    assert_eq!(
        part(&token, 1),
        json!({
            "iss": ISSUER, "aud": AUDIENCE, "sub": Uuid::from_u128(1), "client_id": "web", "iat": 1_800_000_000, "exp": 1_800_000_900,
            "jti": Uuid::from_u128(3), "scope": "contacts.read deals.write", "sid": Uuid::from_u128(2), "sv": 7,
        })
    );
    let claims = tokens.verify(&ring, &token, start()).unwrap();
    assert_eq!(
        (claims.sub, claims.sid, claims.sv, claims.jti),
        (grant().sub, grant().sid, 7, grant().jti)
    );
    for (scope, allowed) in [
        ("contacts.read", true),
        ("deals.write", true),
        ("contacts", false),
        ("contacts.read deals.write", false),
        ("", false),
    ] {
        assert_eq!(claims.allows(scope), allowed, "{scope}");
    }
}

#[test]
fn the_signature_holds_by_the_published_key_alone() {
    let ring = ring();
    let token = tokens().issue(&ring, &grant(), start()).unwrap();
    let jwks = ring.jwks(start());
    let kid = part(&token, 0)["kid"].clone();
    let jwk = jwks["keys"].as_array().unwrap().iter().find(|k| k["kid"] == kid).unwrap();
    let coordinate = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
    let point = EncodedPoint::from_affine_coordinates(coordinate("x").as_slice().into(), coordinate("y").as_slice().into(), false);
    let key = VerifyingKey::from_encoded_point(&point).unwrap();
    let (text, signature) = token.rsplit_once('.').unwrap();
    let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
    assert!(key.verify(text.as_bytes(), &signature).is_ok());
    assert!(key.verify(&text.as_bytes()[1..], &signature).is_err());
}

#[test]
fn time_is_the_callers_and_has_a_minute_of_skew() {
    let (tokens, ring) = (tokens(), ring());
    let token = tokens.issue(&ring, &grant(), start()).unwrap();
    for (second, expected) in [
        (-61, Some(TokenError::NotYetValid)),
        (-60, None),
        (0, None),
        (900, None),
        (959, None),
        (960, Some(TokenError::Expired)),
        (1_000_000, Some(TokenError::Expired)),
    ] {
        assert_eq!(tokens.verify(&ring, &token, seconds(second)).err(), expected, "{second}");
    }
}

#[test]
fn lifetimes_are_cut_to_their_bounds() {
    let ring = ring();
    for (asked, given) in [
        (TimeDelta::hours(9), 900),
        (TimeDelta::minutes(5), 300),
        (TimeDelta::zero(), 1),
        (TimeDelta::days(-1), 1),
    ] {
        let token = Tokens::new(ISSUER, AUDIENCE, asked).issue(&ring, &grant(), start()).unwrap();
        assert_eq!(part(&token, 1)["exp"], 1_800_000_000 + given, "{asked}");
    }
}

#[test]
fn tokens_outlive_a_rotation_and_die_with_their_key() {
    let (tokens, mut ring) = (tokens(), ring());
    let mut rng = StdRng::seed_from_u64(2);
    ring.rotate(seconds(0), &mut rng).unwrap();
    let last = seconds(599);
    let old = tokens.issue(&ring, &grant(), last).unwrap();
    let new = tokens.issue(&ring, &grant(), seconds(600)).unwrap();
    assert_ne!(part(&old, 0)["kid"], part(&new, 0)["kid"]);
    let end = last + MAX_LIFETIME;
    assert!(tokens.verify(&ring, &old, end).is_ok() && tokens.verify(&ring, &new, end).is_ok());
    ring.replace_all(end, &mut rng).unwrap();
    for token in [old, new] {
        assert_eq!(tokens.verify(&ring, &token, end), Err(TokenError::UnknownKey));
    }
}

#[test]
fn headers_other_than_ours_are_refused_even_when_signed() {
    let (tokens, ring) = (tokens(), ring());
    let good = part(&tokens.issue(&ring, &grant(), start()).unwrap(), 0);
    let claims = part(&tokens.issue(&ring, &grant(), start()).unwrap(), 1).to_string();
    assert!(
        tokens.verify(&ring, &forge(&ring, &good.to_string(), &claims), start()).is_ok(),
        "the forge must be able to pass"
    );
    let rows = [
        ("alg", json!("none"), TokenError::Algorithm),
        ("alg", json!("None"), TokenError::Algorithm),
        ("alg", json!("HS256"), TokenError::Algorithm),
        ("alg", json!("HS512"), TokenError::Algorithm),
        ("alg", json!("RS256"), TokenError::Algorithm),
        ("alg", json!("ES384"), TokenError::Algorithm),
        ("alg", json!("EdDSA"), TokenError::Algorithm),
        ("alg", json!("es256"), TokenError::Algorithm),
        ("alg", json!(["ES256"]), TokenError::Header),
        ("alg", Value::Null, TokenError::Header),
        ("typ", json!("JWT"), TokenError::Type),
        ("typ", json!("rt+jwt"), TokenError::Type),
        ("typ", json!("AT+JWT"), TokenError::Type),
        ("typ", json!(""), TokenError::Type),
        ("kid", json!("../../etc/passwd"), TokenError::UnknownKey),
        ("kid", json!("' OR 1=1 --"), TokenError::UnknownKey),
        ("kid", json!(""), TokenError::UnknownKey),
        ("kid", json!(0), TokenError::Header),
        ("jku", json!("https://evil.example/jwks.json"), TokenError::Header),
        ("x5u", json!("https://evil.example/cert.pem"), TokenError::Header),
        ("jwk", ring.jwks(start())["keys"][0].clone(), TokenError::Header),
        ("x5c", json!(["MIIB"]), TokenError::Header),
        ("x5t", json!("abc"), TokenError::Header),
        ("crit", json!(["exp"]), TokenError::Header),
        ("crit", json!([]), TokenError::Header),
        ("b64", json!(false), TokenError::Header),
        ("cty", json!("JWT"), TokenError::Header),
        ("zip", json!("DEF"), TokenError::Header),
    ];
    for (member, value, expected) in rows {
        let mut header = good.clone();
        header[member] = value.clone();
        let token = forge(&ring, &header.to_string(), &claims);
        assert_eq!(tokens.verify(&ring, &token, start()), Err(expected), "{member} {value}");
    }
    for member in ["alg", "typ", "kid"] {
        let mut header = good.clone();
        header.as_object_mut().unwrap().remove(member);
        assert_eq!(
            tokens.verify(&ring, &forge(&ring, &header.to_string(), &claims), start()),
            Err(TokenError::Header),
            "no {member}"
        );
    }
    let twice = good.to_string().replacen('{', r#"{"alg":"none","#, 1);
    for header in [twice.as_str(), "", "null", "[]", "\"ES256\"", "{", "{}"] {
        assert_eq!(
            tokens.verify(&ring, &forge(&ring, header, &claims), start()),
            Err(TokenError::Header),
            "{header}"
        );
    }
}

#[test]
fn claims_other_than_ours_are_refused_even_when_signed() {
    let (tokens, ring) = (tokens(), ring());
    let issued = tokens.issue(&ring, &grant(), start()).unwrap();
    let (header, good) = (part(&issued, 0).to_string(), part(&issued, 1));
    let now = start().timestamp();
    let rows = [
        ("iss", json!("https://evil.example"), TokenError::Issuer),
        ("iss", json!("https://crm.example.com/"), TokenError::Issuer),
        ("iss", json!([ISSUER]), TokenError::Claims),
        ("iss", Value::Null, TokenError::Claims),
        ("aud", json!("https://other.example"), TokenError::Audience),
        ("aud", json!([AUDIENCE]), TokenError::Claims),
        ("aud", json!(""), TokenError::Audience),
        ("sub", json!("root"), TokenError::Claims),
        ("sub", json!(1), TokenError::Claims),
        ("client_id", json!(""), TokenError::Claims),
        ("client_id", json!("x".repeat(256)), TokenError::Claims),
        ("client_id", json!(5), TokenError::Claims),
        ("exp", json!((now + 900).to_string()), TokenError::Claims),
        ("exp", json!(true), TokenError::Claims),
        ("exp", Value::Null, TokenError::Claims),
        ("exp", json!([now + 900]), TokenError::Claims),
        ("exp", json!(1e300), TokenError::Claims),
        ("exp", json!(u64::MAX), TokenError::Claims),
        ("exp", json!(now as f64 + 900.5), TokenError::Claims),
        ("exp", json!(now + 901), TokenError::Lifetime),
        ("exp", json!(i64::MAX), TokenError::Lifetime),
        ("exp", json!(now), TokenError::Lifetime),
        ("exp", json!(-1), TokenError::Claims),
        ("exp", json!(0), TokenError::Lifetime),
        ("nbf", json!((now - 5).to_string()), TokenError::Claims),
        ("nbf", Value::Null, TokenError::Claims),
        ("nbf", json!({}), TokenError::Claims),
        ("nbf", json!(now + 61), TokenError::NotYetValid),
        ("nbf", json!(i64::MAX), TokenError::NotYetValid),
        ("iat", json!(now.to_string()), TokenError::Claims),
        ("iat", Value::Null, TokenError::Claims),
        ("iat", json!(now + 61), TokenError::NotYetValid),
        ("iat", json!(now - 1), TokenError::Lifetime),
        ("iat", json!(i64::MIN), TokenError::Lifetime),
        ("jti", json!(""), TokenError::Claims),
        ("jti", json!(3), TokenError::Claims),
        ("scope", json!(["contacts.read"]), TokenError::Claims),
        ("scope", Value::Null, TokenError::Claims),
        ("sid", json!("none"), TokenError::Claims),
        ("sv", json!("7"), TokenError::Claims),
        ("sv", json!(7.5), TokenError::Claims),
        ("sv", json!(-1), TokenError::Claims),
    ];
    for (member, value, expected) in rows {
        let mut claims = good.clone();
        claims[member] = value.clone();
        assert_eq!(
            tokens.verify(&ring, &forge(&ring, &header, &claims.to_string()), start()),
            Err(expected),
            "{member} {value}"
        );
    }
    for member in ["iss", "aud", "sub", "client_id", "exp", "iat", "jti", "scope", "sid", "sv"] {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(member);
        assert_eq!(
            tokens.verify(&ring, &forge(&ring, &header, &claims.to_string()), start()),
            Err(TokenError::Claims),
            "no {member}"
        );
    }
    let twice = good.to_string().replacen('{', &format!(r#"{{"exp":{},"#, now + 1), 1);
    for claims in [twice.as_str(), "", "null", "[]", "{}"] {
        assert_eq!(
            tokens.verify(&ring, &forge(&ring, &header, claims), start()),
            Err(TokenError::Claims),
            "{claims}"
        );
    }
    let mut more = good;
    more["nbf"] = json!(now + 60);
    more["future_member"] = json!({ "a": 1 });
    assert!(tokens.verify(&ring, &forge(&ring, &header, &more.to_string()), start()).is_ok());
}

#[test]
fn no_character_of_a_token_can_be_changed_or_dropped() {
    let (tokens, ring) = (tokens(), ring());
    let token = tokens.issue(&ring, &grant(), start()).unwrap();
    for i in 0..token.len() {
        let mut other = token.clone().into_bytes();
        other[i] = if other[i] == b'A' { b'B' } else { b'A' };
        let other = String::from_utf8(other).unwrap();
        assert!(tokens.verify(&ring, &other, start()).is_err(), "changed {i}: {other}");
    }
    for i in (0..token.len()).step_by(7) {
        let other = format!("{}{}", &token[..i], &token[i + 1..]);
        assert!(tokens.verify(&ring, &other, start()).is_err(), "dropped {i}: {other}");
    }
}

#[test]
fn what_is_no_token_of_this_ring_is_refused() {
    let (tokens, ring) = (tokens(), ring());
    let token = tokens.issue(&ring, &grant(), start()).unwrap();
    let parts: Vec<_> = token.split('.').collect();
    let (header, claims) = (part(&token, 0).to_string(), part(&token, 1).to_string());
    let other_ring = KeyRing::in_memory(start(), &mut StdRng::seed_from_u64(9)).unwrap();
    let jwk = ring.jwks(start())["keys"][0].to_string();
    // The classic: the public key used as an HMAC secret.
    let hmac = jsonwebtoken::encode(
        &Header {
            kid: Some(part(&token, 0)["kid"].as_str().unwrap().to_owned()),
            typ: Some(TYPE.into()),
            ..Header::default()
        },
        &part(&token, 1),
        &jsonwebtoken::EncodingKey::from_secret(jwk.as_bytes()),
    );
    let rows = [
        (String::new(), TokenError::Malformed),
        (format!("pvr_{}", "A".repeat(43)), TokenError::Malformed),
        (format!("{}.{}", parts[0], parts[1]), TokenError::Malformed),
        (format!("{token}."), TokenError::Malformed),
        (format!(".{token}"), TokenError::Malformed),
        (format!(" {token}"), TokenError::Malformed),
        (format!("{}.{}.", parts[0], parts[1]), TokenError::Signature),
        (format!("{}.{}.{}", parts[0], parts[1], "A".repeat(86)), TokenError::Signature),
        (hmac.unwrap(), TokenError::Algorithm),
        (forge(&other_ring, &header, &claims), TokenError::Signature),
        (tokens.issue(&other_ring, &grant(), start()).unwrap(), TokenError::UnknownKey),
        (format!("{token}{}", "A".repeat(MAX_BYTES)), TokenError::TooLarge),
        ("A".repeat(1_000_000), TokenError::TooLarge),
    ];
    for (text, expected) in rows {
        assert_eq!(
            tokens.verify(&ring, &text, start()),
            Err(expected),
            "{}",
            &text[..text.len().min(80)]
        );
    }
    let long = Grant {
        scope: "x".repeat(MAX_BYTES),
        ..grant()
    };
    assert_eq!(tokens.issue(&ring, &long, start()), Err(TokenError::TooLarge));
}

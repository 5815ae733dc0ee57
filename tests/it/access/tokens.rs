//! Access tokens that somebody forged. Each is signed as well as its forger can: a token that is refused for its signature alone would
//! show nothing of what it says.
use super::{sign_in, text};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::{DecodePrivateKey, EncodePublicKey};
use serde_json::{Value, json};
use std::io::ErrorKind;
use std::net::TcpListener;
use std::time::Duration;
use tests::{App, Who, both, raw};

/// A real token's header and claims, and the server's own key: what a forger never has, and what shows that only the change is refused.
struct Forge {
    header: Value,
    claims: Value,
    key: SigningKey,
}

impl Forge {
    fn of(app: &App) -> Forge {
        let token = text(&sign_in(app, Who::Owner), "access_token");
        let part = |n: usize| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(n).unwrap()).unwrap()).unwrap();
        let mut files = std::fs::read_dir(app.data().join("keys")).unwrap().map(|file| file.unwrap().path());
        let pem = files.find(|path| path.extension().is_some_and(|e| e == "pem")).unwrap();
        let pem = std::fs::read_to_string(pem).unwrap();
        let forge = Forge {
            header: part(0),
            claims: part(1),
            key: SigningKey::from_pkcs8_pem(&pem).unwrap(),
        };
        // With nothing changed it is good, so it is the change that is refused.
        app.anyone()
            .with_token(forge.token(&forge.header, &forge.claims))
            .get("/customers")
            .is(200);
        forge
    }
    fn header(&self, name: &str, value: Value) -> Value {
        with(&self.header, name, value)
    }
    fn claims(&self, name: &str, value: Value) -> Value {
        with(&self.claims, name, value)
    }
    /// A token signed by the server's own key.
    fn token(&self, header: &Value, claims: &Value) -> String {
        signed(&self.key, header, claims)
    }
    /// The server's public key in every spelling that a careless verifier might take for a shared secret.
    fn spellings(&self, app: &App) -> Vec<Vec<u8>> {
        let public = p256::PublicKey::from(self.key.verifying_key());
        let pem = public.to_public_key_pem(p256::pkcs8::LineEnding::LF).unwrap();
        let der = public.to_public_key_der().unwrap().as_bytes().to_vec();
        let jwks = app.anyone().get("/.well-known/jwks.json").is(200);
        let point = self.key.verifying_key().to_encoded_point(false);
        vec![
            pem.trim_end().as_bytes().to_vec(),
            pem.into_bytes(),
            STANDARD.encode(&der).into_bytes(),
            der,
            point.as_bytes().to_vec(),
            point.x().unwrap().to_vec(),
            jwks.json()["keys"][0].to_string().into_bytes(),
            jwks.bytes,
            Vec::new(),
        ]
    }
}

fn with(from: &Value, name: &str, value: Value) -> Value {
    let mut json = from.clone();
    match value {
        Value::Null => drop(json.as_object_mut().unwrap().remove(name)),
        value => json[name] = value,
    }
    json
}

fn input(header: &Value, claims: &Value) -> String {
    let encode = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    format!("{}.{}", encode(header), encode(claims))
}

fn signed(key: &SigningKey, header: &Value, claims: &Value) -> String {
    let input = input(header, claims);
    let signature: Signature = key.sign(input.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

#[track_caller]
fn refused(app: &App, token: &str) {
    let answer = app.anyone().with_token(token).get("/customers").refuses(401, "unauthorized");
    assert!(answer.header("www-authenticate").contains("invalid_token"), "{answer:?}");
}

both! {
    fn attack_36_no_algorithm_but_the_keys_own(app: &App) {
        let forge = Forge::of(app);
        for none in ["none", "None", "NONE", "nOnE", ""] {
            let unsigned = input(&forge.header("alg", json!(none)), &forge.claims);
            refused(app, &format!("{unsigned}."));
            refused(app, &unsigned);
            refused(app, &forge.token(&forge.header("alg", json!(none)), &forge.claims));
        }
        for secret in forge.spellings(app) {
            for header in [forge.header("alg", json!("HS256")), with(&forge.header("alg", json!("HS256")), "kid", Value::Null)] {
                let input = input(&header, &forge.claims);
                let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&secret).unwrap();
                mac.update(input.as_bytes());
                refused(app, &format!("{input}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())));
            }
        }
        for other in ["ES384", "ES512", "RS256", "PS256", "EdDSA", "HS256", "es256"] {
            refused(app, &forge.token(&forge.header("alg", json!(other)), &forge.claims));
        }
        // A signature of zeros, an empty one, none, another's, and one that was cut.
        let input = input(&forge.header, &forge.claims);
        let stranger = signed(&SigningKey::from_slice(&[7; 32]).unwrap(), &forge.header, &forge.claims);
        for wrong in [format!("{input}.{}", URL_SAFE_NO_PAD.encode([0; 64])), format!("{input}."), input.clone(), stranger.clone(),
                      stranger[..stranger.len() - 4].to_owned(), format!("{stranger}.{input}"), "a.b.c".to_owned(), "..".to_owned()] {
            refused(app, &wrong);
        }
        app.anyone().get("/customers").refuses(401, "unauthorized");
    }

    fn attack_37_a_token_brings_no_key_of_its_own(app: &App) {
        let (forge, trap) = (Forge::of(app), TcpListener::bind("127.0.0.1:0").unwrap());
        trap.set_nonblocking(true).unwrap();
        let there = format!("http://{}/keys.json", trap.local_addr().unwrap());
        let own = SigningKey::from_slice(&[7; 32]).unwrap();
        let point = own.verifying_key().to_encoded_point(false);
        let encode = |bytes: &[u8]| json!(URL_SAFE_NO_PAD.encode(bytes));
        let jwk = json!({"kty": "EC", "crv": "P-256", "kid": "mine", "x": encode(point.x().unwrap()), "y": encode(point.y().unwrap())});
        for (name, value) in [
            ("jku", json!(there)), ("x5u", json!(there)), ("jwk", jwk), ("x5c", json!(["MIIB"])), ("x5t", json!("AAAA")),
            ("crit", json!(["exp"])), ("crit", json!([])), ("cty", json!("JWT")), ("b64", json!(false)), ("zip", json!("DEF")),
        ] {
            let header = forge.header(name, value);
            // With the attacker's key, under our key's name and under its own; and even with ours.
            refused(app, &signed(&own, &header, &forge.claims));
            refused(app, &signed(&own, &with(&header, "kid", json!("mine")), &forge.claims));
            refused(app, &forge.token(&header, &forge.claims));
        }
        for kid in ["../../x", "../../../../dev/null", "/dev/null", "' OR 1=1 --", "", "|id", "\u{0}", &there] {
            refused(app, &forge.token(&forge.header("kid", json!(kid)), &forge.claims));
        }
        for kid in [Value::Null, json!(1), json!(["a"]), json!({"a": 1})] {
            refused(app, &forge.token(&forge.header("kid", kid), &forge.claims));
        }
        // All is answered, so nothing was asked for on the way.
        assert_eq!(trap.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "the server fetched what a token named");
    }

    fn attack_38_what_a_token_says_of_itself_must_hold(app: &App) {
        let forge = Forge::of(app);
        let now = chrono::Utc::now().timestamp();
        let (iat, exp) = (forge.claims["iat"].as_i64().unwrap(), forge.claims["exp"].as_i64().unwrap());
        for (name, value) in [
            ("aud", json!("another")), ("aud", json!(["another", "peyvand-api"])), ("aud", Value::Null), ("iss", json!("http://evil.example")),
            ("iss", json!("http://peyvand.test/")), ("iss", Value::Null), ("exp", json!(exp.to_string())), ("exp", json!(exp as f64 + 0.5)),
            ("exp", Value::Null), ("exp", json!(now - 120)), ("exp", json!(now + 86_400)), ("exp", json!(i64::MAX)), ("exp", json!(-1)),
            ("exp", json!(true)), ("nbf", json!(now + 3_600)), ("nbf", json!((now - 5).to_string())), ("iat", json!(now + 3_600)),
            ("iat", json!(iat.to_string())), ("iat", Value::Null), ("sub", json!(app.people.users[&Who::Seller])), ("sub", json!("owner")),
            ("sub", Value::Null), ("sid", json!(app.people.sessions[&Who::Seller])), ("sid", json!(uuid::Uuid::now_v7())), ("sid", Value::Null),
            ("sv", json!(99)), ("sv", json!(-1)), ("sv", Value::Null), ("jti", Value::Null), ("client_id", Value::Null),
        ] {
            refused(app, &forge.token(&forge.header, &forge.claims(name, value)));
        }
        // Twice over: ended, and given as long as ever.
        refused(app, &forge.token(&forge.header, &with(&forge.claims("iat", json!(now - 1_020)), "exp", json!(now - 120))));
        // Another kind of token, though well signed.
        for kind in [json!("JWT"), json!("application/at+jwt"), json!("dpop+jwt"), json!("logout+jwt"), Value::Null] {
            refused(app, &forge.token(&forge.header("typ", kind), &forge.claims));
        }
        let opened = sign_in(app, Who::Owner);
        refused(app, &text(&opened, "refresh_token"));
        refused(app, &text(&opened, "device_token"));
        // Beyond its own bound it is not even looked at; beyond that of all headers the server stops reading.
        let long = forge.token(&forge.header, &forge.claims("pad", json!("x".repeat(9_000))));
        app.anyone().with_token(&long).get("/customers").refuses(431, "headers_too_large");
        let huge = format!("GET /api/v1/customers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n", "a".repeat(1 << 20));
        let reply = raw::exchange(app.node().address(), huge.as_bytes(), Duration::from_secs(15));
        assert!(reply.closed && reply.statuses() == [431], "{reply:?}");
        app.be(Who::Owner).get("/customers").is(200);
    }

    fn attack_45_who_one_is_comes_from_the_credential_alone(app: &App) {
        let owner = app.people.users[&Who::Owner].to_string();
        let stranger = app.anyone().with("X-User-Id", owner.clone()).with("X-Remote-User", owner.clone()).with("X-Forwarded-For", "127.0.0.1");
        stranger.get("/customers").refuses(401, "unauthorized");
        // Nor does it make another of one who has signed in.
        let seller = app.be(Who::Seller).with("X-User-Id", owner.clone()).with("X-Remote-User", owner);
        assert_eq!(seller.get("/auth/me").is(200).json()["user"]["id"], json!(app.people.users[&Who::Seller]));
        seller.get("/users").refuses(403, "forbidden");
    }
}

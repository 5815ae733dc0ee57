//! API keys in GitHub's manner: `pvd_<env>_<id8>_<32 base62><crc6>`, such as `pvd_live_4f9Zk2Qa_…`.
//!
//! The prefix lets secret scanners find a leaked key. The checksum lets anybody see without a database that text is no key, so a typing
//! error or a scanner's noise costs a microsecond and no look-up; it is no protection, since anybody can compute it. The id (not secret) is
//! what the key is looked up and shown by, the 190 random bits are the secret, and only the SHA-256 of the whole key is stored (the bits
//! are too many to guess, so a slow hash would protect nothing).
use rand::CryptoRng;
use rand::distr::{Alphanumeric, SampleString};

use super::secret::{Digest, Secret};

/// How each key begins.
pub const PREFIX: &str = "pvd";
/// Characters of the public id.
pub const ID_CHARS: usize = 8;
/// Characters of the secret.
pub const SECRET_CHARS: usize = 32;
/// Characters of the checksum: 62^6 is more than 2^32.
const CHECK_CHARS: usize = 6;
/// The most characters of an environment's name.
const MAX_ENV: usize = 8;

/// The digits of base 62 in the order of their value, as GitHub has them.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A new key: the text is shown once, id and digest are stored.
#[derive(Debug)]
pub struct Generated {
    /// The whole key.
    pub text: Secret,
    /// Its public id; unique only with high odds, so let the table say so and draw again.
    pub id: String,
    /// What the key is compared by.
    pub digest: Digest,
}

/// A key that is well formed and of this environment. Nothing is known yet of whether it exists.
#[derive(Debug)]
pub struct Parsed<'a> {
    /// The public id to look the key up by.
    pub id: &'a str,
    digest: Digest,
}

impl Parsed<'_> {
    /// Whether this is the key whose digest is stored under its id, in constant time. For an unknown id compare with nothing and refuse:
    /// that ids exist is no secret, and without the 190 bits an id is of no use.
    pub fn is(&self, stored: &Digest) -> bool {
        self.digest.same(stored)
    }
}

/// Why text is no key of ours. Clients are told the same 401 for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// Not the form `pvd_<env>_<id8>_<38 characters>`.
    Form,
    /// The checksum does not hold: mistyped, cut, or made up.
    Checksum,
    /// A good key of another environment, such as a test key sent to production.
    Environment,
}

/// Whether a name can stand for an environment in keys: 1 to 8 lower-case Latin letters and digits.
pub fn is_environment(env: &str) -> bool {
    (1..=MAX_ENV).contains(&env.len()) && env.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

/// A fresh key for this environment; `None` if [`is_environment`] refuses its name.
pub fn generate(env: &str, rng: &mut (impl CryptoRng + ?Sized)) -> Option<Generated> {
    if !is_environment(env) {
        return None;
    }
    let id = Alphanumeric.sample_string(rng, ID_CHARS);
    let body = format!("{PREFIX}_{env}_{id}_{}", Alphanumeric.sample_string(rng, SECRET_CHARS));
    let text = Secret::new(format!("{body}{}", checksum(&body)));
    Some(Generated {
        digest: text.digest(),
        text,
        id,
    })
}

/// Whether text looks like one of our keys at all, to tell it from an access token in the same `Authorization` header.
pub fn looks_like(text: &str) -> bool {
    text.starts_with("pvd_")
}

/// Reads a key, without a look-up.
///
/// # Errors
/// [`Malformed`] for text that cannot be a key of this environment.
pub fn parse<'a>(text: &'a str, env: &str) -> Result<Parsed<'a>, Malformed> {
    let mut parts = text.split('_');
    let (Some(PREFIX), Some(its_env), Some(id), Some(rest), None) = (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Malformed::Form);
    };
    let alphanumeric = |s: &str, length: usize| s.len() == length && s.bytes().all(|b| b.is_ascii_alphanumeric());
    if !is_environment(its_env) || !alphanumeric(id, ID_CHARS) || !alphanumeric(rest, SECRET_CHARS + CHECK_CHARS) {
        return Err(Malformed::Form);
    }
    // Only ASCII is left, so every position is a boundary.
    let (body, check) = text.split_at(text.len() - CHECK_CHARS);
    if check != checksum(body) {
        return Err(Malformed::Checksum);
    }
    if its_env != env {
        return Err(Malformed::Environment);
    }
    Ok(Parsed {
        id,
        digest: Digest::of(text),
    })
}

/// The CRC-32 (IEEE) of all that stands before, in base 62, padded with zeros to six digits.
fn checksum(body: &str) -> String {
    let mut rest = crc32fast::hash(body.as_bytes());
    let mut digits = [b'0'; CHECK_CHARS];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(rest % 62) as usize];
        rest /= 62;
    }
    digits.iter().map(|b| char::from(*b)).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at what must not be")]
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    fn key(env: &str) -> Generated {
        generate(env, &mut StdRng::seed_from_u64(4)).unwrap()
    }

    /// CRC-32 of "123456789" is 0xCBF43926 by definition; in base 62, worked out apart.
    #[test]
    fn the_checksum_is_crc32_in_base_62() {
        assert_eq!(crc32fast::hash(b"123456789"), 0xCBF4_3926);
        assert_eq!(checksum("123456789"), "3jZRME");
        assert_eq!(checksum(""), "000000");
    }

    #[test]
    fn a_key_is_read_back() {
        let made = key("live");
        let text = made.text.expose();
        assert_eq!(text.len(), 3 + 1 + 4 + 1 + 8 + 1 + 32 + 6);
        let parsed = parse(text, "live").unwrap();
        assert_eq!(parsed.id, made.id);
        assert!(parsed.is(&made.digest));
        assert!(looks_like(text));
        let other = generate("live", &mut StdRng::seed_from_u64(5)).unwrap();
        assert!(!parsed.is(&other.digest));
        assert_eq!(parse(text, "test").err(), Some(Malformed::Environment));
        assert!(!format!("{made:?}").contains(&text[18..]));
    }

    #[test]
    fn every_changed_character_is_noticed_before_any_look_up() {
        let made = key("live");
        let text = made.text.expose();
        for i in 0..text.len() {
            for c in ['0', 'z', '_', '-', ' '] {
                let mut other: Vec<char> = text.chars().collect();
                if other[i] == c {
                    continue;
                }
                other[i] = c;
                let other: String = other.into_iter().collect();
                assert!(
                    matches!(parse(&other, "live"), Err(Malformed::Form | Malformed::Checksum)),
                    "{other}"
                );
            }
            assert!(
                parse(&format!("{}{}", &text[..i], &text[i + 1..]), "live").is_err(),
                "without character {i}"
            );
        }
    }

    #[test]
    fn malformed_text_is_refused() {
        let good = key("live");
        let text = good.text.expose();
        let rows = [
            String::new(),
            "pvd".into(),
            "pvd____".into(),
            format!("{text} "),
            format!(" {text}"),
            format!("{text}_"),
            text.to_uppercase(),
            text.replacen("pvd", "pvr", 1),
            text.replacen("live", "", 1),
            text.replacen("live", "Live", 1),
            text.replacen("live", "livelivel", 1),
            text.replacen("live", "زنده", 1),
            format!("pvd_live_abcdefgh_{}", "ی".repeat(19)),
            format!("pvd_live_abcdefgh_{}", "a".repeat(100_000)),
        ];
        for row in rows {
            assert_eq!(
                parse(&row, "live").err(),
                Some(Malformed::Form),
                "{}",
                row.chars().take(70).collect::<String>()
            );
        }
        assert_eq!(
            parse(&format!("pvd_live_abcdefgh_{}", "a".repeat(38)), "live").err(),
            Some(Malformed::Checksum)
        );
        for env in ["", "Live", "a_b", "ninechars", "زنده"] {
            assert!(generate(env, &mut StdRng::seed_from_u64(1)).is_none(), "{env}");
        }
        assert!(!looks_like("eyJhbGciOiJFUzI1NiJ9.e30.x"));
    }
}

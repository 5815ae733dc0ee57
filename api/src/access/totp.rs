//! The second factor: one-time codes of an authenticator app (RFC 6238), and recovery codes for the day the telephone is lost.
//!
//! A code is good once: [`verify`] names the step it matched, the caller stores that as the last used one **in the transaction that
//! signs in**, and the same or an earlier step is refused ever after (RFC 6238 §5.2, ASVS 6.5.1). Guessing is bounded by
//! [`super::lockout`], not here. The shared secret must be readable to check a code, so it is kept encrypted at rest by its caller.
use chrono::{DateTime, Utc};
use rand::{CryptoRng, RngExt};
use totp_rs::{Algorithm, Builder, Totp, TotpError};

use super::secret::{Digest, Secret};

/// Bytes of a shared secret: 160 bits, as RFC 4226 §4 recommends.
pub const SECRET_BYTES: usize = 20;
/// Seconds one code stands for.
pub const STEP_SECONDS: i64 = 30;
/// Digits of a code.
pub const DIGITS: u8 = 6;
/// How many steps before and after the current one are taken, for clocks that differ and people who type slowly (RFC 6238 §5.2).
pub const SKEW_STEPS: i64 = 1;
/// Recovery codes handed out together.
pub const RECOVERY_CODES: usize = 10;

/// Crockford's base 32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a recovery code, without its dashes: 120 bits, so that a plain hash may keep it (ASVS 6.5.2 asks for 112).
const RECOVERY_CHARS: usize = 24;
/// Characters between two dashes.
const RECOVERY_GROUP: usize = 6;

/// Why a code was not taken. Clients are told the same for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is not a code of this secret at this time.
    Wrong,
    /// It was a code of this secret, but it or a later one has been used.
    Replayed,
}

/// A fresh shared secret.
pub fn secret(rng: &mut (impl CryptoRng + ?Sized)) -> [u8; SECRET_BYTES] {
    let mut bytes = [0; SECRET_BYTES];
    rng.fill_bytes(&mut bytes);
    bytes
}

/// The `otpauth://` address behind the QR code. A colon in the account or issuer, which would split the label, becomes a space.
///
/// # Errors
/// [`TotpError`] if the account is empty or the secret is shorter than 16 bytes.
pub fn uri(secret: &[u8], account: &str, issuer: &str) -> Result<String, TotpError> {
    builder(secret)
        .with_account_name(account.replace(':', " "))
        .with_issuer(Some(issuer.replace(':', " ")))
        .build()?
        .to_url()
}

/// Checks a code typed at `now`. `last_step` is the step of the code used last, if any. Returns the step matched, to be stored.
/// Persian and Arabic digits count as their Latin ones, and spaces do not count, as apps and keyboards write them.
///
/// # Errors
/// [`Refused`] says why not. A secret too short to be one of ours makes every code `Wrong`.
pub fn verify(secret: &[u8], code: &str, now: DateTime<Utc>, last_step: Option<i64>) -> Result<i64, Refused> {
    let code = normalize(code);
    let totp = builder(secret).build().map_err(|_| Refused::Wrong)?;
    let current = now.timestamp().div_euclid(STEP_SECONDS);
    // Every step is tried, whether or not an earlier one matched: the time taken tells nothing, and the latest match counts.
    let matched = (current - SKEW_STEPS..=current + SKEW_STEPS)
        .filter(|step| is_code_of(&totp, &code, *step))
        .max();
    match matched {
        None => Err(Refused::Wrong),
        Some(step) if last_step.is_some_and(|last| step <= last) => Err(Refused::Replayed),
        Some(step) => Ok(step),
    }
}

/// Ten fresh recovery codes such as `7K2M9Q-R4T8VX-0ABCDE-FGHJKM`. They are shown once; their digests are stored.
pub fn recovery_codes(rng: &mut (impl CryptoRng + ?Sized)) -> Vec<Secret> {
    let mut code = || -> String {
        let chars: Vec<u8> = (0..RECOVERY_CHARS).map(|_| ALPHABET[rng.random_range(0..ALPHABET.len())]).collect();
        let groups: Vec<_> = chars.chunks(RECOVERY_GROUP).map(String::from_utf8_lossy).collect();
        groups.join("-")
    };
    (0..RECOVERY_CODES).map(|_| Secret::new(code())).collect()
}

/// What is stored of a recovery code. Case, dashes and spaces do not count, and neither do the mistakes people make in reading:
/// o for 0, i and l for 1.
pub fn recovery_digest(code: &str) -> Digest {
    let plain: String = normalize(code)
        .chars()
        .filter(|c| *c != '-')
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        })
        .collect();
    Digest::of(&plain)
}

/// Finds a typed recovery code among the stored ones. The caller **deletes that one in the transaction that signs in**: a code is good
/// once. All are compared, each in constant time.
pub fn redeem(stored: &[Digest], typed: &str) -> Option<usize> {
    let digest = recovery_digest(typed);
    stored
        .iter()
        .enumerate()
        .fold(None, |found, (i, d)| if d.same(&digest) { Some(i) } else { found })
}

fn builder(secret: &[u8]) -> Builder {
    // SHA-1, because several authenticator apps ignore any other choice and then show wrong codes; HMAC does not need more.
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS)
        .with_skew(0)
        .with_step_duration(STEP_SECONDS.unsigned_abs())
        .with_secret(secret.to_vec())
}

fn is_code_of(totp: &Totp, code: &str, step: i64) -> bool {
    u64::try_from(step * STEP_SECONDS).is_ok_and(|time| totp.check(code, time).is_some())
}

fn normalize(code: &str) -> String {
    code.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '۰'..='۹' => digit(c, '۰'),
            '٠'..='٩' => digit(c, '٠'),
            c => c,
        })
        .collect()
}

fn digit(c: char, zero: char) -> char {
    char::from_digit(u32::from(c) - u32::from(zero), 10).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at what must not be")]
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    /// The secret of RFC 6238, appendix B, for SHA-1.
    const RFC: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    /// Appendix B gives eight digits; six are their end.
    #[test]
    fn codes_are_those_of_the_standard() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(verify(RFC, code, at(seconds), None), Ok(seconds / 30), "{seconds}");
        }
    }

    #[test]
    fn one_step_around_is_taken_and_no_code_twice() {
        const STEP: i64 = 1_234_567_890 / 30;
        let code = "005924";
        let rows = [
            // seconds after the step began, last used step, what comes of it
            (-31, None, Err(Refused::Wrong)),
            (-30, None, Ok(STEP)),
            (0, None, Ok(STEP)),
            (59, None, Ok(STEP)),
            (60, None, Err(Refused::Wrong)),
            (0, Some(STEP - 1), Ok(STEP)),
            (0, Some(STEP), Err(Refused::Replayed)),
            (59, Some(STEP), Err(Refused::Replayed)),
            (0, Some(STEP + 1), Err(Refused::Replayed)),
        ];
        for (offset, last, expected) in rows {
            assert_eq!(verify(RFC, code, at(STEP * 30 + offset), last), expected, "{offset} {last:?}");
        }
    }

    #[test]
    fn codes_are_read_as_people_write_them() {
        let now = at(1_234_567_890);
        for typed in ["005924", "005 924", " 005924\n", "۰۰۵۹۲۴", "٠٠٥٩٢٤", "۰۰۵ ۹۲۴"] {
            assert!(verify(RFC, typed, now, None).is_ok(), "{typed}");
        }
        for typed in ["", "5924", "0005924", "+05924", "00592４", "00592a", "005925", "-05924"] {
            assert_eq!(verify(RFC, typed, now, None), Err(Refused::Wrong), "{typed}");
        }
        assert_eq!(verify(b"short", "005924", now, None), Err(Refused::Wrong));
        assert_eq!(verify(RFC, "005924", at(-5), None), Err(Refused::Wrong));
    }

    #[test]
    fn the_address_carries_the_secret_and_escapes_names() {
        let uri = uri(RFC, "sara:k@example.com", "شرکت پیوند").unwrap();
        let url = url::Url::parse(&uri).unwrap();
        assert_eq!((url.scheme(), url.host_str()), ("otpauth", Some("totp")));
        let get = |name: &str| url.query_pairs().find(|(k, _)| k == name).map(|(_, v)| v.into_owned());
        assert_eq!(get("secret").as_deref(), Some("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"));
        assert_eq!(get("issuer").as_deref(), Some("شرکت پیوند"));
        assert!(url.path().ends_with(":sara%20k%40example.com"), "{uri}");
        assert!(super::uri(RFC, "", "x").is_err());
        assert!(super::uri(&RFC[..15], "a", "x").is_err());
    }

    #[test]
    fn secrets_are_what_the_generator_gave() {
        let mut rng = StdRng::seed_from_u64(5);
        assert_ne!(secret(&mut rng), secret(&mut rng));
    }

    #[test]
    fn recovery_codes_work_once_each() {
        let codes = recovery_codes(&mut StdRng::seed_from_u64(11));
        assert_eq!(codes.len(), RECOVERY_CODES);
        let mut stored: Vec<_> = codes.iter().map(|c| recovery_digest(c.expose())).collect();
        for (i, code) in codes.iter().enumerate() {
            assert_eq!(code.expose().len(), RECOVERY_CHARS + 3);
            assert_eq!(redeem(&stored, code.expose()), Some(i));
        }
        let third = codes[2].expose();
        let sloppy = third.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        assert_eq!(redeem(&stored, &sloppy), Some(2));
        stored.remove(2);
        for wrong in [third, "", "------", &third[1..], &codes[0].expose()[..20]] {
            assert_eq!(redeem(&stored, wrong), None, "{wrong}");
        }
    }
}

//! Passwords: how they are kept (Argon2id in PHC strings) and which are good enough.
//!
//! Parameters are the OWASP Password Storage Cheat Sheet's first choice for little memory: 19 MiB, two passes, one lane. **Each call of
//! [`hash`], [`verify`] and [`verify_absent`] therefore takes 19 MiB and some tens of milliseconds of one core**: call them off the
//! async threads and behind a semaphore (cores × 2 is plenty), so that a flood of sign-ins meets 503 and not an exhausted memory.
//!
//! A password is hashed exactly as received (ASVS 6.2.8): not trimmed, not cut, no case folded, no character exchanged.
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use domain::core::problem::{Code, Problems};
use rand::CryptoRng;
use zxcvbn::{Score, zxcvbn};

/// The fewest characters (ASVS 6.2.1).
pub const MIN_CHARS: usize = 8;
/// The most characters. Any 64 must be allowed (ASVS 6.2.9); beyond 128 length adds cost and no strength.
pub const MAX_CHARS: usize = 128;
/// The least zxcvbn score (0 to 4): more than 10^8 guesses, out of reach for whoever stole the hashes of a slow function.
pub const MIN_SCORE: Score = Score::Three;

/// How many characters are judged, from the first. The estimate's cost grows with more than the square of the length: a hundred symbols
/// that may stand for letters take most of a second, which is an attack; forty take less than a tenth.
const JUDGED: usize = 40;
/// Memory in KiB.
const MEMORY: u32 = 19 * 1024;
/// Passes over the memory.
const PASSES: u32 = 2;
/// Lanes.
const LANES: u32 = 1;
/// Bytes of salt (RFC 9106 §3.1).
const SALT: usize = 16;
/// The hash of a password nobody has, with the parameters above; what [`verify_absent`] measures itself against.
const ABSENT: &str = "$argon2id$v=19$m=19456,t=2,p=1$cGV5dmFuZC1ub2JvZHkhIQ$pTSdWqs3kVfGVfYwTBnvd3cRFrcWz6m1q3TLjCzLgQM";
/// Words everybody who attacks this product tries first (ASVS 6.2.11).
const OWN_WORDS: [&str; 3] = ["peyvand", "پیوند", "crm"];

/// The answer of [`verify`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// The password is right.
    Right,
    /// The password is right, and its hash was made with other parameters than today's: [`hash`] it again and store that.
    Outdated,
    /// The password is wrong, or there is none.
    Wrong,
    /// What is stored is no hash of ours. Answer as for `Wrong`, and tell the operator.
    Unreadable,
}

/// The password could not be hashed: no memory for it, in practice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashFailed;

/// Hashes a password under a fresh salt, into a PHC string of about 100 characters.
///
/// # Errors
/// [`HashFailed`] if memory runs out.
pub fn hash(password: &str, rng: &mut (impl CryptoRng + ?Sized)) -> Result<String, HashFailed> {
    let mut salt = [0; SALT];
    rng.fill_bytes(&mut salt);
    let hashed: PasswordHash = hasher()?
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(|_| HashFailed)?;
    Ok(hashed.to_string())
}

/// Compares a password with a stored PHC string. The comparison of hashes is constant in time, and an unreadable string costs as
/// much as a readable one.
///
/// # Errors
/// [`HashFailed`] if memory runs out: the password was not checked at all.
pub fn verify(password: &str, stored: &str) -> Result<Check, HashFailed> {
    let readable = PasswordHash::new(stored)
        .ok()
        .filter(|h| Algorithm::try_from(h.algorithm.as_str()).is_ok() && h.salt.is_some() && h.hash.is_some())
        .and_then(|h| Params::try_from(&h).ok().map(|params| (h, params)));
    let Some((parsed, params)) = readable else {
        verify_absent(password)?;
        return Ok(Check::Unreadable);
    };
    match hasher()?.verify_password(password.as_bytes(), &parsed) {
        Ok(()) if is_current(&parsed, &params) => Ok(Check::Right),
        Ok(()) => Ok(Check::Outdated),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(Check::Wrong),
        Err(_) => Err(HashFailed),
    }
}

/// What to call when there is no such user, or the user has no password: the same work as [`verify`] and always `Wrong`, so that the
/// time taken does not tell who exists.
///
/// # Errors
/// [`HashFailed`] if memory runs out, as for [`verify`].
pub fn verify_absent(password: &str) -> Result<Check, HashFailed> {
    let parsed = PasswordHash::new(ABSENT).map_err(|_| HashFailed)?;
    match hasher()?.verify_password(password.as_bytes(), &parsed) {
        Ok(()) | Err(argon2::password_hash::Error::PasswordInvalid) => Ok(Check::Wrong),
        Err(_) => Err(HashFailed),
    }
}

/// What is wrong with a new password, noted at `pointer`: `too_short` and `too_long` with their limit in characters, and `too_weak` for one whose first 40 characters are too easy to guess. `hints` are what an attacker knows of the user, such
/// as the e-mail address and the names; the lists of common passwords are built in, so nothing leaves the process (ASVS 6.2.4, 6.2.11,
/// 6.2.12). There are no rules of composition (ASVS 6.2.5).
pub fn strength(pointer: &str, password: &str, hints: &[&str]) -> Problems {
    let mut problems = Problems::default();
    let chars = password.chars().count();
    if chars < MIN_CHARS {
        problems.with(pointer, Code::TooShort, vec![("min", MIN_CHARS.to_string())]);
    } else if chars > MAX_CHARS {
        problems.with(pointer, Code::TooLong, vec![("max", MAX_CHARS.to_string())]);
    } else if is_guessable(password, &words(hints)) {
        problems.add(pointer, Code::TooWeak);
    }
    problems
}

/// zxcvbn compares whole words only (`sara@example.com` would not find `sara`), and takes two known words and a digit for strong
/// enough. So it sees the parts of the hints too, and what is left of the password without them must be strong by itself.
fn is_guessable(password: &str, words: &[String]) -> bool {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let whole = password.to_lowercase();
    let rest = words.iter().fold(whole.clone(), |rest, word| rest.replace(word, ""));
    !is_strong(password, &words) || (rest != whole && !is_strong(&rest, &[]))
}

/// Whether the beginning is strong, which makes the whole strong. The end is not asked: cut in the middle of a word, it seems stronger than
/// it is.
fn is_strong(text: &str, words: &[&str]) -> bool {
    let start: String = text.chars().take(JUDGED).collect();
    zxcvbn(&start, words).score() >= MIN_SCORE
}

/// The hints and their parts of three characters or more, and our own words, in lower case and the longest first.
fn words(hints: &[&str]) -> Vec<String> {
    let parts = hints.iter().flat_map(|h| h.split(|c: char| !c.is_alphanumeric()));
    let all = hints.iter().copied().chain(parts).chain(OWN_WORDS);
    let mut words: Vec<String> = all.filter(|w| w.chars().count() >= 3).map(str::to_lowercase).collect();
    words.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    words.dedup();
    words
}

fn hasher() -> Result<Argon2<'static>, HashFailed> {
    let params = Params::new(MEMORY, PASSES, LANES, None).map_err(|_| HashFailed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn is_current(hash: &PasswordHash, params: &Params) -> bool {
    hash.algorithm.as_str() == "argon2id"
        && hash.version == Some(u32::from(Version::V0x13))
        && (params.m_cost(), params.t_cost(), params.p_cost()) == (MEMORY, PASSES, LANES)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at what must not be")]
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn a_hash_verifies_its_password_only() {
        let mut rng = StdRng::seed_from_u64(7);
        let stored = hash("کلیدِ ۱۴۰۳ من!", &mut rng).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert_eq!(verify("کلیدِ ۱۴۰۳ من!", &stored), Ok(Check::Right));
        // The Arabic yeh and kaf, Latin digits, a missing mark, a space: other characters are another password.
        for wrong in ["كلیدِ ۱۴۰۳ من!", "کلیدِ 1403 من!", "کلید ۱۴۰۳ من!", "کلیدِ ۱۴۰۳ من! ", ""] {
            assert_eq!(verify(wrong, &stored), Ok(Check::Wrong), "{wrong}");
        }
        assert_ne!(
            hash("same", &mut rng).unwrap(),
            hash("same", &mut rng).unwrap(),
            "each hash has its salt"
        );
    }

    #[test]
    fn hashes_with_other_parameters_are_outdated_and_foreign_ones_unreadable() {
        let cheap = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).unwrap());
        let old: PasswordHash = cheap.hash_password_with_salt(b"correct horse", &[9; SALT]).unwrap();
        assert_eq!(verify("correct horse", &old.to_string()), Ok(Check::Outdated));
        assert_eq!(verify("wrong horse", &old.to_string()), Ok(Check::Wrong));
        for foreign in [
            "",
            "correct horse",
            "$2y$10$abcdefghijklmnopqrstuuAsBzPfjX1Q8r1Q2z0Q9y0x1w2v3u4t5",
            "$argon2id$v=19$m=19456,t=2,p=1$cGV5dmFuZC1ub2JvZHkhIQ",
        ] {
            assert_eq!(verify("correct horse", foreign), Ok(Check::Unreadable), "{foreign}");
        }
    }

    #[test]
    fn the_absent_user_costs_what_a_present_one_does() {
        let parsed = PasswordHash::new(ABSENT).unwrap();
        assert!(is_current(&parsed, &Params::try_from(&parsed).unwrap()));
        assert_eq!(parsed.salt.unwrap().len(), SALT);
        let fresh = hash("x", &mut StdRng::seed_from_u64(3)).unwrap();
        assert_eq!(fresh.len(), ABSENT.len());
        assert_eq!(verify_absent("anything"), Ok(Check::Wrong));
    }

    /// RFC 9106 has no vector without a secret key, so this one is from the reference implementation's test.c (m = 2^16, t = 2, p = 1).
    #[test]
    fn the_reference_vector_holds() {
        let mut out = [0; 32];
        let params = Params::new(65536, 2, 1, None).unwrap();
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(b"password", b"somesalt", &mut out)
            .unwrap();
        let hex: String = out.iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(hex, "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7");
    }

    #[test]
    fn strength_is_length_and_guesses() {
        let hints = ["sara.karimi@example.com", "سارا کریمی"];
        let long = "y4#kQ9!vT2".repeat(13);
        let never = "qwerty123".repeat(14);
        let table: [(&str, Option<Code>); 19] = [
            ("", Some(Code::TooShort)),
            ("x7#Kq2!", Some(Code::TooShort)),
            ("password", Some(Code::TooWeak)),
            ("P@ssw0rd1", Some(Code::TooWeak)),
            ("qwertyuiop", Some(Code::TooWeak)),
            ("aaaaaaaaaaaaaaaaaaaaaaaa", Some(Code::TooWeak)),
            ("1234567890123456", Some(Code::TooWeak)),
            ("sarakarimi1", Some(Code::TooWeak)),
            ("Karimi2024", Some(Code::TooWeak)),
            ("peyvand123", Some(Code::TooWeak)),
            ("سارا کریمی", Some(Code::TooWeak)),
            ("پیوند۱۲۳", Some(Code::TooWeak)),
            ("saraKARIMI2024example", Some(Code::TooWeak)),
            ("correct horse battery staple", None),
            ("karimi correct horse battery staple", None),
            ("کبوترِ سبز روی بامِ بلند", None),
            (&never, Some(Code::TooWeak)),
            (&long[..128], None),
            (&long[..129], Some(Code::TooLong)),
        ];
        for (password, expected) in table {
            let found = strength("/password", password, &hints).0;
            assert_eq!(found.first().map(|v| v.code), expected, "{password}");
            assert!(found.iter().all(|v| v.pointer == "/password"));
        }
    }

    #[test]
    fn length_counts_characters_and_not_bytes() {
        // 128 Persian letters are 256 bytes.
        let text: String = "پشتگرمیخزانهجدولستون".chars().cycle().step_by(7).take(128).collect();
        assert_ne!(strength("", &text, &[]).0.first().map(|v| v.code), Some(Code::TooLong));
        assert_eq!(strength("", &format!("{text}ا"), &[]).0[0].code, Code::TooLong);
        assert_eq!(strength("", "خزانهجد", &[]).0[0].params, vec![("min", "8".to_owned())]);
    }
}

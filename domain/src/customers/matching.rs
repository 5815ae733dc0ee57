//! How likely two customers are one: a score from 0 to 1 by the model of Fellegi and Sunter (A Theory for Record Linkage, JASA 64, 1969).
//!
//! Each thing that both tell adds its weight, log2(m/u): m is how often it agrees among records of one party, u among those of two. What
//! only one of them tells adds nothing. Typing errors stand between: a text counts as close by its Jaro-Winkler similarity, a number or a date by
//! one digit that differs or two that are swapped. The sum, with the odds before anything was compared, is a probability:
//! `score = 1 / (1 + 2^-(sum + PRIOR))`.
//!
//! | compared | agrees | close | differs |
//! | --- | --- | --- | --- |
//! | national or legal id | 26 | 8 | −6 |
//! | email address | 12 | | 0 |
//! | mobile number | 11 | | 0 |
//! | landline | 5 | | 0 |
//! | birth date | 11 | 5 | −5 |
//! | family name | 7 | 4.5 | −3.5 |
//! | given name | 6 | 3.5 | −5 |
//! | organization's name | 16 | 10 | −8 |
//! | postal code | 5 | 2 | −1 |
//! | street | 7 | 3.5 | −2 |
//! | city | 2 | 1 | −0.5 |
//!
//! The weights come from m between 0.9 and 0.98 and from u as a register of some hundred thousand people has it: one in 2 000 shares a
//! family name after the common ones, one in some thousands a birth date. They are round on purpose, and the same for every language.
mod blocks;
mod profile;

pub use blocks::keys;
pub use profile::Profile;

use super::customer::CustomerKind;
use chrono::NaiveDate;
use strsim::{damerau_levenshtein, jaro_winkler};

/// The odds that two customers with a key in common are one, before anything is compared: 1 to 2^15.
const PRIOR: f64 = -15.0;
/// What is kept as a candidate.
pub const CANDIDATE: f64 = 0.5;

/// How one thing of two customers compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Agrees,
    Close,
    Differs,
}

/// What two customers come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Likeness {
    /// From 0 to 1.
    pub score: f64,
    /// What agrees or is close, such as `birth_date` or `family_name_close`; the heaviest first.
    pub reasons: Vec<String>,
}

/// A sum on its way.
#[derive(Default)]
struct Sum {
    total: f64,
    reasons: Vec<(f64, String)>,
}

impl Sum {
    fn add(&mut self, name: &str, level: Option<Level>, [agrees, close, differs]: [f64; 3]) {
        let (weight, reason) = match level {
            None => return,
            Some(Level::Agrees) => (agrees, Some(name.to_owned())),
            Some(Level::Close) => (close, Some(format!("{name}_close"))),
            Some(Level::Differs) => (differs, None),
        };
        self.total += weight;
        self.reasons.extend(reason.map(|reason| (weight, reason)));
    }
}

/// How alike two customers are; those of two kinds not at all.
pub fn compare(a: &Profile, b: &Profile) -> Likeness {
    let mut sum = Sum::default();
    if a.kind != b.kind {
        return Likeness {
            score: 0.0,
            reasons: Vec::new(),
        };
    }
    sum.add("identity", both(&a.identity, &b.identity, digits), [26.0, 8.0, -6.0]);
    sum.add("email", common(&a.emails, &b.emails), [12.0, 0.0, 0.0]);
    let mobile = common(&a.mobiles, &b.phones)
        .filter(|l| *l == Level::Agrees)
        .or(common(&b.mobiles, &a.phones));
    sum.add("mobile", mobile, [11.0, 0.0, 0.0]);
    if mobile != Some(Level::Agrees) {
        sum.add("phone", common(&a.phones, &b.phones), [5.0, 0.0, 0.0]);
    }
    names(a, b, &mut sum);
    let birth = a.birth_date.zip(b.birth_date).map(|(x, y)| dates(x, y));
    sum.add("birth_date", birth, [11.0, 5.0, -5.0]);
    sum.add("postal_code", best(&a.postal_codes, &b.postal_codes, digits), [5.0, 2.0, -1.0]);
    sum.add("street", best(&a.streets, &b.streets, |x, y| texts(x, y, 0.82)), [7.0, 3.5, -2.0]);
    sum.add("city", best(&a.cities, &b.cities, |x, y| texts(x, y, 0.88)), [2.0, 1.0, -0.5]);
    sum.reasons.sort_by(|x, y| y.0.total_cmp(&x.0));
    Likeness {
        score: 1.0 / (1.0 + (-(sum.total + PRIOR)).exp2()),
        reasons: sum.reasons.into_iter().map(|(_, reason)| reason).collect(),
    }
}

/// Names, as they stand or (a little less) with given and family name swapped.
fn names(a: &Profile, b: &Profile, sum: &mut Sum) {
    if a.kind == CustomerKind::Organization {
        let level = both(&a.organization, &b.organization, |x, y| texts(x, y, 0.92));
        return sum.add("organization_name", level, [16.0, 10.0, -8.0]);
    }
    let one = |x: &Option<String>, y: &Option<String>| both(x, y, |x, y| texts(x, y, 0.86));
    let weigh = |given, family| {
        let mut sum = Sum::default();
        sum.add("given_name", given, [6.0, 3.5, -5.0]);
        sum.add("family_name", family, [7.0, 4.5, -3.5]);
        sum
    };
    let straight = weigh(one(&a.given, &b.given), one(&a.family, &b.family));
    let mut swapped = weigh(one(&a.given, &b.family), one(&a.family, &b.given));
    swapped.total -= 1.0;
    let better = if swapped.total > straight.total { swapped } else { straight };
    sum.total += better.total;
    sum.reasons.extend(better.reasons);
}

fn both(a: &Option<String>, b: &Option<String>, level: impl Fn(&str, &str) -> Level) -> Option<Level> {
    Some(level(a.as_deref()?, b.as_deref()?))
}

/// Whether two lists have something in common; none where one of them is empty.
fn common(a: &[String], b: &[String]) -> Option<Level> {
    if a.is_empty() || b.is_empty() {
        return None;
    }
    Some(if a.iter().any(|x| b.contains(x)) {
        Level::Agrees
    } else {
        Level::Differs
    })
}

/// The best that any of one list comes to with any of the other.
fn best(a: &[String], b: &[String], level: impl Fn(&str, &str) -> Level) -> Option<Level> {
    let levels: Vec<Level> = a.iter().flat_map(|x| b.iter().map(|y| level(x, y))).collect();
    [Level::Agrees, Level::Close, Level::Differs]
        .into_iter()
        .find(|l| levels.contains(l))
}

fn texts(a: &str, b: &str, close: f64) -> Level {
    match () {
        () if a == b => Level::Agrees,
        () if jaro_winkler(a, b) >= close => Level::Close,
        () => Level::Differs,
    }
}

fn digits(a: &str, b: &str) -> Level {
    match damerau_levenshtein(a, b) {
        0 => Level::Agrees,
        1 => Level::Close,
        _ => Level::Differs,
    }
}

/// Dates are close with one digit wrong, or with day and month swapped.
fn dates(a: NaiveDate, b: NaiveDate) -> Level {
    let text = |d: NaiveDate| d.format("%Y%m%d").to_string();
    let (x, y) = (text(a), text(b));
    let swapped = format!("{}{}{}", &y[..4], &y[6..], &y[4..6]);
    match digits(&x, &y) {
        Level::Differs if x == swapped => Level::Close,
        level => level,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(given: &str, family: &str, birth: Option<(i32, u32, u32)>) -> Profile {
        Profile {
            given: Some(given.to_owned()),
            family: Some(family.to_owned()),
            birth_date: birth.and_then(|(y, m, d)| NaiveDate::from_ymd_opt(y, m, d)),
            ..Profile::empty()
        }
    }

    #[test]
    fn what_agrees_makes_one_of_two_and_what_differs_two_of_one() {
        let born = Some((1984, 5, 12));
        let ali = person("علی", "کریمی", born);
        assert!(compare(&ali, &ali).score > 0.99);
        assert!(compare(&ali, &person("علی", "كريمي", Some((1984, 12, 5)))).score < compare(&ali, &ali).score);
        // The same name alone is not enough, and a brother is not the same.
        assert!(compare(&person("علی", "کریمی", None), &person("علی", "کریمی", None)).score < CANDIDATE);
        assert!(compare(&ali, &person("رضا", "کریمی", Some((1986, 1, 2)))).score < 0.01);
        // Swapped names of one birth are one party.
        let swapped = compare(&ali, &person("کریمی", "علی", born));
        assert!(swapped.score > 0.95 && swapped.reasons[0] == "birth_date", "{swapped:?}");
    }

    #[test]
    fn a_score_is_a_probability_and_has_no_side() {
        let (a, b) = (
            person("Jon", "Smith", Some((1970, 1, 2))),
            person("John", "Smyth", Some((1970, 2, 1))),
        );
        let (x, y) = (compare(&a, &b), compare(&b, &a));
        assert_eq!(x, y);
        assert!((0.0..=1.0).contains(&x.score));
    }
}

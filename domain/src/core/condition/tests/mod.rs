#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod check;
mod eval;
mod json;
mod text;

use std::borrow::Cow;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{Condition, MAX_BYTES, Op, Scalar};
use crate::core::field::{Kind, Lookup};
use crate::core::problem::{Code, Problems};

/// The fields of an invented object, one of each kind.
struct Deal;

impl Lookup for Deal {
    fn kind(&self, path: &str) -> Option<Kind> {
        Some(match path {
            "city" | "amount.currency" | "contacts.name" => Kind::Text(100),
            "stage" => Kind::Choice(Cow::Borrowed(&[Cow::Borrowed("new"), Cow::Borrowed("won"), Cow::Borrowed("lost")])),
            "tags" => Kind::Texts,
            "active" => Kind::Boolean,
            "seats" | "contacts.age" => Kind::Integer,
            "amount.amount" | "custom.size" => Kind::Decimal,
            "amount" => Kind::Money,
            "close_date" => Kind::Date,
            "created_at" => Kind::Instant,
            "owner_id" => Kind::Reference("User"),
            "address" => Kind::Structure,
            _ => return None,
        })
    }
}

fn parse(text: &str) -> Condition {
    text.parse().unwrap_or_else(|problems: Problems| panic!("{text}: {problems:?}"))
}

fn compare(field: &str, op: Op, value: Scalar) -> Condition {
    Condition::Compare {
        field: field.to_owned(),
        op,
        value,
    }
}

/// How long the fastest of a few runs takes: other work on the machine only ever adds to it.
fn fastest(run: impl Fn()) -> Duration {
    let time = || {
        let begun = Instant::now();
        run();
        begun.elapsed()
    };
    (0..5).map(|_| time()).min().unwrap()
}

/// The first problem's code and one of its parameters.
fn first(problems: &Problems, param: &str) -> (Code, String) {
    let v = &problems.0[0];
    let value = v.params.iter().find(|(name, _)| *name == param).map(|(_, value)| value.clone());
    (v.code, value.unwrap_or_default())
}

fn scalar() -> impl Strategy<Value = Scalar> {
    prop_oneof![
        Just(Scalar::Null),
        any::<bool>().prop_map(Scalar::Bool),
        (-9_007_199_254_740_991i64..=9_007_199_254_740_991).prop_map(Scalar::Integer),
        // A fraction of 1 to 6 digits, its last not zero, of at most 15 digits in all.
        (-99_999_999_999_999i64..=99_999_999_999_999, 1u32..=6, 1i64..=9).prop_map(|(n, scale, last)| Scalar::Decimal(
            rust_decimal::Decimal::new(n * 10 + n.signum() * last + i64::from(n == 0), scale)
        )),
        "[^\\x00]{0,20}".prop_map(Scalar::Text),
        "[\"'\\\\ a]{0,8}".prop_map(Scalar::Text),
        "[ا-ی۰-۹\u{200c}]{1,12}".prop_map(Scalar::Text),
    ]
}

fn path() -> impl Strategy<Value = String> {
    "[a-z_][a-z0-9_]{0,8}(\\.[a-z_][a-z0-9_]{0,8}){0,2}".prop_filter("a keyword", |path| super::is_path(path))
}

/// Conditions that could have been read.
fn condition() -> impl Strategy<Value = Condition> {
    let op = proptest::sample::select(Op::ALL.to_vec());
    let leaf = prop_oneof![
        (path(), op, scalar()).prop_map(|(field, op, value)| Condition::Compare { field, op, value }),
        (path(), proptest::collection::vec(scalar(), 1..5)).prop_map(|(field, values)| Condition::In { field, values }),
        (path(), scalar()).prop_map(|(field, value)| Condition::Has { field, value }),
    ];
    let tree = leaf.prop_recursive(7, 30, 3, |part| {
        let parts = proptest::collection::vec(part.clone(), 2..4);
        prop_oneof![
            parts.clone().prop_map(Condition::All),
            parts.prop_map(Condition::Any),
            part.prop_map(|part| Condition::Not(Box::new(part))),
        ]
    });
    tree.prop_filter("beyond the limits", |c| c.limit().is_ok() && c.to_string().len() <= MAX_BYTES)
}

//! Profiles: which values a customer of a kind should have, how much each counts, and how long each stays good.
use super::filled::{has, is_word};
use crate::core::base::Base;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use crate::customers::customer::{Customer, CustomerKind};
use derive::Record;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The heaviest that one value can count.
const HEAVIEST: i64 = 1000;
/// A hundred years, in days.
const LONGEST: i64 = 36_500;

/// One value that a customer should have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QualityField {
    /// A member of the customer such as `national_id`, `contact_points.` and a kind, `addresses.` and a part, or `custom.` and a field.
    #[schema(min_length = 1, max_length = 80, example = "contact_points.email")]
    pub field: String,
    /// How much it counts beside the others, from 1 to 1000.
    #[schema(minimum = 1, maximum = 1000, example = 20)]
    pub weight: i64,
    /// After how many days without a change or a confirmation it should be asked for again, from 1 to 36500; null for never.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 36500, example = 730)]
    pub stale_after_days: Option<i64>,
}

/// What the data of customers of a kind should be. Of several active ones of a kind the one made last is in force; where there is none, the
/// usual one.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/quality-profiles",
    one = "quality_profile",
    many = "quality_profiles",
    tag = "Data quality",
    fa = "نمایه‌های کیفیت داده"
)]
pub struct QualityProfile {
    #[record(base)]
    pub base: Base,
    /// What it is called.
    #[record(min = 1, max = 100, sort, example = r#""Private customers""#, fa = "نام")]
    pub name: String,
    /// Which customers it is for.
    #[record(fixed, example = r#""person""#, fa = "نوع مشتری")]
    pub customer_kind: CustomerKind,
    /// Whether it may be in force.
    #[record(default = true, fa = "فعال")]
    pub active: bool,
    /// The values that count. A customer that has them all is complete: its `completeness` is 100.
    #[record(items = QualityField, max = 100, example = r#"[{"field": "contact_points.email", "weight": 20, "stale_after_days": 730}, {"field": "national_id", "weight": 15, "stale_after_days": null}]"#, fa = "فیلدها")]
    pub fields: Vec<QualityField>,
    /// How often a number or address that a customer does not have must turn up in what happened with them before it is suggested.
    #[record(default = 3, range = 1..=100, example = "3", fa = "پیشنهاد پس از")]
    pub suggest_after: i64,
    /// Within how many days, counted back from the latest time.
    #[record(default = 90, range = 1..=LONGEST, example = "90", fa = "بازهٔ پیشنهاد (روز)")]
    pub suggest_within_days: i64,
}

impl Rules for QualityProfile {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        let within = |at: String, value: i64, max: i64, problems: &mut Problems| {
            if !(1..=max).contains(&value) {
                problems.with(at, Code::OutOfRange, vec![("min", "1".to_owned()), ("max", max.to_string())]);
            }
        };
        if self.fields.is_empty() {
            problems.add("/fields", Code::Required);
        }
        for (i, one) in self.fields.iter().enumerate() {
            if !is_word(&one.field, self.customer_kind) {
                problems.with(
                    format!("/fields/{i}/field"),
                    Code::UnknownField,
                    vec![("name", one.field.chars().take(100).collect())],
                );
            }
            if self.fields[..i].iter().any(|other| other.field == one.field) {
                problems.add(format!("/fields/{i}/field"), Code::Duplicate);
            }
            within(format!("/fields/{i}/weight"), one.weight, HEAVIEST, &mut problems);
            if let Some(days) = one.stale_after_days {
                within(format!("/fields/{i}/stale_after_days"), days, LONGEST, &mut problems);
            }
        }
        problems
    }
}

/// A profile in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The record it comes from; none for the usual one.
    pub id: Option<Uuid>,
    pub fields: Vec<QualityField>,
    pub suggest_after: i64,
    pub suggest_within_days: i64,
}

/// What counts for a person, unless the organization says otherwise: value, weight, days until it is stale.
const PERSON: [(&str, i64, Option<i64>); 8] = [
    ("contact_points.mobile", 20, Some(730)),
    ("contact_points.email", 20, Some(730)),
    ("national_id", 15, None),
    ("family_name", 10, None),
    ("given_name", 10, None),
    ("addresses", 10, Some(1095)),
    ("birth_date", 10, None),
    ("city", 5, Some(1095)),
];
/// The same for an organization.
const ORGANIZATION: [(&str, i64, Option<i64>); 7] = [
    ("contact_points.phone", 20, Some(730)),
    ("contact_points.email", 20, Some(730)),
    ("organization_name", 15, None),
    ("legal_id", 15, None),
    ("addresses", 15, Some(1095)),
    ("field_of_work", 10, None),
    ("contact_points.website", 5, Some(1095)),
];

impl Profile {
    /// The one that holds where an organization has made none.
    pub fn usual(kind: CustomerKind) -> Self {
        let fields: &[(&str, i64, Option<i64>)] = match kind {
            CustomerKind::Person => &PERSON,
            CustomerKind::Organization => &ORGANIZATION,
        };
        let one = |(field, weight, days): &(&str, i64, Option<i64>)| QualityField {
            field: (*field).to_owned(),
            weight: *weight,
            stale_after_days: *days,
        };
        Profile {
            id: None,
            fields: fields.iter().map(one).collect(),
            suggest_after: 3,
            suggest_within_days: 90,
        }
    }

    /// How complete a customer is: the weight of the values it has, in hundredths of the weight of all, rounded down, so that 100 means all.
    pub fn score(&self, customer: &Customer) -> i64 {
        let weigh = |fields: &mut dyn Iterator<Item = &QualityField>| fields.map(|f| f.weight).sum::<i64>();
        let all = weigh(&mut self.fields.iter());
        let there = weigh(&mut self.fields.iter().filter(|f| has(customer, &f.field)));
        (there * 100).checked_div(all).unwrap_or(100)
    }

    /// The values that a customer lacks, the heaviest first; in the order of the profile where they weigh the same.
    pub fn missing(&self, customer: &Customer) -> Vec<&QualityField> {
        let mut missing: Vec<&QualityField> = self.fields.iter().filter(|f| !has(customer, &f.field)).collect();
        missing.sort_by_key(|f| -f.weight);
        missing
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
    use super::*;
    use crate::core::input::Members;
    use crate::core::instant::Instant;
    use crate::core::resource::{Input, Resource};
    use serde_json::{Value, json};

    fn read<R: Resource>(body: Value) -> R {
        let mut members = Members::new(body.as_object().unwrap().clone(), &R::SPEC, false);
        R::new(R::Create::read(&mut members).unwrap(), Base::new(Uuid::nil(), Instant::UNSET))
    }
    fn setting() -> Setting {
        Setting {
            now: Instant::UNSET,
            default_region: "IR".to_owned(),
        }
    }

    #[test]
    fn the_score_is_the_weight_of_what_is_there() {
        let usual = Profile::usual(CustomerKind::Person);
        let mut ali: Customer =
            read(json!({"kind": "person", "given_name": "علی", "contact_points": [{"kind": "mobile", "value": "09121234567"}]}));
        assert_eq!(usual.score(&ali), 30 * 100 / 100);
        let missing: Vec<&str> = usual.missing(&ali).iter().map(|f| f.field.as_str()).collect();
        let heaviest_first = [
            "contact_points.email",
            "national_id",
            "family_name",
            "addresses",
            "birth_date",
            "city",
        ];
        assert_eq!(missing, heaviest_first);
        // A number that must not be used reaches nobody.
        ali.contact_points[0].do_not_use = true;
        assert_eq!(usual.score(&ali), 10);
        let thirds = Profile {
            fields: ["given_name", "city", "custom.size"]
                .map(|f| QualityField {
                    field: f.to_owned(),
                    weight: 1,
                    stale_after_days: None,
                })
                .to_vec(),
            ..usual
        };
        assert_eq!(thirds.score(&ali), 33);
        ali.base.custom.insert("size".to_owned(), json!(7));
        ali.city = Some("یزد".to_owned());
        assert_eq!(thirds.score(&ali), 100);
    }

    #[test]
    fn a_profile_names_what_its_customers_can_have() {
        let mut profile: QualityProfile = read(json!({"name": "x", "customer_kind": "organization", "fields": [
            {"field": "national_id", "weight": 1}, {"field": "city", "weight": 0}, {"field": "city", "weight": 1, "stale_after_days": 0}]}));
        let wrong: Vec<(String, Code)> = profile.check(&setting()).0.into_iter().map(|v| (v.pointer, v.code)).collect();
        let expected = [
            ("/fields/0/field", Code::UnknownField),
            ("/fields/1/weight", Code::OutOfRange),
            ("/fields/2/field", Code::Duplicate),
            ("/fields/2/stale_after_days", Code::OutOfRange),
        ];
        assert_eq!(wrong, expected.map(|(at, code)| (at.to_owned(), code)));
        profile.fields.clear();
        assert_eq!(profile.check(&setting()).0[0].pointer, "/fields");
    }
}

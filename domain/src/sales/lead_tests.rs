#![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
use super::*;
use crate::core::error::{Error, Result};
use crate::core::input::Members;
use crate::core::resource::{Input, Resource};
use LeadStatus::{Converted, Disqualified, New, Nurturing, Working};
use serde_json::{Value, json};
use uuid::Uuid;

fn lead(body: Value) -> Lead {
    let mut members = Members::new(body.as_object().unwrap().clone(), &Lead::SPEC, false);
    let input = <Lead as Resource>::Create::read(&mut members);
    assert_eq!(members.finish(), Problems::default());
    let mut lead = Lead::new(input.unwrap(), Base::new(Uuid::nil(), Instant::UNSET));
    let setting = Setting {
        now: Instant::UNSET,
        default_region: "IR".to_owned(),
    };
    assert_eq!(lead.check(&setting), Problems::default());
    lead
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

type Action = fn(&mut Lead) -> Result<()>;

#[test]
fn each_action_is_for_some_states_alone() {
    let actions: [(&str, Action); 5] = [
        ("work", |l| l.work(None)),
        ("nurture", |l| l.nurture(day("2026-05-01"), day("2026-04-01"), None)),
        ("disqualify", |l| l.disqualify(DisqualifyReason::NoBudget, None)),
        ("recycle", |l| l.recycle(None)),
        ("convert", |l| l.convert(Instant::UNSET, Id::from_uuid(Uuid::nil()), None, None)),
    ];
    for (from, expected) in [
        (New, ["working", "nurturing", "disqualified", "lead_open", "converted"]),
        (Working, ["working", "nurturing", "disqualified", "lead_open", "converted"]),
        (Nurturing, ["working", "nurturing", "disqualified", "lead_open", "converted"]),
        (
            Disqualified,
            [
                "lead_disqualified",
                "lead_disqualified",
                "lead_disqualified",
                "new",
                "lead_disqualified",
            ],
        ),
        (Converted, ["lead_converted"; 5]),
    ] {
        for ((name, action), expected) in actions.iter().zip(expected) {
            let mut one = lead(json!({"family_name": "x"}));
            one.status = from;
            let told = match action(&mut one) {
                Ok(()) => crate::core::field::Choice::word(one.status).to_owned(),
                Err(Error::Conflict(code)) => {
                    assert_eq!(one.status, from, "what is refused changes nothing");
                    code.to_owned()
                }
                Err(other) => other.to_string(),
            };
            assert_eq!(told, expected, "{name} from {from:?}");
        }
    }
    let mut one = lead(json!({"family_name": "x"}));
    assert!(
        one.nurture(day("2026-04-01"), day("2026-04-01"), None).is_err(),
        "today is not later"
    );
}

#[test]
fn a_lead_is_called_by_what_is_known_and_becomes_who_it_speaks_of() {
    let point = json!([{"kind": "mobile", "value": "0913 123 4567"}]);
    for (body, called, organization, person) in [
        (json!({"given_name": "مریم", "family_name": "اصفهانی"}), "مریم اصفهانی", false, true),
        (json!({"organization_name": "کاشی"}), "کاشی", true, false),
        (
            json!({"organization_name": "کاشی", "family_name": "اصفهانی"}),
            "اصفهانی",
            true,
            true,
        ),
        (json!({"contact_points": point}), "+989131234567", false, true),
    ] {
        let one = lead(body);
        assert_eq!(one.display_name, called);
        assert_eq!(
            (one.organization().is_some(), one.person().is_some()),
            (organization, person),
            "{called}"
        );
    }
    let one = lead(json!({"organization_name": "کاشی", "family_name": "x", "contact_points": point}));
    let (organization, person) = (one.organization().unwrap(), one.person().unwrap());
    assert!(organization.get("contact_points").is_none(), "the number is the person's");
    assert_eq!(person["contact_points"][0]["value"], "+989131234567");
    assert!(person["contact_points"][0].get("written").is_none());
}

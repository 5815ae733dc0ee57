//! Customers as a house has them: three in four are people, two in three are Persian, each with a mobile, an email address and where they
//! live.
use crate::names::*;
use serde_json::{Value, json};

/// The body that creates the next customer. `serial` makes its telephone and addresses its own.
pub fn next(dice: &mut Dice, serial: u64) -> Value {
    let persian = dice.below(3) < 2;
    let stage = match dice.below(10) {
        0..4 => "customer",
        4..7 => "prospect",
        7..9 => "lead",
        _ => "former",
    };
    let (mobile, email) = match persian {
        true => (format!("+98912{:07}", serial % 10_000_000), format!("user{serial}@mail.example.ir")),
        false => (
            format!("+4477{:08}", 1_000_000 + serial % 90_000_000),
            format!("user{serial}@mail.example.co.uk"),
        ),
    };
    let mut body = json!({
        "lifecycle_stage": stage,
        "language": if persian { "fa" } else { "en" },
        "contact_points": [
            {"kind": "mobile", "value": mobile, "label": "work", "primary": true},
            {"kind": "email", "value": email, "label": "work", "primary": true},
        ],
        "addresses": [address(dice, persian)],
        "interests": [dice.one(&TRADES_FA)],
    });
    let members = match (dice.below(4) < 3, persian) {
        (true, true) => {
            json!({"kind": "person", "given_name": dice.one(&GIVEN_FA), "family_name": dice.one(&FAMILY_FA), "job_title": "مدیر فروش"})
        }
        (true, false) => {
            json!({"kind": "person", "given_name": dice.one(&GIVEN_EN), "family_name": dice.one(&FAMILY_EN), "job_title": "Sales manager"})
        }
        (false, true) => {
            json!({"kind": "organization", "organization_name": format!("شرکت {} {}", dice.one(&TRADES_FA), dice.one(&FAMILY_FA))})
        }
        (false, false) => {
            json!({"kind": "organization", "organization_name": format!("{} {} Ltd", dice.one(&FAMILY_EN), dice.one(&TRADES_EN))})
        }
    };
    if let (Value::Object(body), Value::Object(members)) = (&mut body, members) {
        body.extend(members);
    }
    body
}

fn address(dice: &mut Dice, persian: bool) -> Value {
    let number = dice.below(300) + 1;
    if persian {
        let (province, city) = dice.one(&CITIES);
        let street = format!("{}، پلاک {number}", dice.one(&STREETS));
        json!({"country": "IR", "province": province, "city": city, "street": street, "label": "work"})
    } else {
        let street = format!("{number} {}", dice.one(&STREETS_EN));
        json!({"country": "GB", "city": "London", "street": street, "postal_code": "SW1A 1AA", "label": "work"})
    }
}

/// What people type into a search box: parts of names in either script, two parts at once, digits of a telephone number. In turn.
pub fn terms(size: u64) -> Vec<String> {
    let (mut dice, mut all) = (Dice(17), Vec::new());
    let part = |name: &str, from: usize, n: usize| name.chars().skip(from).take(n).collect::<String>();
    for _ in 0..40 {
        all.push(part(dice.one(&FAMILY_FA), 0, 4));
        all.push(part(dice.one(&FAMILY_EN), 1, 5));
        all.push(format!("{} {}", dice.one(&GIVEN_FA), part(dice.one(&FAMILY_FA), 0, 4)));
        let serial = dice.below(size);
        all.push(format!("912{:07}", serial));
        all.push(format!("user{serial}@"));
    }
    all
}

//! The organization of the demo: its units, roles, people, custom fields and groups. Everything has the same id on every demo.
use super::draw::Draw;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// One record on its way to the server: where it goes, under which id, and what it says.
#[derive(Debug, Clone)]
pub struct Made {
    /// Below `/api/v1`, such as `/units`.
    pub path: &'static str,
    pub id: Uuid,
    pub body: Value,
}

/// The id of the n-th record of a list.
pub fn id(seed: u64, what: &str, n: u64) -> Uuid {
    Draw::new(seed, what, n).id()
}

fn made(seed: u64, path: &'static str, n: usize, body: Value) -> Made {
    Made {
        path,
        id: id(seed, path, n as u64),
        body,
    }
}

/// Branches below the head office, and the agency below the first of them; with the city each serves.
pub const UNITS: [(&str, &str); 6] = [
    ("شعبهٔ تهران", "تهران"),
    ("شعبهٔ یزد", "یزد"),
    ("شعبهٔ اصفهان", "اصفهان"),
    ("شعبهٔ شیراز", "شیراز"),
    ("شعبهٔ مشهد", "مشهد"),
    ("London agency", "London"),
];

/// The units below the head office.
pub fn units(seed: u64, head: &str) -> Vec<Made> {
    let agency = UNITS.len() - 1;
    let one = |(n, (name, _)): (usize, &(&str, &str))| {
        let parent = if n == agency {
            id(seed, "/units", 0).to_string()
        } else {
            head.to_owned()
        };
        made(seed, "/units", n, json!({"name": name, "parent_id": parent}))
    };
    UNITS.iter().enumerate().map(one).collect()
}

/// Two roles beside the ones that every organization starts with.
pub fn roles(seed: u64) -> Vec<Made> {
    let all = |scope: &str, actions: &[&str]| {
        let objects = ["customers", "relationships", "groups", "group_members"];
        let permission = |(object, action): (&str, &&str)| json!({"permission": format!("{object}:{action}"), "scope": scope});
        Value::Array(
            objects
                .iter()
                .flat_map(|o| actions.iter().map(move |a| (*o, a)))
                .map(permission)
                .collect(),
        )
    };
    let manager = json!({
        "name": "branch manager",
        "description": "Sees and changes all customers of the branch and of those below it.",
        "permissions": all("unit_and_below", &["read", "create", "update", "delete"]),
    });
    let auditor = json!({"name": "auditor", "description": "Sees every customer, changes none.", "permissions": all("all", &["read"])});
    vec![made(seed, "/roles", 0, manager), made(seed, "/roles", 1, auditor)]
}

/// Name, address before the @, the unit by its number (none: head office), the role by its name.
const STAFF: [(&str, &str, Option<u64>, &str); 12] = [
    ("سارا احمدی", "sara.ahmadi", Some(0), "branch manager"),
    ("رضا یزدانی", "reza.yazdani", Some(1), "branch manager"),
    ("نیلوفر کاظمی", "niloufar.kazemi", Some(0), "seller"),
    ("بهرام فرهادی", "bahram.farhadi", Some(1), "seller"),
    ("مریم اصفهانی", "maryam.esfahani", Some(2), "seller"),
    ("کاوه شیرازی", "kaveh.shirazi", Some(3), "seller"),
    ("فاطمه موسوی", "fatemeh.mousavi", Some(4), "seller"),
    ("الهام نوری", "elham.nouri", None, "support"),
    ("Grace Okafor", "grace.okafor", Some(5), "seller"),
    ("Daniel Whitfield", "daniel.whitfield", Some(5), "branch manager"),
    ("Priya Patel", "priya.patel", None, "viewer"),
    ("Thomas Müller", "thomas.mueller", None, "auditor"),
];

/// A dozen people who work here. They have no password until somebody gives them one.
pub fn users(seed: u64, head: &str, role: impl Fn(&str) -> Option<String>) -> Vec<Made> {
    let one = |(n, (name, address, unit, role_name)): (usize, &(&str, &str, Option<u64>, &str))| {
        let unit = unit.map_or_else(|| head.to_owned(), |n| id(seed, "/units", n).to_string());
        let locale = if name.is_ascii() || *unit == *head && name.starts_with("Thomas") {
            "en"
        } else {
            "fa"
        };
        let roles: Vec<String> = role(role_name).into_iter().collect();
        let body = json!({
            "name": name, "email": format!("{address}@peyvand.example"), "works_in_id": unit, "role_ids": roles, "locale": locale,
        });
        made(seed, "/users", n, body)
    };
    STAFF.iter().enumerate().map(one).collect()
}

/// Whose customer it is: someone who sells where it lives, else anyone who sells.
pub fn seller(seed: u64, draw: &mut Draw, city: &str) -> Uuid {
    let unit = UNITS.iter().position(|(_, serves)| *serves == city).map(|n| n as u64);
    let sells =
        |(_, _, works_in, role): &(&str, &str, Option<u64>, &str)| matches!(*role, "seller" | "branch manager") && works_in.is_some();
    let all: Vec<(u64, Option<u64>)> = (0..).zip(&STAFF).filter(|(_, who)| sells(who)).map(|(n, who)| (n, who.2)).collect();
    let near: Vec<_> = all
        .iter()
        .copied()
        .filter(|(_, works_in)| unit.is_some() && *works_in == unit)
        .collect();
    let (n, _) = draw.of(if near.is_empty() { &all } else { &near });
    id(seed, "/users", *n)
}

/// One custom field of each kind.
pub fn custom_fields(seed: u64) -> Vec<Made> {
    let fields = [
        ("introduced_by", "text", "Introduced by", "معرف", json!([])),
        ("loyalty_points", "number", "Loyalty points", "امتیاز وفاداری", json!([])),
        ("credit_limit", "money", "Credit limit", "سقف اعتبار", json!([])),
        ("contract_since", "date", "Under contract since", "آغاز قرارداد", json!([])),
        ("segment", "choice", "Segment", "بخش", json!(["gold", "silver", "bronze"])),
        (
            "channels",
            "multi_choice",
            "Likes to hear from us by",
            "راه‌های دلخواه تماس",
            json!(["call", "email", "sms", "visit"]),
        ),
        ("account_manager", "reference", "Account manager", "مدیر حساب", json!([])),
        ("newsletter", "boolean", "Newsletter", "خبرنامه", json!([])),
        ("profile_url", "url", "Profile", "صفحهٔ معرفی", json!([])),
    ];
    let one = |(n, (name, kind, en, fa, choices))| {
        let body = json!({"object": "customers", "name": name, "kind": kind, "label_en": en, "label_fa": fa, "choices": choices});
        made(seed, "/custom-fields", n, body)
    };
    fields.into_iter().enumerate().map(one).collect()
}

/// A customer's custom values: some of them have none, few have all.
pub fn custom(seed: u64, n: u64, draw: &mut Draw, city: &str) -> Map<String, Value> {
    let mut out = Map::new();
    let mut put = |name: &str, chance: bool, value: Value| {
        if chance {
            out.insert(name.to_owned(), value);
        }
    };
    let (points, limit, since) = (draw.below(5000), draw.between(10, 900) * 1_000_000, draw.between(2012, 2025));
    put("introduced_by", draw.percent(15), "نمایشگاه صنعت".into());
    put("loyalty_points", draw.percent(50), points.into());
    put(
        "credit_limit",
        draw.percent(25),
        json!({"amount": limit.to_string(), "currency": "IRR"}),
    );
    put(
        "contract_since",
        draw.percent(20),
        format!("{since}-{:02}-01", draw.between(1, 12)).into(),
    );
    let segment = *draw.of(&["gold", "silver", "silver", "bronze", "bronze"]);
    put("segment", draw.percent(70), segment.into());
    let channel = *draw.of(&["call", "sms", "visit"]);
    put("channels", draw.percent(40), json!(["email", channel]));
    let manager = seller(seed, draw, city).to_string();
    put("account_manager", draw.percent(10), manager.into());
    put("newsletter", draw.percent(45), draw.percent(50).into());
    put("profile_url", draw.percent(10), format!("https://profiles.example/{n}").into());
    out
}

/// The groups, each with how many customers in a hundred are in it.
pub const GROUPS: [(&str, &str, u64); 4] = [
    ("باشگاه مشتریان", "کسانی که امتیاز می‌گیرند", 20),
    ("مهمانان نمایشگاه", "کسانی که به نمایشگاه سالانه دعوت می‌شوند", 8),
    ("Newsletter", "Those who get the monthly letter", 15),
    ("Wholesale", "Those who buy at wholesale prices", 6),
];

/// The groups.
pub fn groups(seed: u64) -> Vec<Made> {
    let one = |(n, (name, what, _)): (usize, &(&str, &str, u64))| made(seed, "/groups", n, json!({"name": name, "description": what}));
    GROUPS.iter().enumerate().map(one).collect()
}

//! Customers as they might be: people with families and employers, organizations with names of their trade, in Persian and English.
//! Row `n` depends on the seed and on `n` alone, so a million rows stream in constant memory and any part of them is the same again.
use super::draw::{Draw, scattered};
use super::names::{self, Name};
use super::places::{self, City, Town};
use super::trades::{self, Trade};
use domain::core::identifiers::iran;
use serde_json::{Map, Value, json};

/// The system under which a generated customer's number stands in `external_ids`.
pub const SYSTEM: &str = "demo";
/// Every so many customers, one is an organization; the people behind it may work there.
const BLOCK: u64 = 5;

/// Customers 1 to `count` of a seed, as bodies for `POST /customers`; none refers to another record.
pub fn customers(seed: u64, count: u64) -> impl Iterator<Item = Map<String, Value>> {
    (1..=count).map(move |n| customer(seed, n))
}

/// How many rows of a seed keep what must be unique to themselves.
const ROOM: u64 = 10_000_000;

/// Row `n` among the rows of all seeds whose last two digits differ: so that a file made with one seed goes into a database that was
/// filled with another.
fn unique(seed: u64, n: u64) -> u64 {
    (seed % 100) * ROOM + n
}

/// The number of a customer as `external_ids` has it.
fn number(seed: u64, n: u64) -> String {
    format!("C-{:07}", unique(seed, n))
}

/// Whether customer `n` is an organization.
pub fn is_organization(n: u64) -> bool {
    n % BLOCK == 1
}

/// Whether customer `n` is called and lives as its predecessor does: a relative.
pub fn is_relative(seed: u64, n: u64) -> bool {
    n > 2 && !is_organization(n) && !is_organization(n - 1) && Draw::new(seed, "relative", n).percent(15)
}

/// Where customer `n` works: one of the organizations before it.
pub fn employer(seed: u64, n: u64) -> Option<u64> {
    let mut draw = Draw::new(seed, "employer", n);
    (!is_organization(n) && draw.percent(60)).then(|| draw.below(n.div_ceil(BLOCK)) * BLOCK + 1)
}

/// The organization that customer `n` is a subsidiary of: one before it, so that there is no circle.
pub fn parent(seed: u64, n: u64) -> Option<u64> {
    let mut draw = Draw::new(seed, "parent", n);
    (is_organization(n) && n > 1 && draw.percent(35)).then(|| draw.below(n / BLOCK) * BLOCK + 1)
}

/// The customer who referred customer `n`: one before it.
pub fn referrer(seed: u64, n: u64) -> Option<u64> {
    let mut draw = Draw::new(seed, "referrer", n);
    (n > 1 && draw.percent(8)).then(|| 1 + draw.below(n - 1))
}

/// Where a customer is.
#[derive(Debug, Clone, Copy)]
enum Place {
    Iran(&'static City),
    Britain(&'static Town),
}

/// What relatives have in common: the draw of the first of them decides.
fn home(seed: u64, n: u64) -> (Place, &'static Name) {
    if is_relative(seed, n) {
        return home(seed, n - 1);
    }
    let mut draw = Draw::new(seed, "home", n);
    if draw.percent(18) {
        return (Place::Britain(draw.of(places::BRITAIN)), draw.of(names::FAMILIES_EN));
    }
    // Half of them where our branches are.
    let near = draw.percent(50);
    let cities = if near { &places::IRAN[..5] } else { places::IRAN };
    (Place::Iran(draw.of(cities)), draw.of(names::FAMILIES_FA))
}

/// Customer `n`.
pub fn customer(seed: u64, n: u64) -> Map<String, Value> {
    let (place, family) = home(seed, n);
    let mut draw = Draw::new(seed, "customer", n);
    let mut out = Map::new();
    let trade = draw.of(trades::TRADES);
    let contact = if is_organization(n) {
        organization(&mut out, &mut draw, unique(seed, n), trade, place)
    } else {
        person(&mut out, &mut draw, seed, n, trade, place, family)
    };
    out.insert("contact_points".to_owned(), contact);
    out.insert("addresses".to_owned(), json!([address(&mut draw, place, is_organization(n))]));
    let stage = match draw.below(100) {
        0..=29 => "prospect",
        30..=54 => "lead",
        55..=89 => "customer",
        _ => "former",
    };
    out.insert("lifecycle_stage".to_owned(), stage.into());
    if stage != "prospect" {
        out.insert("credit_class".to_owned(), (*draw.of(&["a", "a", "b", "b", "c", "d"])).into());
    }
    let note = draw.of(trades::NOTES);
    if draw.percent(40) {
        out.insert("notes".to_owned(), by(place, note.0, note.1).into());
    }
    if let (Place::Iran(_), true) = (place, draw.percent(25)) {
        out.insert("bank_accounts".to_owned(), json!([{"iban": sheba(&mut draw)}]));
    }
    out.insert("external_ids".to_owned(), json!({SYSTEM: number(seed, n)}));
    out
}

fn by<T>(place: Place, fa: T, en: T) -> T {
    match place {
        Place::Iran(_) => fa,
        Place::Britain(_) => en,
    }
}

/// The members of an organization; its contact points.
fn organization(out: &mut Map<String, Value>, draw: &mut Draw, own: u64, trade: &Trade, place: Place) -> Value {
    let mut put = |name: &str, value: Value| out.insert(name.to_owned(), value);
    let name = match place {
        Place::Iran(_) => format!("{} {}{}", trade.fa, draw.of(trades::STEMS_FA), draw.of(trades::TAILS_FA)),
        Place::Britain(_) => format!("{} {}{}", draw.of(trades::STEMS_EN), trade.en, draw.of(trades::TAILS_EN)),
    };
    let domain = format!("{}{own}.example", trade.en.to_lowercase());
    put("kind", "organization".into());
    put("organization_name", name.into());
    put("field_of_work", by(place, trade.field_fa, trade.field_en).into());
    put("interests", json!([by(place, trade.asks_fa, trade.asks_en)]));
    put(
        "customer_group",
        (*draw.of(&["wholesale", "retail", "government", "export"])).into(),
    );
    put("language", by(place, "fa", "en").into());
    if let Some(id) = by(place, legal_id(own), None) {
        put("legal_id", id.into());
    }
    json!([
        {"kind": "phone", "value": landline(draw, place), "label": "work", "primary": true},
        {"kind": "email", "value": format!("info@{domain}"), "label": "work", "primary": true},
        {"kind": "website", "value": format!("https://{domain}")},
    ])
}

/// The members of a person; their contact points.
fn person(out: &mut Map<String, Value>, draw: &mut Draw, seed: u64, n: u64, trade: &Trade, place: Place, family: &Name) -> Value {
    let mut put = |name: &str, value: Value| out.insert(name.to_owned(), value);
    let woman = draw.percent(50);
    let list = match (woman, place) {
        (true, Place::Iran(_)) => names::WOMEN_FA,
        (false, Place::Iran(_)) => names::MEN_FA,
        (true, Place::Britain(_)) => names::WOMEN_EN,
        (false, Place::Britain(_)) => names::MEN_EN,
    };
    let given = draw.of(list);
    put("kind", "person".into());
    put("given_name", given.0.into());
    put("family_name", family.0.into());
    put("gender", if woman { "female" } else { "male" }.into());
    if draw.percent(70) {
        let (year, month, day) = (draw.between(1948, 2006), draw.between(1, 12), draw.between(1, 28));
        put("birth_date", format!("{year}-{month:02}-{day:02}").into());
    }
    if let Some(id) = by(place, national_id(unique(seed, n)), None) {
        put("national_id", id.into());
    }
    if employer(seed, n).is_some() {
        let position = draw.of(trades::POSITIONS);
        put("job_title", by(place, position.0, position.1).into());
        put("field_of_work", by(place, trade.field_fa, trade.field_en).into());
    }
    if draw.percent(50) {
        let other = draw.of(trades::TRADES);
        let mut interests = vec![by(place, trade.asks_fa, trade.asks_en), by(place, other.asks_fa, other.asks_en)];
        interests.dedup();
        put("interests", json!(interests));
    }
    put("customer_group", (*draw.of(&["retail", "retail", "retail", "club"])).into());
    put("language", by(place, "fa", "en").into());
    let provider = draw.of(&["mail.example", "post.example", "yazdnet.example", "inbox.example", "nameh.example"]);
    let mut points = vec![
        ring(draw, unique(seed, n), place),
        json!({"kind": "email", "value": format!("{}.{}{}@{provider}", given.1, family.1, unique(seed, n)), "label": "personal", "primary": true}),
    ];
    if by(place, true, false) && draw.percent(30) {
        points.push(json!({"kind": "phone", "value": landline(draw, place), "label": "home"}));
    }
    Value::Array(points)
}

/// How to ring a person up. In Iran a mobile number as people write it; in Britain one of the numbers that ring nowhere, all of which
/// are fixed lines.
fn ring(draw: &mut Draw, own: u64, place: Place) -> Value {
    const PREFIXES: [&str; 10] = ["0912", "0913", "0914", "0915", "0916", "0917", "0918", "0919", "0935", "0936"];
    match place {
        Place::Iran(_) => {
            // The prefix stands for the first of eight digits.
            let number = scattered(own, 100_000_000);
            let prefix = PREFIXES[(number / 10_000_000 % 10) as usize];
            let number = format!("{prefix}{:07}", number % 10_000_000);
            json!({"kind": "mobile", "value": number, "label": "personal", "primary": true})
        }
        Place::Britain(_) => json!({"kind": "phone", "value": landline(draw, place), "label": "work", "primary": true}),
    }
}

fn landline(draw: &mut Draw, place: Place) -> String {
    match place {
        // Local numbers of eight digits begin with 3 all over the country, in Tehran with 2 to 8.
        Place::Iran(city) => format!("0{}3{}", city.area, draw.digits(7, "0123456789")),
        Place::Britain(town) => format!("{}{:03}", town.phone.replace(' ', ""), draw.below(1000)),
    }
}

fn address(draw: &mut Draw, place: Place, work: bool) -> Value {
    let label = if work { "work" } else { "home" };
    match place {
        Place::Iran(city) => json!({
            "country": "IR", "province": city.province, "city": city.name, "district": draw.of(city.districts),
            "street": format!("{}، کوچهٔ {}، پلاک {}", draw.of(places::STREETS_FA), draw.between(1, 40), draw.between(1, 200)),
            "postal_code": postal_code(draw, city.post), "label": label,
        }),
        Place::Britain(town) => json!({
            "country": "GB", "province": town.county, "city": town.name,
            "street": format!("{} {}", draw.between(1, 180), draw.of(places::STREETS_EN)),
            "postal_code": format!("{} {}{}", town.post, draw.below(10), draw.digits(2, "ABDEFGHJLNPQRSTUWXYZ")), "label": label,
        }),
    }
}

/// A postal code that begins so and keeps the post's rule: drawn again until it does, which few draws need.
fn postal_code(draw: &mut Draw, begins: &str) -> Option<String> {
    (0..100)
        .map(|_| format!("{begins}{}", draw.digits(10 - begins.len(), "13456789")))
        .find(|code| iran::postal_code(code).is_ok())
}

/// A person's id: nine digits that no other row has, and the tenth that the rule accepts. None for the few numbers never issued.
fn national_id(own: u64) -> Option<String> {
    checked(&format!("{:09}", scattered(own, 1_000_000_000)), iran::national_id)
}

/// An organization's id, the same way; it begins with 1, as the registers' do.
fn legal_id(own: u64) -> Option<String> {
    checked(&format!("1{:09}", scattered(own, 1_000_000_000)), iran::legal_id)
}

fn checked<E>(digits: &str, accepts: fn(&str) -> Result<String, E>) -> Option<String> {
    (0..10).find_map(|check| accepts(&format!("{digits}{check}")).ok())
}

/// An Iranian account number with its check digits (ISO 7064 MOD 97-10: the country's letters as 18 and 27 behind the number, 00
/// in the place of the check digits, 98 less the remainder).
fn sheba(draw: &mut Draw) -> String {
    let bank = draw.of(&[
        "012", "014", "015", "016", "017", "018", "019", "021", "054", "055", "056", "057", "062",
    ]);
    let account = format!("{bank}0{}", draw.digits(18, "0123456789"));
    let rest = format!("{account}182700")
        .bytes()
        .fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
    format!("IR{:02}{account}", 98 - rest)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test says by panicking that it failed")]
    use super::*;
    use domain::core::base::Base;

    use domain::core::input::Members;
    use domain::core::instant::Instant;
    use domain::core::resource::{Input, Resource, Rules, Setting};
    use domain::customers::customer::{CreateCustomer, Customer};
    use std::collections::HashSet;

    /// The customer that a create would make of a body, and what it would refuse.
    fn judged(body: Map<String, Value>) -> Result<Customer, String> {
        let now = Instant::from_micros(1_780_000_000_000_000).unwrap();
        let mut members = Members::new(body, &Customer::SPEC, false);
        let input = CreateCustomer::read(&mut members);
        members.finish().or(()).map_err(|p| p.to_string())?;
        let base = Base::new(uuid::Uuid::nil(), now);
        let mut customer = Customer::new(input.unwrap(), base);
        let setting = Setting {
            now,
            default_region: "IR".to_owned(),
        };
        customer.check(&setting).or(()).map_err(|p| p.to_string())?;
        Ok(customer)
    }

    #[test]
    fn every_row_passes_the_checks_and_no_two_share_what_must_be_unique() {
        let mut seen = HashSet::new();
        let mut once = |value: Option<String>| assert!(value.is_none_or(|v| seen.insert(v.clone())), "twice");
        for (i, body) in customers(7, 3000).chain(customers(8, 3000)).enumerate() {
            let shown = Value::Object(body.clone()).to_string();
            let customer = judged(body).unwrap_or_else(|why| panic!("row {}: {why} in {shown}", i + 1));
            once(customer.national_id.clone());
            once(customer.legal_id.clone());
            for (kind, value) in customer.contact_points.iter().filter_map(|p| p.key()) {
                if kind == "email" || value.starts_with("+989") {
                    once(Some(value));
                }
            }
        }
    }

    #[test]
    fn a_row_is_the_same_alone_and_in_the_stream_and_another_seed_gives_others() {
        let all: Vec<_> = customers(7, 400).collect();
        assert_eq!(all[311], customer(7, 312));
        assert_ne!(all[311], customer(8, 312));
    }

    #[test]
    fn relatives_share_name_and_city_and_links_point_backwards() {
        let relative = (3..500).find(|n| is_relative(7, *n)).unwrap();
        let (one, other) = (customer(7, relative - 1), customer(7, relative));
        assert_eq!(one["family_name"], other["family_name"]);
        assert_eq!(one["addresses"][0]["city"], other["addresses"][0]["city"]);
        let links = |n| [employer(7, n), parent(7, n), referrer(7, n)];
        let found: Vec<_> = (1..500)
            .flat_map(|n| links(n).into_iter().flatten().map(move |to| (n, to)))
            .collect();
        assert!(found.len() > 200);
        assert!(found.iter().all(|(n, to)| to < n && *to >= 1), "{found:?}");
        assert!((1..500).filter_map(|n| employer(7, n).or(parent(7, n))).all(is_organization));
    }
}

use serde_json::json;

use super::*;

fn record() -> serde_json::Value {
    json!({
        "city": "یزد", "stage": "won", "tags": ["vip", "ویژه"], "active": true, "seats": 7,
        "amount": {"amount": "1234.50", "currency": "IRR"}, "custom": {"size": 2.5},
        "close_date": "2024-02-29", "created_at": "2024-01-01T00:00:00.123Z",
        "owner_id": "0190b6a4-7c1e-7d3a-9f00-0123456789ab",
        "contacts": [{"name": "علي رضایی", "age": 30}, {"name": "Ann", "age": null}],
    })
}

fn empty() -> serde_json::Value {
    json!({"city": null, "tags": [], "amount": null, "contacts": []})
}

fn holds(text: &str, record: &serde_json::Value) -> bool {
    parse(text)
        .check(&Deal)
        .unwrap_or_else(|problems| panic!("{text}: {problems:?}"))
        .holds(record)
}

#[test]
fn compares_each_kind() {
    let table = [
        ("city = 'یزد'", true),
        ("city = 'یزد '", false),
        ("city > 'آمل'", true),
        // By code point, the Persian yeh (U+06CC) comes after all letters of the Arabic block's first part.
        ("city > 'هرات'", true),
        ("city < 'z'", false),
        ("stage IN ('won', 'lost')", true),
        ("stage NOT IN ('won', 'lost')", false),
        ("active = true", true),
        ("active != true", false),
        ("seats >= 7 AND seats <= 7 AND NOT seats < 7 AND NOT seats > 7", true),
        ("amount.amount = 1234.5", true),
        ("amount.amount = '1234.500000'", true),
        ("amount.amount > 999", true),
        ("amount.amount < 9", false),
        ("amount.currency = 'IRR'", true),
        ("custom.size = 2.50", true),
        ("close_date = '2024-02-29' AND close_date < '2024-03-01'", true),
        ("created_at = '2024-01-01T03:30:00.1239+03:30'", true),
        ("created_at < '2024-01-01T00:00:00.123Z'", false),
        ("owner_id = '0190B6A4-7C1E-7D3A-9F00-0123456789AB'", true),
        ("owner_id != '0190b6a4-7c1e-7d3a-9f00-0123456789ac'", true),
    ];
    for (text, expected) in table {
        assert_eq!(holds(text, &record()), expected, "{text}");
    }
}

#[test]
fn text_is_compared_and_looked_into_letter_for_letter() {
    let named = |city: &str| json!({"city": city});
    let table = [
        ("city = 'yazd'", "Yazd", false),
        ("city = 'علی'", "علي", false),
        ("city : 'YAZ'", "new yazd", false),
        ("city : 'yaz'", "new yazd", true),
        ("city : 'علی'", "سید علي رضا", false),
        ("city : 'علي'", "سید علي رضا", true),
        ("city : 'کرمان'", "استان کرمان", true),
        ("city : '12'", "پلاک ۱۲", false),
        ("city : '%'", "Yazd", false),
        ("city : 'x'", "", false),
    ];
    for (text, city, expected) in table {
        assert_eq!(holds(text, &named(city)), expected, "{text} on {city}");
    }
}

#[test]
fn null_is_never_unknown() {
    let table = [
        ("city = null", true),
        ("city != null", false),
        ("city = 'x'", false),
        ("city != 'x'", true),
        ("NOT city = 'x'", true),
        ("city < 'x'", false),
        ("city >= 'x'", false),
        ("NOT city < 'x'", true),
        ("city IN ('x')", false),
        ("city IN ('x', null)", true),
        ("city NOT IN ('x')", true),
        ("city NOT IN ('x', null)", false),
        ("city : 'x'", false),
        ("NOT city : 'x'", true),
        ("tags : 'vip'", false),
        ("amount.amount = null", true),
        ("amount.amount != 1", true),
        ("seats = null", true),
        ("custom.size = null", true),
        ("contacts.name = null", true),
        ("contacts.name != 'x'", true),
        ("contacts.age > 1", false),
    ];
    for (text, expected) in table {
        assert_eq!(holds(text, &empty()), expected, "{text}");
    }
    assert!(!holds("city = null", &record()) && holds("city != null", &record()));
}

#[test]
fn any_element_of_a_list_counts() {
    let table = [
        ("tags : 'vip'", true),
        ("tags : 'ویژه'", true),
        ("tags : 'vi'", false),
        ("tags : 'VIP'", false),
        ("contacts.name = 'Ann'", true),
        ("contacts.name != 'Ann'", true),
        ("NOT contacts.name = 'Ann'", false),
        ("contacts.name : 'علي'", true),
        ("contacts.name IN ('Bob', 'Ann')", true),
        ("contacts.age = null", true),
        ("contacts.age > 29", true),
        ("contacts.age > 30", false),
    ];
    for (text, expected) in table {
        assert_eq!(holds(text, &record()), expected, "{text}");
    }
}

#[test]
fn a_value_of_another_type_is_unequal_to_everything() {
    let odd = json!({"seats": "7", "city": 5, "active": "true", "close_date": "soon", "amount": 3, "tags": "vip"});
    for text in ["city = '5'", "active = true", "close_date > '2000-01-01'", "amount.amount = 3"] {
        assert!(!holds(text, &odd), "{text}");
    }
    assert!(holds("close_date != '2000-01-01'", &odd));
}

proptest! {
    /// Each comparison and its opposite divide the records that have a value, and `!=` alone takes the rest.
    #[test]
    fn opposites_divide(seats in proptest::option::of(-5i64..5), n in -5i64..5) {
        let record = json!({"seats": seats});
        let is = |op: &str| holds(&format!("seats {op} {n}"), &record);
        prop_assert_eq!(is("="), !is("!="));
        prop_assert_eq!(is("<") || is("=") || is(">"), seats.is_some());
        prop_assert_eq!(is("<=") , is("<") || is("="));
        prop_assert_eq!(is(">="), is(">") || is("="));
    }
}

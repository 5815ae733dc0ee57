//! What a row adds to a record that is there already. A file of new addresses must not erase the telephones, so lists grow: what
//! the row says is added, or replaces the entry that it speaks of, and nothing is taken away.
use crate::customers::address::Address;
use crate::customers::contact_point::{self, ContactPoint};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Replaces the lists in a row's body by those of the record with the row's entries added. `region` is where telephones without
/// country code are read; what does not read as an entry stays for the checks to name.
pub fn lists(body: &mut Map<String, Value>, current: &Map<String, Value>, region: &str) {
    grow(body, current, "contact_points", |all: &mut Vec<ContactPoint>, new: ContactPoint| {
        let mut one = [new.clone()];
        // A value that is wrong is added as it is: the checks say so.
        let normal = contact_point::settle(&mut one, region).0.is_empty();
        let [settled] = one;
        let settled = if normal { settled } else { new.clone() };
        match all.iter_mut().find(|p| same(p, &settled)) {
            Some(known) => {
                if new.label.is_some() {
                    known.label = new.label;
                }
            }
            None => {
                let first = new.primary && all.iter().all(|p| p.kind != settled.kind || !p.primary);
                all.push(ContactPoint { primary: first, ..settled });
            }
        }
    });
    grow(body, current, "addresses", |all: &mut Vec<Address>, mut new: Address| {
        let _ = new.settle("");
        if all.contains(&new) {
            return;
        }
        match all.iter_mut().find(|a| a.label.is_some() && a.label == new.label) {
            Some(known) => *known = new,
            None => all.push(new),
        }
    });
}

/// Whether two say the same way to reach somebody: a telephone is the same one whatever it is called, an email address in any case.
fn same(a: &ContactPoint, b: &ContactPoint) -> bool {
    match (a.key(), b.key()) {
        (None, None) => a.kind == b.kind && a.value == b.value,
        (a, b) => a == b,
    }
}

fn grow<T: Serialize + DeserializeOwned>(
    body: &mut Map<String, Value>,
    current: &Map<String, Value>,
    member: &str,
    mut add: impl FnMut(&mut Vec<T>, T),
) {
    let read = |value: Option<&Value>| value.and_then(|v| serde_json::from_value::<Vec<T>>(v.clone()).ok());
    let (Some(given), Some(mut all)) = (read(body.get(member)), read(current.get(member))) else {
        return;
    };
    for new in given {
        add(&mut all, new);
    }
    if let Ok(value) = serde_json::to_value(all) {
        body.insert(member.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn grown(current: Value, body: Value) -> Value {
        let (Value::Object(mut body), Value::Object(current)) = (body, current) else {
            return Value::Null;
        };
        lists(&mut body, &current, "IR");
        Value::Object(body)
    }

    #[test]
    fn an_email_is_added_and_the_telephone_stays() {
        let current = json!({"contact_points": [{"kind": "mobile", "value": "+989121234567", "label": null, "primary": true, "verified": true,
            "valid_until": null, "do_not_use": false}]});
        let body = grown(
            current,
            json!({"contact_points": [{"kind": "email", "value": "ali@example.ir"}, {"kind": "mobile", "value": "09121234567", "label": "work"}]}),
        );
        let points = body["contact_points"].as_array().map(Vec::len);
        assert_eq!(points, Some(2), "the same number in another spelling is the same number: {body}");
        assert_eq!(body["contact_points"][0]["verified"], json!(true));
        assert_eq!(body["contact_points"][0]["label"], json!("work"));
        assert_eq!(body["contact_points"][1]["value"], json!("ali@example.ir"));
    }

    #[test]
    fn a_labelled_address_is_replaced_and_another_added() {
        let home = json!({"country": "IR", "province": null, "city": "Yazd", "district": null, "street": "1", "postal_code": null, "label": "home",
            "latitude": null, "longitude": null});
        let current = json!({"addresses": [home]});
        let body = grown(
            current,
            json!({"addresses": [{"city": "Qom", "label": "home"}, {"city": "Rasht", "label": "work"}]}),
        );
        assert_eq!(body["addresses"][0]["city"], json!("Qom"));
        assert_eq!(body["addresses"][1]["city"], json!("Rasht"));
    }

    #[test]
    fn what_does_not_read_is_left_for_the_checks() {
        let body = grown(json!({"contact_points": []}), json!({"contact_points": "none"}));
        assert_eq!(body, json!({"contact_points": "none"}));
    }
}

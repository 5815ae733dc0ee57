//! What customers are called, where they are and how they are found, where nobody said otherwise.
use serde_json::{Value, json};
use tests::{Client, Who, both};

fn person(client: &Client<'_>, more: &Value) -> Value {
    let mut body = json!({"kind": "person"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.post("/customers", body).is(201).json()
}
fn change(client: &Client<'_>, customer: &Value, patch: Value) -> Value {
    let at = format!("/customers/{}", customer["id"].as_str().unwrap());
    client.patch(&at, "*", patch).is(200).json()
}

both! {
    fn the_name_in_lists_follows_the_names_unless_it_was_given(app: &App) {
        let owner = app.be(Who::Owner);
        let made = person(&owner, &json!({"given_name": "Ali", "family_name": "Smith"}));
        assert_eq!(change(&owner, &made, json!({"family_name": "Jones"}))["display_name"], "Ali Jones");
        assert_eq!(change(&owner, &made, json!({"display_name": "A. J."}))["display_name"], "A. J.");
        assert_eq!(change(&owner, &made, json!({"family_name": "Brown"}))["display_name"], "A. J.", "it was given");
        assert_eq!(change(&owner, &made, json!({"display_name": null}))["display_name"], "Ali Brown");
        // Known by a number alone, then by name.
        let unknown = person(&owner, &json!({"contact_points": [{"kind": "phone", "value": "021 8800 1234"}]}));
        assert_eq!(unknown["display_name"], "+982188001234");
        assert_eq!(change(&owner, &unknown, json!({"family_name": "کریمی"}))["display_name"], "کریمی");
        owner.post("/customers", json!({"kind": "person"})).refuses(422, "invalid").blames("/family_name", "required");
    }

    fn the_place_follows_the_first_address_unless_it_was_given(app: &App) {
        let owner = app.be(Who::Owner);
        let place = |c: &Value| (c["city"].clone(), c["country"].clone());
        let made = person(&owner, &json!({"family_name": "x", "addresses": [{"country": "IR", "city": "یزد"}]}));
        assert_eq!(place(&made), (json!("یزد"), json!("IR")));
        let moved = change(&owner, &made, json!({"addresses": [{"country": "GB", "city": "London"}]}));
        assert_eq!(place(&moved), (json!("London"), json!("GB")));
        change(&owner, &made, json!({"city": "Bath"}));
        let moved = change(&owner, &made, json!({"addresses": [{"country": "DE", "city": "Bonn"}]}));
        assert_eq!(place(&moved), (json!("Bath"), json!("DE")), "the city was given");
    }

    fn a_number_is_found_however_it_is_typed(app: &App) {
        let owner = app.be(Who::Owner);
        let made = person(&owner, &json!({"family_name": "x", "contact_points": [{"kind": "mobile", "value": "۰۹۱۲۱۱۱۲۲۳۳"}]}));
        for typed in ["09121112233", "۰۹۱۲۱۱۱۲۲۳۳", "0912 111 2233", "0912-111-2233", "00989121112233", "+98 912 111 2233", "9121112233"] {
            let found = owner.list("/customers", &[("q", typed)]).is(200).data();
            assert_eq!(found.iter().map(|c| &c["id"]).collect::<Vec<_>>(), [&made["id"]], "{typed}");
        }
        assert!(owner.list("/customers", &[("q", "0912-111-2234")]).is(200).data().is_empty());
    }

    fn what_is_refused_is_told_with_what_would_do(app: &App) {
        let owner = app.be(Who::Owner);
        let refused = |more: Value| {
            let mut body = json!({"kind": "person", "family_name": "x"});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let told = owner.post("/customers", body).refuses(422, "invalid").json();
            (told["errors"][0]["pointer"].clone(), told["errors"][0]["detail"].as_str().unwrap().to_owned())
        };
        // A year of another calendar.
        let (at, why) = refused(json!({"birth_date": "1365-01-15"}));
        assert!(at == "/birth_date" && why.contains("1850-01-01"), "{at} {why}");
        let (at, why) = refused(json!({"contact_points": [{"kind": "bogus", "value": "x"}]}));
        assert!(at == "/contact_points/0/kind" && why.contains("phone") && why.contains("email"), "{at} {why}");
    }
}

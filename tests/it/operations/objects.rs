//! Metadata: what it says is what the server does.
use serde_json::{Value, json};
use tests::records::mounted;
use tests::{Who, both};

fn field<'a>(object: &'a Value, name: &str) -> &'a Value {
    let fields = object["fields"].as_array().unwrap();
    fields.iter().find(|f| f["name"] == name).unwrap()
}

both! {
    fn every_object_is_described_in_both_languages(app: &App) {
        let owner = app.be(Who::Owner);
        let all = owner.get("/objects").is(200).data();
        for spec in mounted() {
            let object = all.iter().find(|o| o["name"] == spec.object).unwrap();
            assert_eq!(object, &owner.get(&format!("/objects/{}", spec.object)).is(200).json());
            let names: Vec<&str> = object["fields"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap()).collect();
            assert_eq!(names, spec.fields.iter().map(|f| f.name).collect::<Vec<_>>());
            for labels in object["fields"].as_array().unwrap().iter().map(|f| &f["labels"]).chain([&object["labels"]]) {
                let (en, fa) = (labels["en"].as_str().unwrap(), labels["fa"].as_str().unwrap());
                assert!(en.is_ascii() && !en.is_empty() && !fa.is_empty() && !fa.is_ascii(), "{}: {labels}", spec.object);
            }
        }
        owner.get("/objects/credentials").refuses(404, "not_found");
    }

    fn a_field_that_is_said_to_sort_or_filter_does(app: &App) {
        let owner = app.be(Who::Owner);
        for spec in mounted() {
            let object = owner.get(&format!("/objects/{}", spec.object)).is(200).json();
            for f in object["fields"].as_array().unwrap() {
                let name = f["name"].as_str().unwrap();
                let sorted = owner.list(spec.path, &[("sort", name)]).status;
                assert_eq!(sorted == 200, f["sortable"] == true, "sort of {} by {name}: {sorted}", spec.object);
                let asked = match f["kind"].as_str().unwrap() {
                    "money" => format!("{name}.amount = null"),
                    "texts" => format!("{name} : \"a\""),
                    "references" => format!("{name} : \"{}\"", uuid::Uuid::nil()),
                    _ => format!("{name} = null"),
                };
                let filtered = owner.list(spec.path, &[("filter", &asked)]).status;
                assert_eq!(filtered == 200, f["filterable"] == true, "filter of {} by {name}: {filtered}", spec.object);
            }
        }
    }

    fn what_the_caller_may_do_is_said(app: &App) {
        let seller = app.be(Who::Seller).get("/objects/customers").is(200).json();
        let owner = app.be(Who::Owner).get("/objects/customers").is(200).json();
        assert_eq!(owner["actions"], json!({"read": "all", "create": "all", "update": "all", "delete": "all"}));
        assert_ne!(seller["actions"]["update"], "all");
        let (hidden, clear) = (field(&seller, "national_id"), field(&owner, "national_id"));
        assert_eq!([&hidden["sensitive"], &hidden["readable"], &hidden["writable"], &hidden["filterable"]], [true, false, false, false]);
        assert_eq!([&clear["sensitive"], &clear["readable"], &clear["writable"], &clear["filterable"]], [true, true, true, true]);
        assert_eq!(field(&owner, "version")["writable"], false);
        assert!(app.be(Who::Powerless).get("/objects").is(200).data().is_empty());
        app.be(Who::Powerless).get("/objects/customers").refuses(404, "not_found");
        app.anyone().get("/objects").refuses(401, "unauthorized");
    }

    fn the_organizations_own_fields_are_described_like_built_in_ones(app: &App) {
        let owner = app.be(Who::Owner);
        let declared = json!({"object": "customers", "name": "shoe_size", "label_en": "Shoe size", "label_fa": "اندازهٔ کفش", "kind": "choice", "choices": ["41", "42"]});
        owner.post("/custom-fields", declared).is(201);
        let object = owner.get("/objects/customers").is(200).json();
        let own = field(&object, "custom.shoe_size");
        assert_eq!(own["labels"], json!({"en": "Shoe size", "fa": "اندازهٔ کفش"}));
        assert_eq!((&own["kind"], &own["choices"], &own["custom"], &own["filterable"]), (&json!("choice"), &json!(["41", "42"]), &json!(true), &json!(true)));
        owner.list("/customers", &[("filter", "custom.shoe_size = \"41\"")]).is(200);
        let groups = owner.get("/objects/groups").is(200).text();
        assert!(!groups.contains("shoe_size"));
    }
}

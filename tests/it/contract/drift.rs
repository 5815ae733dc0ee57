//! The committed contract is the one that the routes make, and the one that is served.
use std::path::Path;
use tests::{binary, both};

fn committed() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi.yaml");
    std::fs::read_to_string(path).unwrap()
}

/// The first line in which two texts differ.
fn difference(a: &str, b: &str) -> Option<String> {
    let (mut a, mut b) = (a.lines(), b.lines());
    (1..).find_map(|n| match (a.next(), b.next()) {
        (None, None) => Some(None),
        (a, b) if a == b => None,
        (a, b) => Some(Some(format!("line {n}: {a:?} is now {b:?}"))),
    })?
}

#[test]
fn openapi_yaml_is_what_the_routes_make() {
    let made = binary::run(&["openapi"]);
    let found = difference(&committed(), &made);
    assert_eq!(found, None, "run `make openapi`, and look at what changed");
}

both! {
    fn the_contract_is_served_in_both_spellings(app: &App) {
        let yaml = app.anyone().get("/openapi.yaml").is(200);
        assert_eq!(difference(&committed(), &yaml.text()), None);
        let json = app.anyone().get("/openapi.json").is(200);
        assert_eq!(&json.json(), app.contract().json());
        assert!(json.header("cache-control").starts_with("public"));
    }
}

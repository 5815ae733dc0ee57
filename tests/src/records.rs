//! Every record that is mounted, with a body that creates it and a new value for each of its fields: what the tests of all records run
//! on. A record that needs more than its own example says so in [`creates`] or [`becomes`].
use crate::answer::Answer;
use crate::app::App;
pub use crate::becomes::{Change, becomes};
use crate::contract::Found;
use crate::people::Who;
use domain::core::field::{Field, Kind};
use domain::core::resource::Spec;
use serde_json::{Value, json};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// All records of the server, by their field tables.
pub fn mounted() -> Vec<&'static Spec> {
    static ALL: LazyLock<Vec<&'static Spec>> = LazyLock::new(|| {
        // Writing the contract mounts everything.
        api::server::describe();
        api::http::contract::mounted().values().map(|object| object.spec()).collect()
    });
    ALL.clone()
}

/// Those with all the usual operations.
pub fn writable(app: &App) -> Vec<&'static Spec> {
    let has = |spec: &&Spec, method| matches!(app.contract().find(method, &path(spec)), Found::Operation(_));
    let patched = |spec: &&Spec| matches!(app.contract().find("PATCH", &format!("{}/x", path(spec))), Found::Operation(_));
    mounted().into_iter().filter(|spec| has(spec, "POST") && patched(spec)).collect()
}

/// The record of this object.
pub fn named(object: &str) -> &'static Spec {
    mounted()
        .into_iter()
        .find(|spec| spec.object == object)
        .unwrap_or_else(|| panic!("no object {object}"))
}

fn path(spec: &Spec) -> String {
    format!("/api/v1{}", spec.path)
}

/// A number that no other caller gets.
pub fn fresh() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The example of the contract exactly as it stands; none where it names records that are not there.
pub fn example(app: &App, spec: &Spec) -> Option<Value> {
    // Of these either a person or a unit must be named.
    let refers = spec.object == "forecast_adjustments" || spec.fields.iter().any(|f| f.required && matches!(f.kind, Kind::Reference(_)));
    let Found::Operation(create) = app.contract().find("POST", &path(spec)) else {
        return None;
    };
    create.body().map(|(_, example)| example.clone()).filter(|_| !refers)
}

/// A body that creates another record of this kind: the contract's example, its required texts varied, what it must refer to created.
pub fn body(app: &App, spec: &'static Spec) -> Value {
    let Found::Operation(create) = app.contract().find("POST", &path(spec)) else {
        panic!("{} are not created", spec.object)
    };
    let mut body = create.body().unwrap().1.clone();
    let n = fresh();
    for field in spec.fields.iter().filter(|f| f.required) {
        match (&field.kind, body[field.name].as_str()) {
            // What it names depends on another field: see `creates`.
            (Kind::Reference(""), _) => {}
            (Kind::Reference(object), _) => body[field.name] = json!(made(app, named(object)).id()),
            (Kind::Text(most), Some(text)) if field.name != "object" => {
                // No number stands behind a code, such as that of a currency.
                let other = varied(text, n);
                let fits = other.chars().count() <= *most as usize;
                body[field.name] = json!(if fits { other } else { text.to_owned() });
            }
            _ => {}
        }
    }
    creates(app, spec.object, &mut body);
    body
}

/// A text made different by a number, an address of email included.
fn varied(text: &str, n: usize) -> String {
    match text.split_once('@') {
        Some((name, host)) => format!("{name}{n}@{host}"),
        None => format!("{text}{n}"),
    }
}

/// Creates a record, as the owner.
pub fn made(app: &App, spec: &'static Spec) -> Answer {
    app.be(Who::Owner).post(spec.path, body(app, spec)).is(201)
}

/// What a record needs beyond its example.
fn creates(app: &App, object: &str, body: &mut Value) {
    match object {
        "shares" => {
            body["object"] = json!("customers");
            body["record_id"] = json!(made(app, named("customers")).id());
            body["grantee_kind"] = json!("user");
            body["grantee_id"] = json!(app.people.users[&Who::Viewer]);
        }
        // Another one's mobile number would be a duplicate.
        "customers" => body["contact_points"][0]["value"] = json!(format!("+98912{:07}", fresh())),
        // The name of a field, which no number stands behind.
        "retention_rules" => body["date_field"] = json!("updated_at"),
        // Names of periods, which no number stands behind; there is one of each kind in a period.
        "quotas" | "forecast_adjustments" | "forecast_snapshots" => {
            let n = fresh();
            body["period"] = json!(format!("{}-{:02}", 1200 + n / 12 % 500, n % 12 + 1));
            if object == "forecast_adjustments" {
                body["user_id"] = json!(app.people.users[&Who::Owner]);
            }
        }
        // What it says is a condition.
        "scoring_rules" => body["condition"] = json!("channel = \"form\""),
        "api_keys" => body["user_id"] = json!(app.people.users[&Who::Owner]),
        _ => {}
    }
}

/// A value as a filter writes it: `city = "یزد"`; none where it can't be compared.
pub fn filter(field: &Field, value: &Value) -> Option<String> {
    let name = field.name;
    Some(match (&field.kind, value) {
        (Kind::Structure, _) => return None,
        (Kind::Money, Value::Object(money)) => format!("{name}.amount = {} AND {name}.currency = {}", money["amount"], money["currency"]),
        (Kind::Texts | Kind::References(_), Value::Array(items)) => format!("{name} : {}", items.first()?),
        (Kind::Money | Kind::Texts | Kind::References(_), _) => return None,
        (_, value) => format!("{name} = {value}"),
    })
}

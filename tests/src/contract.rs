//! What the server says of itself, as the tests ask it.
use serde_json::Value;
use std::collections::BTreeSet;

/// The methods an operation can have in the contract.
const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

/// The contract.
#[derive(Debug)]
pub struct Contract(Value);

/// One operation.
#[derive(Debug, Clone, Copy)]
pub struct Operation<'a> {
    pub path: &'a str,
    /// In capitals.
    pub method: &'a str,
    pub json: &'a Value,
}

impl Operation<'_> {
    /// Its id, such as `listCustomers`.
    pub fn id(&self) -> &str {
        self.json["operationId"].as_str().unwrap()
    }
    /// The statuses it can answer with.
    pub fn statuses(&self) -> BTreeSet<u16> {
        let all = self.json["responses"].as_object().unwrap();
        all.keys().filter_map(|status| status.parse().ok()).collect()
    }
    /// Whether it is for everyone, signed in or not.
    pub fn is_open(&self) -> bool {
        let all = self.json["security"].as_array();
        // The empty requirement asks for nothing.
        all.is_none_or(|all| all.is_empty() || all.iter().any(|one| one == &serde_json::json!({})))
    }
    /// The names of its parameters in one place: `path`, `query` or `header`.
    pub fn parameters(&self, place: &str) -> Vec<&str> {
        let all = self.json["parameters"].as_array().into_iter().flatten();
        all.filter(|p| p["in"] == place).map(|p| p["name"].as_str().unwrap()).collect()
    }
    /// Whether it is done under an idempotency key alone.
    pub fn needs_key(&self) -> bool {
        let all = self.json["parameters"].as_array().into_iter().flatten();
        all.clone().any(|p| p["name"] == "Idempotency-Key" && p["required"] == true)
    }
    /// Query parameters that must be there, each with a value that it takes: the first of its words, or its example. One that has neither is
    /// left out.
    pub fn needed_query(&self) -> Vec<(&str, &str)> {
        let all = self.json["parameters"].as_array().into_iter().flatten();
        let needed = all.filter(|p| p["in"] == "query" && p["required"] == true);
        let pair = |p| {
            let schema = Value::get(p, "schema")?;
            let value = schema["enum"][0].as_str().or(schema["examples"][0].as_str())?;
            Some((p["name"].as_str()?, value))
        };
        needed.filter_map(pair).collect()
    }
    /// The kind of its body and an example of it; none where it takes none.
    pub fn body(&self) -> Option<(&str, &Value)> {
        let (kind, content) = self.json["requestBody"]["content"].as_object()?.iter().next()?;
        Some((kind, &content["example"]))
    }
}

/// What an address is in the contract.
#[derive(Debug)]
pub enum Found<'a> {
    /// Its path and method are declared.
    Operation(Operation<'a>),
    /// Its path is declared, with these methods.
    Path(Vec<String>),
    Nothing,
}

impl Contract {
    pub fn new(json: Value) -> Self {
        Contract(json)
    }
    /// All of it.
    pub fn json(&self) -> &Value {
        &self.0
    }
    /// A schema by its name.
    pub fn schema(&self, name: &str) -> &Value {
        &self.0["components"]["schemas"][name]
    }

    /// Every operation, in the order of the contract.
    pub fn operations(&self) -> Vec<Operation<'_>> {
        let paths = self.0["paths"].as_object().unwrap();
        let of = |(path, item): (&'_ String, &'_ Value)| -> Vec<(String, &'static str)> {
            METHODS
                .iter()
                .filter(|m| item.get(**m).is_some())
                .map(|m| (path.clone(), *m))
                .collect()
        };
        paths
            .iter()
            .flat_map(of)
            .map(|(path, method)| {
                let (path, item) = paths.get_key_value(&path).unwrap();
                Operation {
                    path,
                    method: upper(method),
                    json: &item[method],
                }
            })
            .collect()
    }

    /// The operation behind a method and an address, without its query. HEAD is GET.
    pub fn find(&self, method: &str, address: &str) -> Found<'_> {
        let address = address.split('?').next().unwrap_or_default();
        let paths = self.0["paths"].as_object().unwrap();
        let fitting = paths.keys().filter(|path| fits(path, address));
        // A word of its own is nearer than a parameter.
        let Some(path) = fitting.min_by_key(|path| path.matches('{').count()) else {
            return Found::Nothing;
        };
        let method = if method == "HEAD" { "GET" } else { method };
        let lower = method.to_ascii_lowercase();
        match paths[path].get(&lower).filter(|_| METHODS.contains(&lower.as_str())) {
            Some(json) => Found::Operation(Operation {
                path,
                method: upper(&lower),
                json,
            }),
            None => Found::Path(
                METHODS
                    .iter()
                    .filter(|m| paths[path].get(**m).is_some())
                    .map(|m| upper(m).to_owned())
                    .collect(),
            ),
        }
    }
}

fn upper(method: &str) -> &'static str {
    match method {
        "get" => "GET",
        "put" => "PUT",
        "post" => "POST",
        "patch" => "PATCH",
        _ => "DELETE",
    }
}

/// Whether an address is one of a templated path.
fn fits(path: &str, address: &str) -> bool {
    let (mut parts, mut given) = (path.split('/'), address.split('/'));
    loop {
        match (parts.next(), given.next()) {
            (None, None) => return true,
            (Some(part), Some(value)) if part == value || part.starts_with('{') && !value.is_empty() => {}
            _ => return false,
        }
    }
}

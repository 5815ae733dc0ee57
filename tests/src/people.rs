//! The people of every test: who they are, where they work and what they may do. The same names in each test, so that a reader knows
//! them; their ids are those of the template.
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Someone a test can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// May do everything, everywhere.
    Owner,
    /// Sells in unit A, and sees and changes what is theirs alone.
    Seller,
    /// The same, in unit B.
    Rival,
    /// Sees what belongs to unit A, and changes nothing.
    Viewer,
    /// Signs in, and may do nothing at all.
    Powerless,
    /// Heads unit B: may do everything with what belongs to it.
    Branch,
}

/// What a seller may do with: the objects of daily work.
const DAILY: [&str; 10] = [
    "customers",
    "documents",
    "relationships",
    "groups",
    "group_members",
    "interactions",
    "tasks",
    "consents",
    "calendars",
    "templates",
];

impl Who {
    /// All of them.
    pub const ALL: [Who; 6] = [Who::Owner, Who::Seller, Who::Rival, Who::Viewer, Who::Powerless, Who::Branch];

    /// How they sign in. The password of all is [`PASSWORD`].
    pub fn email(self) -> String {
        format!("{}@peyvand.test", self.name())
    }
    /// What they are called, in lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Who::Owner => "owner",
            Who::Seller => "seller",
            Who::Rival => "rival",
            Who::Viewer => "viewer",
            Who::Powerless => "powerless",
            Who::Branch => "branch",
        }
    }
    /// The role they hold; none for who has none.
    pub const fn role(self) -> Option<&'static str> {
        match self {
            Who::Owner => Some("Test owner"),
            Who::Seller | Who::Rival => Some("Test seller"),
            Who::Viewer => Some("Test viewer"),
            Who::Powerless => None,
            Who::Branch => Some("Test head of branch"),
        }
    }
    /// The unit they work in: `head`, or `A` or `B` below it.
    pub const fn unit(self) -> &'static str {
        match self {
            Who::Owner => "head",
            Who::Seller | Who::Viewer | Who::Powerless => "A",
            Who::Rival | Who::Branch => "B",
        }
    }
}

/// The password of everyone.
pub const PASSWORD: &str = "a-bridge-over-Zayandeh-1391";

/// The roles of the template, and their permissions.
pub(crate) fn roles() -> Vec<(&'static str, Value)> {
    let daily: Vec<Value> = DAILY
        .iter()
        .map(|object| json!({"permission": format!("{object}:*"), "scope": "own"}))
        .collect();
    let daily: Vec<Value> = daily.into_iter().chain(selling()).collect();
    vec![
        ("Test owner", json!([{"permission": "*:*", "scope": "all"}])),
        ("Test seller", json!(daily)),
        ("Test viewer", json!([{"permission": "*:read", "scope": "unit"}])),
        ("Test head of branch", json!([{"permission": "*:*", "scope": "unit"}])),
    ]
}

/// What a seller may do with deals: all of everyday work, but not take over history.
fn selling() -> impl Iterator<Item = Value> {
    let deals = ["leads", "opportunities", "opportunity_contacts"]
        .into_iter()
        .flat_map(|object| ["create", "read", "update", "delete"].map(|action| (format!("{object}:{action}"), "own")));
    let known = ["pipelines", "stages", "competitors"].map(|object| (format!("{object}:read"), "all"));
    deals
        .chain(known)
        .map(|(permission, scope)| json!({"permission": permission, "scope": scope}))
}

/// The ids of everyone, their sessions, and the units.
#[derive(Debug, Clone, Default)]
pub struct People {
    pub users: BTreeMap<Who, Uuid>,
    pub sessions: BTreeMap<Who, Uuid>,
    /// By the names `head`, `A` and `B`.
    pub units: BTreeMap<String, Uuid>,
    /// By their names.
    pub roles: BTreeMap<String, Uuid>,
}

impl People {
    /// As it is kept beside a database.
    pub fn to_json(&self) -> Value {
        let of = |all: &BTreeMap<Who, Uuid>| all.iter().map(|(w, id)| (w.name().to_owned(), json!(id))).collect::<Value>();
        json!({"users": of(&self.users), "sessions": of(&self.sessions), "units": self.units, "roles": self.roles})
    }
    /// As it was kept.
    pub fn from_json(json: &Value) -> People {
        let id = |v: &Value| v.as_str().unwrap().parse::<Uuid>().unwrap();
        let who = |name: &str| Who::ALL.map(|who| (who, id(&json[name][who.name()]))).into();
        let named = |name: &str| json[name].as_object().unwrap().iter().map(|(k, v)| (k.clone(), id(v))).collect();
        People {
            users: who("users"),
            sessions: who("sessions"),
            units: named("units"),
            roles: named("roles"),
        }
    }
}

//! Expansion: the records that a record refers to, beside their ids. Each kind is read in one statement, and each through its own
//! permission: what the caller may not see is null, and said to be denied.
use super::app::App;
use super::problem::Failure;
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::field::Kind;
use domain::core::problem::{Code, Problems};
use domain::core::resource::Spec;
use persistence::core::conn::Conn;
use persistence::core::read;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The most paths of one request, and how deep each goes.
const MAX_PATHS: usize = 5;
const MAX_DEPTH: usize = 2;

/// One step: a member to fill, from which object, and what to expand in that.
struct Step {
    /// The member that is filled: the field's name without `_id`.
    member: String,
    field: &'static str,
    spec: &'static Spec,
    below: Plan,
}

/// What to expand.
#[derive(Default)]
pub struct Plan(Vec<Step>);

impl Plan {
    /// Reads `expand=owner,referrer.owner` against an object's fields.
    pub fn read(app: &App, spec: &'static Spec, text: Option<&str>) -> std::result::Result<Plan, Failure> {
        let mut plan = Plan::default();
        let paths: Vec<&str> = text.map(|t| t.split(',').collect()).unwrap_or_default();
        let mut problems = Problems::default();
        if paths.len() > MAX_PATHS {
            problems.with("", Code::TooComplex, vec![("max", MAX_PATHS.to_string())]);
        }
        for path in paths.iter().take(MAX_PATHS) {
            if path.split('.').count() > MAX_DEPTH {
                problems.with("", Code::TooComplex, vec![("max", MAX_DEPTH.to_string())]);
            } else if plan.add(app, spec, path).is_none() {
                problems.with("", Code::UnknownField, vec![("name", (*path).to_owned())]);
            }
        }
        problems.or(plan).map_err(|p| Error::Query(vec![("expand", p)]).into())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn add(&mut self, app: &App, spec: &'static Spec, path: &str) -> Option<()> {
        let (name, rest) = path.split_once('.').map_or((path, None), |(n, r)| (n, Some(r)));
        let field = spec.field(&format!("{name}_id"))?;
        let Kind::Reference(object) = field.kind else { return None };
        let target = app.object(object).ok()?.spec();
        let at = match self.0.iter().position(|s| s.member == name) {
            Some(at) => at,
            None => {
                self.0.push(Step {
                    member: name.to_owned(),
                    field: field.name,
                    spec: target,
                    below: Plan::default(),
                });
                self.0.len() - 1
            }
        };
        match rest {
            Some(rest) => self.0[at].below.add(app, target, rest),
            None => Some(()),
        }
    }

    /// Fills the members in a record, or in each record of a page.
    pub fn apply(&self, conn: &mut Conn, actor: &Actor, body: Vec<u8>) -> Result<Vec<u8>> {
        if self.is_empty() {
            return Ok(body);
        }
        let broken = |e: serde_json::Error| Error::Internal(e.to_string());
        let mut value: Value = serde_json::from_slice(&body).map_err(broken)?;
        match value.get_mut("data") {
            Some(Value::Array(records)) => self.fill(
                conn,
                actor,
                &mut records.iter_mut().filter_map(Value::as_object_mut).collect::<Vec<_>>(),
            )?,
            _ => self.fill(conn, actor, &mut value.as_object_mut().into_iter().collect::<Vec<_>>())?,
        }
        serde_json::to_vec(&value).map_err(broken)
    }

    fn fill(&self, conn: &mut Conn, actor: &Actor, records: &mut [&mut Map<String, Value>]) -> Result<()> {
        for step in &self.0 {
            let wanted: Vec<uuid::Uuid> = records
                .iter()
                .filter_map(|r| r.get(step.field)?.as_str()?.parse().ok())
                .collect::<std::collections::BTreeSet<_>>()
                .into_iter()
                .collect();
            let mut found: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
            if let Some(sight) = actor.sight(step.spec.object, "read").filter(|_| !wanted.is_empty()) {
                for record in read::some(conn, &sight, step.spec, &wanted)? {
                    if let Some(id) = record.get("id").and_then(Value::as_str) {
                        found.insert(id.to_owned(), record.clone());
                    }
                }
            }
            if !step.below.is_empty() {
                step.below.fill(conn, actor, &mut found.values_mut().collect::<Vec<_>>())?;
            }
            for record in records.iter_mut() {
                let id = record.get(step.field).and_then(Value::as_str).map(str::to_owned);
                let target = id.as_ref().and_then(|id| found.get(id));
                if id.is_some() && target.is_none() {
                    let denied = record.entry("expand_denied").or_insert_with(|| Value::Array(Vec::new()));
                    if let Value::Array(names) = denied {
                        names.push(step.member.clone().into());
                    }
                }
                record.insert(step.member.clone(), target.map_or(Value::Null, |t| Value::Object(t.clone())));
            }
        }
        Ok(())
    }
}

//! What an actor may name of an object in conditions and sorts: nobody learns by a filter what they may not read.
use super::conn::Conn;
use domain::core::actor::Actor;
use domain::core::condition::Condition;
use domain::core::error::{Error, Result};
use domain::core::field::{Field, Kind, Lookup};
use domain::core::problem::{Code, Problems};
use domain::core::resource::Spec;

/// What a condition may name on an object, for one actor: its fields but the sensitive ones they may not read, and custom ones.
struct Known<'a> {
    spec: &'static Spec,
    actor: &'a Actor,
    custom: Vec<domain::customize::field::Declaration>,
}
impl Lookup for Known<'_> {
    fn kind(&self, path: &str) -> Option<Kind> {
        if let Some(name) = path.strip_prefix("custom.") {
            return domain::customize::field::Declaration::kind_at(&self.custom, name);
        }
        let name = path.split('.').next().unwrap_or(path);
        let field = self.spec.field(name)?;
        let clear = field.mask.is_none() || self.actor.may_field(self.spec.object, field.name, "read");
        self.spec.kind(path).filter(|_| clear)
    }
}

/// Holds a condition against an object's fields, as the actor may know them.
pub fn check(conn: &mut Conn, spec: &'static Spec, actor: &Actor, condition: Condition) -> Result<Condition> {
    let asks = condition.fields().any(|f| f.starts_with("custom."));
    let custom = if asks {
        super::custom::declared(conn, spec.object)?
    } else {
        Vec::new()
    };
    condition
        .check(&Known { spec, actor, custom })
        .map_err(|p| Error::Query(vec![("filter", p)]))
}

/// Refuses a sort by what the actor may not read.
pub fn sortable(spec: &Spec, actor: &Actor, sort: &[(&'static Field, bool)]) -> Result<()> {
    let mut problems = Problems::default();
    for (field, _) in sort
        .iter()
        .filter(|(f, _)| f.mask.is_some() && !actor.may_field(spec.object, f.name, "read"))
    {
        problems.with("", Code::UnknownField, vec![("name", field.name.to_owned())]);
    }
    problems.or(()).map_err(|p| Error::Query(vec![("sort", p)]))
}

//! Templates.
use super::values::names;
use crate::core::conn::Conn;
use crate::{row, store};
use domain::core::error::Result;
use domain::core::problem::{Code, Problems};
use domain::core::text::search_key;
use domain::templates::template::Template;

row! { Template in templates {
    name: Plain,
    kind: Word,
    language: Word,
    object: Maybe,
    subject: Maybe,
    body: Plain,
    page: Json,
    time_zone: Plain,
    active: Plain,
} hidden {
    search = |t: &Template| search_key(&format!("{}\n{}", t.name, t.subject.as_deref().unwrap_or_default())),
} }
store! {
    Template,
    settle |conn, before, after, _context| may_name(conn, before, after)
}

/// A template names only what its object has. What stays as it was is let be: a custom field may have gone meanwhile.
fn may_name(conn: &mut Conn, before: Option<&Template>, after: &Template) -> Result<Problems> {
    if before.is_some_and(|b| b.subject == after.subject && b.body == after.body) {
        return Ok(Problems::default());
    }
    Ok(match names(conn, after.object.as_deref())? {
        Some(names) => names.check(after.subject.as_deref(), &after.body),
        None => {
            let mut problems = Problems::default();
            problems.add("/object", Code::NotFound);
            problems
        }
    })
}

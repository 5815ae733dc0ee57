//! What is shown of a record, and how: the fields asked for, sensitive ones masked unless the caller may see them.
use super::cell::{Cells, quote};
use super::conn::Conn;
use super::sql::Sql;
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::field::{Field, Kind, Mask};
use domain::core::problem::{Code, Problems};
use domain::core::resource::Spec;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, RwLock};

/// Which fields of a record are shown, and how. Cheap to clone.
#[derive(Debug, Clone)]
pub struct View(Arc<Shape>);

#[derive(Debug)]
struct Shape {
    shown: Vec<(&'static Field, Option<Mask>)>,
    columns: Arc<str>,
    /// The same for SQLite, texts as blobs: a text is looked through twice on its way out of there, to make sure that it is UTF-8, which
    /// takes a fifth of the time of a list.
    cast: Arc<str>,
    names: Vec<String>,
    /// What stands behind the id: what kind of record it is.
    kind: String,
}

/// Views of all fields, by object and by what is masked: nearly every request wants one of these few.
static WHOLE: LazyLock<RwLock<HashMap<(&'static str, u64), View>>> = LazyLock::new(RwLock::default);

impl View {
    /// The fields asked for (all when none are named), sensitive ones masked unless the actor may see them.
    pub fn new(spec: &'static Spec, actor: &Actor, fields: Option<&str>) -> Result<View> {
        let hidden = |f: &Field| f.mask.filter(|_| !actor.may_field(spec.object, f.name, "read"));
        let Some(names) = fields else {
            let sensitive = spec.fields.iter().filter(|f| f.mask.is_some());
            let masked = sensitive.fold(0, |bits, f| bits << 1 | u64::from(hidden(f).is_some()));
            let key = (spec.object, masked);
            if let Some(view) = WHOLE.read().ok().and_then(|views| views.get(&key).cloned()) {
                return Ok(view);
            }
            let view = View::of(spec, spec.fields.iter().map(|f| (f, hidden(f))).collect());
            if let Ok(mut views) = WHOLE.write() {
                views.insert(key, view.clone());
            }
            return Ok(view);
        };
        let mut problems = Problems::default();
        // The id is always there, and first: what a client keys its copy by.
        let mut chosen = vec![&spec.fields[0]];
        for name in names.split(',').filter(|n| *n != "object" || !spec.says_its_kind()) {
            match spec.field(name) {
                Some(field) if chosen.iter().all(|f: &&Field| f.name != name) => chosen.push(field),
                Some(_) => {}
                None => problems.with("", Code::UnknownField, vec![("name", name.to_owned())]),
            }
        }
        problems.or(()).map_err(|p| Error::Query(vec![("fields", p)]))?;
        Ok(View::of(spec, chosen.into_iter().map(|f| (f, hidden(f))).collect()))
    }

    fn of(spec: &'static Spec, shown: Vec<(&'static Field, Option<Mask>)>) -> View {
        let columns = shown.iter().map(|(f, _)| format!("t0.{}, ", f.name)).collect::<String>() + "t0.version";
        let cast = shown.iter().map(|(f, mask)| match f.kind {
            Kind::Boolean | Kind::Integer | Kind::Instant | Kind::Date | Kind::Reference(_) => format!("t0.{}, ", f.name),
            _ if mask.is_some() => format!("t0.{}, ", f.name),
            _ => format!("CAST(t0.{} AS BLOB), ", f.name),
        });
        let cast = cast.collect::<String>() + "t0.version";
        let names = shown
            .iter()
            .enumerate()
            .map(|(i, (f, _))| format!("{}\"{}\":", if i == 0 { '{' } else { ',' }, f.name))
            .collect();
        let kind = if spec.says_its_kind() {
            format!(",\"object\":\"{}\"", spec.one)
        } else {
            String::new()
        };
        View(Arc::new(Shape {
            shown,
            columns: columns.into(),
            cast: cast.into(),
            names,
            kind,
        }))
    }

    /// How many columns the fields take; behind them stands the version.
    pub(super) fn width(&self) -> usize {
        self.0.shown.len()
    }

    /// `SELECT`, with the columns of the fields and then the version.
    pub(super) fn select(&self, conn: &Conn) -> Sql {
        let columns = if conn.is_sqlite() { &self.0.cast } else { &self.0.columns };
        Sql::new("SELECT ").shared(columns)
    }

    /// Writes the row's record as JSON.
    pub(super) fn write(&self, out: &mut Vec<u8>, row: &dyn Cells) -> Result<()> {
        for (i, ((field, mask), name)) in self.0.shown.iter().zip(&self.0.names).enumerate() {
            out.extend_from_slice(name.as_bytes());
            let found = match mask {
                None => row.json(i, &field.kind, out)?,
                Some(mask) => row.at(i, &mut |cell| masked(out, *mask, field, cell))?,
            };
            if !found {
                out.extend_from_slice(b"null");
            }
            if i == 0 {
                out.extend_from_slice(self.0.kind.as_bytes());
            }
        }
        out.push(b'}');
        Ok(())
    }
}

/// The last four characters, the others as `•`.
pub(super) fn last4(text: &str) -> String {
    let n = text.chars().count();
    text.chars()
        .enumerate()
        .map(|(i, c)| if i + 4 < n || n <= 4 { '•' } else { c })
        .collect()
}

fn masked(out: &mut Vec<u8>, mask: Mask, field: &Field, cell: &mut dyn super::cell::Cell) -> Result<()> {
    match (mask, &field.kind) {
        (Mask::Last4, Kind::Text(_)) => {
            quote(out, last4(cell.text()?).as_bytes());
            Ok(())
        }
        (Mask::Member(name), _) => {
            let unreadable = |e: serde_json::Error| Error::Internal(e.to_string());
            let mut items: Vec<serde_json::Value> = serde_json::from_str(cell.json()?).map_err(unreadable)?;
            for member in items.iter_mut().filter_map(|item| item.get_mut(name)) {
                if let Some(text) = member.as_str() {
                    *member = last4(text).into();
                }
            }
            serde_json::to_writer(out, &items).map_err(unreadable)
        }
        _ => {
            out.extend_from_slice(b"null");
            Ok(())
        }
    }
}

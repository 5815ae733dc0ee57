//! Pipelines: their templates, and which of them is the default.
use crate::core::conn::Conn;
use crate::core::sql::Sql;
use crate::{row, sql, store};
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::pipeline::{self, Context, Expect};
use domain::core::text::search_key;
use domain::sales::pipeline::Pipeline;
use domain::sales::stage::Stage;
use domain::sales::template::Template;
use serde_json::{Value, json};
use uuid::Uuid;

row! { Pipeline in pipelines {
    name: Plain,
    description: Maybe,
    template: MaybeWord,
    is_default: Plain,
    going_back: Word,
    reopen_within_days: Maybe,
    stuck_after_days: Maybe,
} hidden {
    search = |p: &Pipeline| search_key(&p.name),
} }
store! { Pipeline, derive |conn, before, after, context| follow(conn, before, after, context) }

fn follow(conn: &mut Conn, before: Option<&Pipeline>, after: Option<&Pipeline>, context: &Context<'_>) -> Result<()> {
    let Some(pipeline) = after else {
        return match before {
            Some(pipeline) => unused(conn, pipeline.base.id.uuid(), context),
            None => Ok(()),
        };
    };
    if pipeline.is_default && before.is_none_or(|b| !b.is_default) {
        take_default(conn, pipeline.base.id.uuid(), context)?;
    }
    match (before, pipeline.template) {
        (None, Some(template)) => fill(conn, pipeline, template, context),
        _ => Ok(()),
    }
}

/// A pipeline goes only without deals, and takes its stages along.
fn unused(conn: &mut Conn, id: Uuid, context: &Context<'_>) -> Result<()> {
    let used = sql!(
        "SELECT 1 FROM opportunities WHERE pipeline_id = ? AND deleted_at IS NULL LIMIT 1",
        id
    );
    if conn.row(&used, |_| Ok(()))?.is_some() {
        return Err(Error::Conflict("in_use"));
    }
    let stages = conn.ids(&sql!("SELECT id FROM stages WHERE pipeline_id = ? AND deleted_at IS NULL", id))?;
    context.by_server(|context| {
        for stage in stages {
            pipeline::delete::<Stage>(conn, context, stage, Expect::Any)?;
        }
        Ok(())
    })
}

/// Takes the mark of the default from the pipeline that has it.
fn take_default(conn: &mut Conn, new: Uuid, context: &Context<'_>) -> Result<()> {
    conn.alone("default_pipeline")?;
    let others = sql!("SELECT id FROM pipelines WHERE is_default AND deleted_at IS NULL AND id <> ?", new);
    let others = conn.ids(&others)?;
    context.by_server(|context| {
        for other in others {
            pipeline::change::<Pipeline>(conn, context, other, Expect::Any, "update", |pipeline| {
                pipeline.is_default = false;
                Ok(())
            })?;
        }
        Ok(())
    })
}

/// Makes the stages of a template. A pipeline that comes out of the trash has stages still, though they lie there too.
fn fill(conn: &mut Conn, of: &Pipeline, template: Template, context: &Context<'_>) -> Result<()> {
    let id = of.base.id.uuid();
    let there = conn.ids(&sql!("SELECT id FROM stages WHERE pipeline_id = ? ORDER BY position, id", id))?;
    let made = template.made().map_err(|e| Error::Internal(e.to_string()))?;
    context.by_server(|context| {
        for stage in &there {
            pipeline::restore::<Stage>(conn, context, *stage, Expect::Any)
                .map(|_| ())
                .or_else(in_place)?;
        }
        if !there.is_empty() {
            return Ok(());
        }
        for (n, mut body) in made.stages.into_iter().enumerate() {
            body.insert("pipeline_id".to_owned(), json!(id));
            body.insert("position".to_owned(), json!((n + 1) * 10));
            // Whoever sees no more than what is theirs can sell in the pipeline they made.
            body.insert("owner_id".to_owned(), json!(of.base.owner_id));
            pipeline::create::<Stage>(conn, context, None, body)?;
        }
        Ok(())
    })
}

/// What lay in no trash is where it belongs.
fn in_place(error: Error) -> Result<()> {
    match error {
        Error::Conflict("not_in_trash") => Ok(()),
        other => Err(other),
    }
}

/// The pipeline of a deal that names none: the default one, else the oldest.
///
/// # Errors
/// Those of the database.
pub fn usual(conn: &mut Conn) -> Result<Option<Uuid>> {
    let first = Sql::new("SELECT id FROM pipelines WHERE deleted_at IS NULL ORDER BY is_default DESC, created_at, id LIMIT 1");
    Ok(conn.row(&first, |row| row.uuid(0))?.flatten())
}

/// Makes the first pipeline of a new organization, so that a first deal has a way to go.
///
/// # Errors
/// Those of the pipeline.
pub fn found(conn: &mut Conn, context: &Context<'_>) -> Result<()> {
    if conn.row(&sql!("SELECT 1 FROM pipelines LIMIT 1"), |_| Ok(()))?.is_some() {
        return Ok(());
    }
    let template = Template::GeneralSales;
    let mut body = template.made().map_err(|e| Error::Internal(e.to_string()))?.pipeline;
    for (name, value) in [
        ("name", Value::from("فروش عمومی")),
        ("template", template.word().into()),
        ("is_default", true.into()),
    ] {
        body.insert(name.to_owned(), value);
    }
    pipeline::create::<Pipeline>(conn, context, None, body).map(|_| ())
}

//! Stages, held against their pipeline and the fields of opportunities.
use crate::core::conn::Conn;
use crate::core::sql::{Bind, Sql};
use crate::core::{custom, read};
use crate::{row, sql, store};
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::pipeline::Context;
use domain::core::problem::{Code, Problems};
use domain::core::resource::Resource;
use domain::core::text::search_key;
use domain::sales::opportunity::Opportunity;
use domain::sales::stage::{Stage, StageKind};
use uuid::Uuid;

row! { Stage in stages {
    pipeline_id: Plain,
    name: Plain,
    kind: Word,
    position: Plain,
    probability: Plain,
    forecast_category: Word,
    required_fields: Json,
    checklist: Json,
    guidance_en: Maybe,
    guidance_fa: Maybe,
    exit_condition: Maybe,
    allowed_next_ids: Json,
    time_limit_seconds: Maybe,
} hidden {
    search = |s: &Stage| search_key(&s.name),
} }
store! {
    Stage,
    settle |conn, before, after, context| fits(conn, before, after, context),
    derive |conn, before, after, _context| keep(conn, before, after)
}

/// The most stages of a pipeline.
const MOST: i64 = 50;

fn fits(conn: &mut Conn, before: Option<&Stage>, after: &Stage, context: &Context<'_>) -> Result<Problems> {
    let mut problems = Problems::default();
    if before.is_none() {
        conn.alone(&format!("stages {}", after.pipeline_id))?;
        let mut same = 0;
        let all = sql!(
            "SELECT kind FROM stages WHERE pipeline_id = ? AND deleted_at IS NULL",
            after.pipeline_id.uuid()
        );
        let mut count = 0;
        conn.rows(&all, |row| {
            count += 1;
            same += i64::from(row.text(0)?.as_deref() == Some(after.kind.word()));
            Ok(())
        })?;
        if count >= MOST {
            return Err(Error::Conflict("too_many_stages"));
        }
        if after.kind != StageKind::Open && same > 0 {
            problems.add("/kind", Code::Duplicate);
        }
    }
    if before.is_none_or(|b| b.exit_condition != after.exit_condition)
        && let Some(rule) = after.rule()?
    {
        match read::check(conn, &Opportunity::SPEC, context.actor, rule) {
            Ok(_) => {}
            Err(Error::Query(all)) => all.into_iter().for_each(|(_, told)| problems.extend(told.at(Stage::CONDITION))),
            Err(error) => return Err(error),
        }
    }
    let fields = &after.required_fields;
    if before.is_none_or(|b| b.required_fields != *fields) && fields.iter().any(|f| f.starts_with("custom.")) {
        let declared = custom::declared(conn, Opportunity::SPEC.object)?;
        for (i, name) in fields.iter().enumerate() {
            let own = name.strip_prefix("custom.");
            if own.is_some_and(|own| declared.iter().all(|d| d.name != own)) {
                problems.with(format!("/required_fields/{i}"), Code::UnknownField, vec![("field", name.clone())]);
            }
        }
    }
    let next = &after.allowed_next_ids;
    if !next.is_empty() && before.is_none_or(|b| b.allowed_next_ids != *next) {
        let sql = Sql::new("SELECT id FROM stages WHERE deleted_at IS NULL AND pipeline_id = ").bind(after.pipeline_id.uuid());
        let own = conn.ids(&sql.text(" AND id IN ").list(next.iter().map(|id| Bind::from(id.uuid()))))?;
        for (i, _) in next.iter().enumerate().filter(|(_, id)| !own.contains(&id.uuid())) {
            problems.with(
                format!("/allowed_next_ids/{i}"),
                Code::Conflict,
                vec![("with", "/pipeline_id".to_owned())],
            );
        }
    }
    Ok(problems)
}

/// A stage goes only without deals; one that comes back needs its pipeline.
fn keep(conn: &mut Conn, before: Option<&Stage>, after: Option<&Stage>) -> Result<()> {
    let exists = |conn: &mut Conn, sql: &str, id: Uuid| -> Result<bool> {
        let sql = Sql::new(sql.to_owned()).bind(id).text(" LIMIT 1");
        Ok(conn.row(&sql, |_| Ok(()))?.is_some())
    };
    match (before, after) {
        (Some(stage), None) => {
            let used = "SELECT 1 FROM opportunities WHERE deleted_at IS NULL AND stage_id = ";
            match exists(conn, used, stage.base.id.uuid())? {
                true => Err(Error::Conflict("in_use")),
                false => Ok(()),
            }
        }
        (None, Some(stage)) => {
            let there = "SELECT 1 FROM pipelines WHERE deleted_at IS NULL AND id = ";
            match exists(conn, there, stage.pipeline_id.uuid())? {
                true => Ok(()),
                false => Err(Error::Conflict("parent_deleted")),
            }
        }
        _ => Ok(()),
    }
}

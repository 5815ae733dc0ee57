//! Guided selling: what a deal lacks where it is, what its seller should know there, and where it may go.
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, conditional, path_id};
use crate::http::crud::id;
use crate::http::operation::{Operations, operation};
use crate::http::problem::{Failure, Lang};
use crate::http::query::Query;
use crate::http::reading::{respond, weak};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::instant::Instant;
use domain::core::pipeline::{Store, document};
use domain::core::resource::Resource;
use domain::sales::course::{Refusal, Step};
use domain::sales::criteria::Missing;
use domain::sales::opportunity::{Opportunity, OpportunityStatus};
use domain::sales::stage::{Stage, StageKind};
use persistence::core::conn::Conn;
use persistence::sales::{course, history, opportunity};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

domain::choice! {
    /// What kind of thing is missing: a member of the deal, something to be done, a condition that does not hold.
    pub enum MissingKind { Field = "field", Item = "item", Condition = "condition" }
}

/// Something that is missing.
#[derive(Debug, Serialize, ToSchema)]
pub struct GuidanceMissing {
    kind: MissingKind,
    /// The stage that asks for it.
    #[schema(value_type = String, format = "uuid", max_length = 36)]
    stage_id: Uuid,
    /// Where in the deal it belongs, as a JSON pointer.
    #[schema(max_length = 200, example = "/amount")]
    pointer: String,
    /// Of something to be done: what names it in `checklist_done`.
    #[schema(max_length = 50, example = json!(null))]
    key: Option<String>,
    /// What to do about it, in the language asked for.
    #[schema(max_length = 5000, example = "Fill in: Amount")]
    text: String,
}

/// Something on the checklist of a deal's stage.
#[derive(Debug, Serialize, ToSchema)]
pub struct GuidanceItem {
    #[schema(max_length = 50, example = "budget_known")]
    key: String,
    /// In the language asked for.
    #[schema(max_length = 300, example = "The budget is known")]
    text: String,
    required: bool,
    done: bool,
}

/// A stage that a deal may go on to.
#[derive(Debug, Serialize, ToSchema)]
pub struct GuidanceNext {
    #[schema(value_type = String, format = "uuid", max_length = 36)]
    stage_id: Uuid,
    #[schema(max_length = 100)]
    name: String,
    kind: StageKind,
    /// Whether nothing is missing on the way there.
    ready: bool,
    /// What is missing on the way there, at this stage and at those passed over.
    #[schema(max_items = 1000)]
    missing: Vec<GuidanceMissing>,
}

/// What helps a deal on.
#[derive(Debug, Serialize, ToSchema)]
pub struct Guidance {
    #[schema(value_type = String, format = "uuid", max_length = 36)]
    opportunity_id: Uuid,
    status: OpportunityStatus,
    #[schema(value_type = String, format = "uuid", max_length = 36)]
    stage_id: Uuid,
    #[schema(max_length = 100, example = "ارزیابی")]
    stage: String,
    /// What a seller should know and do here, in the language asked for where it is written in it.
    #[schema(max_length = 4000)]
    guidance: Option<String>,
    /// What is missing before it may leave this stage; empty where it may.
    #[schema(max_items = 200)]
    missing: Vec<GuidanceMissing>,
    #[schema(max_items = 30)]
    checklist: Vec<GuidanceItem>,
    /// Where it may go, in order; nowhere for a deal that is won or lost.
    #[schema(max_items = 50)]
    next: Vec<GuidanceNext>,
    entered_at: Option<Instant>,
    /// How long it has been here, in seconds of working time.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991i64)]
    working_seconds: i64,
    /// Until when it may stay before it counts as stuck; null for ever.
    due_at: Option<Instant>,
    /// Whether that has passed.
    stuck: bool,
}

/// What is missing, in words.
fn told(stage: &Stage, missing: &Missing, persian: bool) -> GuidanceMissing {
    let label = missing.label(persian);
    let (kind, key, text) = match (missing, persian) {
        (Missing::Field(_), false) => (MissingKind::Field, None, format!("Fill in: {label}")),
        (Missing::Field(_), true) => (MissingKind::Field, None, format!("این را پر کنید: {label}")),
        (Missing::Item(item), _) => (MissingKind::Item, Some(item.key.clone()), label),
        (Missing::Condition(_), false) => (MissingKind::Condition, None, format!("This must hold: {label}")),
        (Missing::Condition(_), true) => (MissingKind::Condition, None, format!("این شرط باید برقرار باشد: {label}")),
    };
    GuidanceMissing {
        kind,
        stage_id: stage.base.id.uuid(),
        pointer: missing.pointer(),
        key,
        text,
    }
}

fn on_the_way(conn: &mut Conn, step: &Step<'_>, deal: &Value, now: Instant, persian: bool) -> Result<Vec<GuidanceMissing>> {
    let mut all = Vec::new();
    for stage in &step.through {
        all.extend(
            course::lacks(conn, stage, deal, now)?
                .iter()
                .map(|missing| told(stage, missing, persian)),
        );
    }
    Ok(all)
}

fn guide(conn: &mut Conn, actor: &Actor, id: Uuid, now: Instant, persian: bool) -> Result<Guidance> {
    let sight = actor.sight("opportunities", "read").ok_or(Error::NotFound)?;
    let deal: Opportunity = conn.load(Id::from_uuid(id), &sight, false)?.ok_or(Error::NotFound)?;
    let course = opportunity::course_of(conn, &deal)?;
    let stage = course
        .stage(deal.stage_id)
        .ok_or_else(|| Error::Internal(format!("stage {} is gone", deal.stage_id)))?;
    let shown = Value::Object(document(&deal)?);
    let open = deal.status == OpportunityStatus::Open;
    let missing = match open {
        true => course::lacks(conn, stage, &shown, now)?
            .iter()
            .map(|missing| told(stage, missing, persian))
            .collect(),
        false => Vec::new(),
    };
    let mut next = Vec::new();
    for to in course.next(deal.stage_id) {
        let step = match to.kind {
            StageKind::Won => course.win(deal.stage_id),
            _ => course.advance(deal.stage_id, Some(to.id()), None),
        };
        let step = step.map_err(|refusal: Refusal| Error::Internal(format!("a next stage is refused: {refusal:?}")))?;
        let missing = on_the_way(conn, &step, &shown, now, persian)?;
        next.push(GuidanceNext {
            stage_id: to.base.id.uuid(),
            name: to.name.clone(),
            kind: to.kind,
            ready: missing.is_empty(),
            missing,
        });
    }
    let checklist = stage.checklist.iter().map(|item| GuidanceItem {
        key: item.key.clone(),
        text: item.text(persian).to_owned(),
        required: item.required,
        done: deal.checklist_done.contains(&item.key),
    });
    let hours = course::hours(conn)?;
    let since = deal.stage_entered_at.unwrap_or(deal.base.created_at);
    Ok(Guidance {
        opportunity_id: id,
        status: deal.status,
        stage_id: deal.stage_id.uuid(),
        stage: stage.name.clone(),
        guidance: stage.guidance(persian).map(str::to_owned),
        missing,
        checklist: checklist.collect(),
        next,
        entered_at: deal.stage_entered_at,
        working_seconds: if open { history::spent(&hours, since, now).1 } else { 0 },
        due_at: deal.stage_due_at,
        stuck: deal.stage_due_at.is_some_and(|due| due <= now),
    })
}

async fn guidance(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("opportunities", "read")?;
    Query::read(&request, &[])?;
    let (id, now) = (id(&path)?, app.now());
    let lang = Lang::accepted(request.headers().get("Accept-Language").and_then(|v| v.to_str().ok()));
    let guidance = app
        .db
        .read(move |conn| guide(conn, &signed.0.actor, id, now, lang == Lang::Fa))
        .await?;
    let body = serde_json::to_vec(&guidance).map_err(|e| Error::Internal(e.to_string()))?;
    respond(&request, weak(&body), body, None)
}

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    let doc = "What the deal lacks before it may leave its stage, piece by piece; what its seller should know and do there; where it may go, and what \
               is missing on each way; how long it has been there. Texts are in the language of `Accept-Language`. Needs the permission \
               `opportunities:read`.";
    let (deal, stage, next) = (
        "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20",
        "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a21",
        "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a22",
    );
    let amount = json!({"kind": "field", "stage_id": stage, "pointer": "/amount", "key": null, "text": "این را پر کنید: مبلغ"});
    let shown = json!({
        "opportunity_id": deal, "status": "open", "stage_id": stage, "stage": "ارزیابی",
        "guidance": "با تصمیم‌گیرنده گفت‌وگو کنید. هزینه و زمان نیاز را بنویسید.", "missing": [amount],
        "checklist": [{"key": "budget_known", "text": "بودجه روشن است", "required": true, "done": true}],
        "next": [{"stage_id": next, "name": "پیشنهاد", "kind": "open", "ready": false, "missing": [amount]}],
        "entered_at": "2026-03-21T08:30:00.000Z", "working_seconds": 57600, "due_at": "2026-04-04T08:30:00.000Z", "stuck": false
    });
    let guiding = operation("getOpportunityGuidance", Opportunity::SPEC.tag, "See what helps a deal on", doc)
        .parameter(path_id())
        .response("200", answer("What is missing, and what to do next.", "Guidance", shown));
    config.service(
        Operations::at("/opportunities/{id}/guidance")
            .get(|| web::route().to(guidance), conditional(guiding))
            .schema::<Guidance>(),
    );
}

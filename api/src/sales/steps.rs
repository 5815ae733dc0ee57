//! The steps of a deal: on, back, won, lost, taken up again. What may be is decided by `domain::sales::course`, what is missing by
//! `domain::sales::criteria`; here they are asked and done in one transaction.
use crate::http::action::{Action, Asked};
use chrono::NaiveDate;
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::input::{length, whole};
use domain::core::pipeline::{self, Context, Done, Expect, Storage as _, document};
use domain::core::problem::{Code, Problems};
use domain::sales::competitor::Competitor;
use domain::sales::course::Course;
use domain::sales::opportunity::{CloseReason, Closing, Opportunity};
use domain::sales::stage::Stage;
use domain::sales::working_time::WorkingTime;
use persistence::core::conn::Conn;
use persistence::core::object::{Object, Of};
use persistence::core::record;
use persistence::sales::{course, history, opportunity};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

const DEALS: &dyn Object = &Of::<Opportunity>::NEW;

/// Where a deal is to go.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AdvanceOpportunity {
    /// The stage; the next one unless given. An earlier one is the way back.
    #[schema(value_type = Option<String>, format = "uuid", max_length = 36)]
    stage_id: Option<Id<Stage>>,
    /// Why; a pipeline may ask for it on the way back.
    #[schema(max_length = 2000, example = "قرارداد توافق شد")]
    note: Option<String>,
}

/// How a deal was won.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WinOpportunity {
    /// Why.
    reason: Option<CloseReason>,
    #[schema(max_length = 2000)]
    note: Option<String>,
    /// The day; today unless given. Never one that is to come.
    #[schema(example = json!(null))]
    close_date: Option<NaiveDate>,
}

/// How a deal was lost.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoseOpportunity {
    /// Why.
    reason: CloseReason,
    #[serde(default)]
    #[schema(max_length = 2000)]
    note: Option<String>,
    /// To whom.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uuid", max_length = 36)]
    competitor_id: Option<Id<Competitor>>,
    /// The day; today unless given. Never one that is to come.
    #[serde(default)]
    #[schema(example = json!(null))]
    close_date: Option<NaiveDate>,
}

impl Asked for AdvanceOpportunity {
    const SHOWN: Option<(&'static str, &'static str)> = Some(("AdvanceOpportunity", r#"{"note": "قرارداد توافق شد"}"#));
    const OPTIONAL: bool = true;
    fn read(members: Map<String, Value>) -> Result<Self, Problems> {
        let AdvanceOpportunity { stage_id, note } = whole(members)?;
        let note = bounded(note)?;
        Ok(AdvanceOpportunity { stage_id, note })
    }
}

impl Asked for WinOpportunity {
    const SHOWN: Option<(&'static str, &'static str)> = Some(("WinOpportunity", r#"{"reason": "service"}"#));
    const OPTIONAL: bool = true;
    fn read(members: Map<String, Value>) -> Result<Self, Problems> {
        let WinOpportunity { reason, note, close_date } = whole(members)?;
        let note = bounded(note)?;
        Ok(WinOpportunity { reason, note, close_date })
    }
}

impl Asked for LoseOpportunity {
    const SHOWN: Option<(&'static str, &'static str)> = Some(("LoseOpportunity", r#"{"reason": "price", "note": "ده درصد گران‌تر بودیم"}"#));
    const OPTIONAL: bool = true;
    fn read(members: Map<String, Value>) -> Result<Self, Problems> {
        let mut asked: LoseOpportunity = whole(members)?;
        asked.note = bounded(asked.note)?;
        Ok(asked)
    }
}

/// A note within its bounds.
pub(super) fn bounded(note: Option<String>) -> Result<Option<String>, Problems> {
    let mut problems = Problems::default();
    if let Some(note) = &note {
        length("/note", note, 0, 2000, &mut problems);
    }
    problems.or(note.filter(|note| !note.trim().is_empty()))
}

/// A deal on its course.
struct Scene {
    deal: Opportunity,
    /// As its readers see it.
    shown: Value,
    course: Course,
    hours: WorkingTime,
}

/// What becomes of a deal.
struct Then {
    to: Id<Stage>,
    change: Box<dyn FnOnce(&mut Opportunity)>,
}

/// Decides on a deal and moves it. Whoever may not see or change it hears that first, as of any other change.
fn step(
    conn: &mut Conn,
    context: &Context<'_>,
    id: Uuid,
    expect: Expect,
    decide: impl FnOnce(&mut Conn, &Context<'_>, &Scene) -> Result<Then>,
) -> Result<Done> {
    conn.hold("opportunities", id)?;
    let decided = match record::live::<Opportunity>(conn, id)? {
        None => Err(Error::NotFound),
        Some(deal) => {
            let scene = Scene {
                shown: Value::Object(document(&deal)?),
                course: opportunity::course_of(conn, &deal)?,
                hours: course::hours(conn)?,
                deal,
            };
            decide(conn, context, &scene).map(|then| (then, scene))
        }
    };
    pipeline::change::<Opportunity>(conn, context, id, expect, "update", |deal| {
        let (then, scene) = decided?;
        let to = scene.course.stage(then.to).ok_or(Error::NotFound)?;
        deal.enter(to, &scene.course.pipeline, context.now(), &scene.hours);
        (then.change)(deal);
        Ok(())
    })
}

fn advance(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, asked: AdvanceOpportunity) -> Result<Done> {
    let AdvanceOpportunity { stage_id, note } = asked;
    step(conn, context, id, expect, move |conn, context, scene| {
        let step = scene.course.advance(scene.deal.stage_id, stage_id, note.as_deref())?;
        course::met(conn, &step, &scene.shown, context.now())?;
        Ok(Then {
            to: step.to.id(),
            change: Box::new(|deal| deal.stage_note = note),
        })
    })
}

/// The change that closes a deal.
fn close(closing: Closing, context: &Context<'_>, scene: &Scene) -> Result<impl FnOnce(&mut Opportunity) + use<>> {
    let (now, today) = (context.now(), scene.hours.day(context.now()));
    if closing.on.is_some_and(|on| on > today) {
        let mut problems = Problems::default();
        problems.with("/close_date", Code::OutOfRange, vec![("max", today.to_string())]);
        return Err(problems.into());
    }
    Ok(move |deal: &mut Opportunity| {
        deal.stage_note = None;
        deal.close(closing, now, today);
    })
}

fn win(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, asked: WinOpportunity) -> Result<Done> {
    let closing = Closing {
        reason: asked.reason,
        note: asked.note,
        lost_to: None,
        on: asked.close_date,
    };
    step(conn, context, id, expect, move |conn, context, scene| {
        let step = scene.course.win(scene.deal.stage_id)?;
        course::met(conn, &step, &scene.shown, context.now())?;
        Ok(Then {
            to: step.to.id(),
            change: Box::new(close(closing, context, scene)?),
        })
    })
}

fn lose(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, asked: LoseOpportunity) -> Result<Done> {
    let closing = Closing {
        reason: Some(asked.reason),
        note: asked.note,
        lost_to: asked.competitor_id,
        on: asked.close_date,
    };
    step(conn, context, id, expect, move |conn, context, scene| {
        if let Some(rival) = closing.lost_to
            && !conn.reaches(context.actor, "competitors", "read", rival.uuid())?
        {
            return Err(Error::invalid("/competitor_id", Code::NotFound));
        }
        let step = scene.course.lose(scene.deal.stage_id)?;
        Ok(Then {
            to: step.to.id(),
            change: Box::new(close(closing, context, scene)?),
        })
    })
}

fn reopen(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, asked: AdvanceOpportunity) -> Result<Done> {
    let AdvanceOpportunity { stage_id, note } = asked;
    step(conn, context, id, expect, move |conn, context, scene| {
        let deal = &scene.deal;
        let was = history::came_from(conn, deal.base.id.uuid())?.map(Id::from_uuid);
        let step = scene.course.reopen(deal.stage_id, deal.closed_at, context.now(), stage_id, was)?;
        Ok(Then {
            to: step.to.id(),
            change: Box::new(|deal| deal.reopen(note)),
        })
    })
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let action = |path, id, summary, doc| Action {
        path,
        id,
        summary,
        doc,
        done: "As it now is.",
        object: DEALS,
        permission: "update",
        keyed: false,
    };
    let going = action(
        "/opportunities/{id}/advance",
        "advanceOpportunity",
        "Move a deal on",
        "Moves a deal on: to the next stage, or to the one that is named. The criteria of its stage, and of each stage that is passed over, must \
         be met. 409 `criteria_unmet` names each thing that is missing: members without a value, things not done, parts of the condition. An \
         earlier stage is the way back, which a pipeline may forbid (`going_back_forbidden`) or ask a note for. 409 `stage_not_next` where the \
         stage does not lead there, `stage_closes` where it is for deals that are won or lost, `opportunity_closed` where the deal is.",
    );
    let winning = action(
        "/opportunities/{id}/win",
        "winOpportunity",
        "Win a deal",
        "The deal is won. The criteria of its stage and of all that follow must be met, but for a stage that leads straight to won. 409 \
         `criteria_unmet` names each thing that is missing: members without a value, things not done, parts of the condition.",
    );
    let losing = action(
        "/opportunities/{id}/lose",
        "loseOpportunity",
        "Lose a deal",
        "The deal is lost, for a reason, perhaps to a competitor. 409 `opportunity_closed` where it was won or lost before.",
    );
    let opening = action(
        "/opportunities/{id}/reopen",
        "reopenOpportunity",
        "Take up a closed deal again",
        "Takes up a deal that was won or lost: in the open stage that is named, else in the one it was closed from. 409 `opportunity_open` \
         where it is neither, `reopening_forbidden` where its pipeline does not reopen deals, or not any more.",
    );
    config.service(going.told(advance));
    config.service(winning.told(win));
    config.service(losing.told(lose));
    config.service(opening.on(reopen));
}

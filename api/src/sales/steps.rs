//! The steps of a deal: on, back, won, lost, taken up again. What may be is decided by `domain::sales::course`, what is missing by
//! `domain::sales::criteria`; here they are asked and done in one transaction.
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, body, idempotency_key, if_match, path_id};
use crate::http::crud::id;
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::writing::Writing;
use crate::http::{body, headers};
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::input::length;
use domain::core::pipeline::{self, Context, Done, Expect, Storage as _, document};
use domain::core::problem::{Code, Problems};
use domain::core::resource::{Resource, Spec};
use domain::core::schema::{Face, example};
use domain::sales::competitor::Competitor;
use domain::sales::course::Course;
use domain::sales::opportunity::{CloseReason, Closing, Opportunity};
use domain::sales::stage::Stage;
use domain::sales::working_time::WorkingTime;
use persistence::core::conn::Conn;
use persistence::core::object::{Object, Of};
use persistence::core::{read, record};
use persistence::sales::{course, history, opportunity};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
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

/// What a step is made of, whatever it is.
struct Asked {
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    id: Uuid,
    expect: Expect,
    bytes: Vec<u8>,
}

impl Asked {
    /// Reads all but the body's meaning: who asks is allowed to ask at all, and which version they mean.
    async fn read(request: HttpRequest, app: Data<App>, signed: SignedIn, path: &str, mut payload: Payload) -> Result<Self, Failure> {
        signed.0.sight("opportunities", "update")?;
        Query::read(&request, &[])?;
        let (id, expect) = (id(path)?, headers::if_match(&request)?);
        let bytes = body::bytes(&request, &mut payload, Spec::MAX_BODY).await?;
        if !bytes.is_empty() {
            body::expect_type(&request, body::JSON)?;
        }
        Ok(Asked {
            request,
            app,
            signed,
            id,
            expect,
            bytes: bytes.to_vec(),
        })
    }

    /// The body; one that is not there says nothing.
    fn body<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        let members = match self.bytes.is_empty() {
            true => serde_json::Map::new(),
            false => body::object(&self.bytes)?,
        };
        Ok(body::typed(members)?)
    }

    /// Takes the step: `decide` says where to, `how` what else becomes of the deal.
    async fn take<F>(self, decide: F) -> Result<HttpResponse, Failure>
    where
        F: FnOnce(&mut Conn, &Context<'_>, &Scene) -> Result<Then> + Send + 'static,
    {
        let (id, expect) = (self.id, self.expect);
        Writing::new(&self.request, self.app, self.signed, &self.bytes)?
            .run(DEALS, move |conn, context| Ok((200, step(conn, context, id, expect, decide)?)))
            .await
    }
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

/// A note within its bounds.
fn bounded(note: Option<String>, at: &str) -> Result<Option<String>> {
    let mut problems = Problems::default();
    if let Some(note) = &note {
        length(at, note, 0, 2000, &mut problems);
    }
    Ok(problems.or(note.filter(|note| !note.trim().is_empty()))?)
}

async fn advance(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, Failure> {
    let asked = Asked::read(request, app, signed, &path, payload).await?;
    let AdvanceOpportunity { stage_id, note } = asked.body()?;
    let note = bounded(note, "/note")?;
    asked
        .take(move |conn, context, scene| {
            let step = scene.course.advance(scene.deal.stage_id, stage_id, note.as_deref())?;
            course::met(conn, &step, &scene.shown, context.now())?;
            Ok(Then {
                to: step.to.id(),
                change: Box::new(|deal| deal.stage_note = note),
            })
        })
        .await
}

/// How a deal is closed, within the bounds of the day.
fn closing(reason: Option<CloseReason>, note: Option<String>, lost_to: Option<Id<Competitor>>, on: Option<NaiveDate>) -> Result<Closing> {
    Ok(Closing {
        reason,
        note: bounded(note, "/note")?,
        lost_to,
        on,
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

async fn win(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, Failure> {
    let asked = Asked::read(request, app, signed, &path, payload).await?;
    let WinOpportunity { reason, note, close_date } = asked.body()?;
    let closing = closing(reason, note, None, close_date)?;
    asked
        .take(move |conn, context, scene| {
            let step = scene.course.win(scene.deal.stage_id)?;
            course::met(conn, &step, &scene.shown, context.now())?;
            Ok(Then {
                to: step.to.id(),
                change: Box::new(close(closing, context, scene)?),
            })
        })
        .await
}

async fn lose(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, Failure> {
    let asked = Asked::read(request, app, signed, &path, payload).await?;
    let LoseOpportunity {
        reason,
        note,
        competitor_id,
        close_date,
    } = asked.body()?;
    let closing = closing(Some(reason), note, competitor_id, close_date)?;
    asked
        .take(move |conn, context, scene| {
            if let Some(rival) = closing.lost_to {
                let sight = context.actor.sight("competitors", "read");
                let seen = sight
                    .map(|sight| read::exists(conn, &sight, "competitors", rival.uuid()))
                    .transpose()?;
                if seen != Some(true) {
                    return Err(Error::invalid("/competitor_id", Code::NotFound));
                }
            }
            let step = scene.course.lose(scene.deal.stage_id)?;
            Ok(Then {
                to: step.to.id(),
                change: Box::new(close(closing, context, scene)?),
            })
        })
        .await
}

async fn reopen(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, Failure> {
    let asked = Asked::read(request, app, signed, &path, payload).await?;
    let AdvanceOpportunity { stage_id, note } = asked.body()?;
    let note = bounded(note, "/note")?;
    asked
        .take(move |conn, context, scene| {
            let deal = &scene.deal;
            let was = history::came_from(conn, deal.base.id.uuid())?.map(Id::from_uuid);
            let step = scene.course.reopen(deal.stage_id, deal.closed_at, context.now(), stage_id, was)?;
            Ok(Then {
                to: step.to.id(),
                change: Box::new(|deal| deal.reopen(note)),
            })
        })
        .await
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let spec = &Opportunity::SPEC;
    let acting = |verb: &str, summary: &str, doc: &str, schema: &str, asked: Value| {
        let doc = format!("{doc} Needs the permission `opportunities:update`.");
        operation(&format!("{verb}Opportunity"), spec.tag, summary, &doc)
            .parameter(path_id())
            .parameter(if_match(true))
            .parameter(idempotency_key())
            .request_body(Some(body("application/json", schema, asked)))
            .response("200", answer("As it now is.", spec.schema, example(spec, Face::Output)))
    };
    let unmet = "409 `criteria_unmet` names each thing that is missing: members without a value, things not done, parts of the condition.";
    let doc = format!(
        "Moves a deal on: to the next stage, or to the one that is named. The criteria of its stage, and of each stage that is passed over, must \
         be met. {unmet} An earlier stage is the way back, which a pipeline may forbid (`going_back_forbidden`) or ask a note for. 409 `stage_not_next` where the \
         stage does not lead there, `stage_closes` where it is for deals that are won or lost, `opportunity_closed` where the deal is."
    );
    let going = acting(
        "advance",
        "Move a deal on",
        &doc,
        "AdvanceOpportunity",
        json!({"note": "قرارداد توافق شد"}),
    );
    let doc = format!(
        "The deal is won. The criteria of its stage and of all that follow must be met, but for a stage that leads straight to won. {unmet}"
    );
    let winning = acting("win", "Win a deal", &doc, "WinOpportunity", json!({"reason": "service"}));
    let doc = "The deal is lost, for a reason, perhaps to a competitor. 409 `opportunity_closed` where it was won or lost before.";
    let losing = acting(
        "lose",
        "Lose a deal",
        doc,
        "LoseOpportunity",
        json!({"reason": "price", "note": "ده درصد گران‌تر بودیم"}),
    );
    let doc = "Takes up a deal that was won or lost: in the open stage that is named, else in the one it was closed from. 409 `opportunity_open` where it is \
               neither, `reopening_forbidden` where its pipeline does not reopen deals, or not any more.";
    let opening = acting(
        "reopen",
        "Take up a closed deal again",
        doc,
        "AdvanceOpportunity",
        json!({"note": "بودجه تصویب شد"}),
    );
    let at = |verb: &str| Operations::at(&format!("/opportunities/{{id}}/{verb}"));
    config.service(at("advance").post(web::route().to(advance), going).schema::<AdvanceOpportunity>());
    config.service(at("win").post(web::route().to(win), winning).schema::<WinOpportunity>());
    config.service(at("lose").post(web::route().to(lose), losing).schema::<LoseOpportunity>());
    config.service(at("reopen").post(web::route().to(reopen), opening));
}

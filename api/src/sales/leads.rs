//! What is done with leads: taken up, left to ripen, turned down, taken up again; whom they go to, and who may be the same.
use super::steps::bounded;
use crate::http::action::{Action, Asked};
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, conditional, path_id};
use crate::http::crud::id;
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::reading::{respond, weak};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::input::whole;
use domain::core::pipeline::{self, Context, Done, Expect, Store};
use domain::core::problem::Problems;
use domain::core::resource::Resource;
use domain::sales::assignment::Verdict;
use domain::sales::lead::{DisqualifyReason, Lead};
use persistence::core::conn::Conn;
use persistence::core::object::{Object, Of};
use persistence::sales::assignment::{Decision, alone, decide, take_turn};
use persistence::sales::course::hours;
use persistence::sales::lead::same;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

const LEADS: &dyn Object = &Of::<Lead>::NEW;
/// Who may be the same, at most, of leads and of customers.
const SAME: i64 = 50;

/// A word to go with it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LeadNote {
    #[schema(max_length = 2000, example = "زنگ زدیم")]
    note: Option<String>,
}
impl Asked for LeadNote {
    const SHOWN: Option<(&'static str, &'static str)> = Some(("LeadNote", r#"{"note": "زنگ زدیم"}"#));
    const OPTIONAL: bool = true;
    fn read(members: Map<String, Value>) -> Result<Self, Problems> {
        let asked: LeadNote = whole(members)?;
        Ok(LeadNote {
            note: bounded(asked.note)?,
        })
    }
}

/// Until when a lead is left to ripen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NurtureLead {
    /// The day it comes back, later than today.
    #[schema(example = "2031-03-21")]
    until: NaiveDate,
    #[serde(default)]
    #[schema(max_length = 2000)]
    note: Option<String>,
}
impl Asked for NurtureLead {
    const SHOWN: Option<(&'static str, &'static str)> = Some(("NurtureLead", r#"{"until": "2031-03-21", "note": "بودجه سال آینده"}"#));
    fn read(members: Map<String, Value>) -> Result<Self, Problems> {
        let asked: NurtureLead = whole(members)?;
        let note = bounded(asked.note)?;
        Ok(NurtureLead { note, ..asked })
    }
}

/// Why a lead is turned down.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisqualifyLead {
    reason: DisqualifyReason,
    #[serde(default)]
    #[schema(max_length = 2000)]
    note: Option<String>,
}
impl Asked for DisqualifyLead {
    const SHOWN: Option<(&'static str, &'static str)> = Some(("DisqualifyLead", r#"{"reason": "no_budget", "note": null}"#));
    fn read(members: Map<String, Value>) -> Result<Self, Problems> {
        let asked: DisqualifyLead = whole(members)?;
        let note = bounded(asked.note)?;
        Ok(DisqualifyLead { note, ..asked })
    }
}

type Answered = Result<HttpResponse, Failure>;

/// Changes a lead by a rule of its own.
fn change(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, rule: impl FnOnce(&mut Lead) -> Result<()>) -> Result<Done> {
    pipeline::change::<Lead>(conn, context, id, expect, "update", rule)
}

fn nurture(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, asked: NurtureLead) -> Result<Done> {
    let today = hours(conn)?.day(context.now());
    change(conn, context, id, expect, |lead| lead.nurture(asked.until, today, asked.note))
}

fn assign(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, (): ()) -> Result<Done> {
    alone(conn)?;
    let decided = match find(conn, context.actor, id) {
        Ok(lead) if !lead.is_open() => Err(Error::Conflict("lead_closed")),
        Ok(lead) => decide(conn, &lead, context.now()),
        Err(error) => Err(error),
    };
    let chosen = decided.and_then(|decision| decision.chosen.ok_or(Error::Conflict("nobody_to_assign")));
    let turn = chosen.as_ref().ok().copied();
    // Whoever may not see or change it hears that first, as of any other change.
    let done = change(conn, context, id, expect, |lead| {
        let (rule, user) = chosen?;
        lead.give(Id::from_uuid(rule), Id::from_uuid(user), context.now());
        Ok(())
    })?;
    if let Some((rule, user)) = turn {
        take_turn(conn, rule, user, context.now())?;
    }
    Ok(done)
}

/// Somebody in an assignment rule, and why they do or don't get the lead.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeadCandidate {
    #[schema(value_type = String, format = "uuid", max_length = 36)]
    user_id: Uuid,
    /// `fits`, or why not: `inactive`, `territory`, `skill`, `load`.
    verdict: Verdict,
    /// How many open leads they have.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991i64)]
    open_leads: i64,
}

/// An assignment rule as it was asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct AskedRule {
    #[schema(value_type = String, format = "uuid", max_length = 36)]
    rule_id: Uuid,
    #[schema(max_length = 200)]
    name: String,
    /// Whether the lead fits its condition.
    fits: bool,
    #[schema(max_items = 200)]
    candidates: Vec<LeadCandidate>,
}

/// Whom the rules give a lead to.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeadAssignment {
    /// Who gets it; null where no rule has somebody for it.
    #[schema(value_type = Option<String>, format = "uuid", max_length = 36)]
    user_id: Option<Uuid>,
    /// The rule that decides.
    #[schema(value_type = Option<String>, format = "uuid", max_length = 36)]
    rule_id: Option<Uuid>,
    /// The rules that were asked, in order, up to the one that decides.
    #[schema(max_items = 200)]
    asked: Vec<AskedRule>,
}

impl From<Decision> for LeadAssignment {
    fn from(decision: Decision) -> Self {
        let rules = decision.asked.into_iter().map(|(rule, asked)| AskedRule {
            rule_id: rule.base.id.uuid(),
            name: rule.name,
            fits: asked.fits,
            candidates: asked
                .judged
                .into_iter()
                .map(|judged| LeadCandidate {
                    user_id: judged.user,
                    verdict: judged.verdict,
                    open_leads: judged.open,
                })
                .collect(),
        });
        LeadAssignment {
            asked: rules.collect(),
            rule_id: decision.chosen.map(|(rule, _)| rule),
            user_id: decision.chosen.map(|(_, user)| user),
        }
    }
}

/// The lead, if the actor sees it.
fn find(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<Lead> {
    let sight = actor.sight("leads", "read").ok_or(Error::NotFound)?;
    conn.load(Id::from_uuid(id), &sight, false)?.ok_or(Error::NotFound)
}

async fn preview(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Answered {
    signed.0.sight("leads", "read")?;
    signed.0.sight("assignment_rules", "read")?;
    Query::read(&request, &[])?;
    let (id, now) = (id(&path)?, app.now());
    let told = app
        .db
        .read(move |conn| {
            let lead = find(conn, &signed.0.actor, id)?;
            decide(conn, &lead, now).map(LeadAssignment::from)
        })
        .await?;
    let body = serde_json::to_vec(&told).map_err(|e| Error::Internal(e.to_string()))?;
    respond(&request, weak(&body), body, None)
}

/// Somebody who may be the same as a lead.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeadMatch {
    /// `leads` or `customers`.
    #[schema(max_length = 20, example = "customers")]
    object: &'static str,
    #[schema(value_type = String, format = "uuid", max_length = 36)]
    id: Uuid,
    #[schema(max_length = 300)]
    display_name: String,
    /// The telephone number or email address that both have.
    #[schema(max_length = 500, example = "+989131234567")]
    key: String,
}

/// Who may be the same as a lead.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeadMatches {
    #[schema(max_items = 100)]
    data: Vec<LeadMatch>,
}

async fn duplicates(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Answered {
    signed.0.sight("leads", "read")?;
    Query::read(&request, &[])?;
    let id = id(&path)?;
    let data = app
        .db
        .read(move |conn| {
            let lead = find(conn, &signed.0.actor, id)?;
            same(conn, &signed.0.actor, &lead, SAME)
        })
        .await?;
    let told = |m: persistence::sales::lead::Same| LeadMatch {
        object: m.object,
        id: m.id,
        display_name: m.display_name,
        key: m.key,
    };
    let matches = LeadMatches {
        data: data.into_iter().map(told).collect(),
    };
    let body = serde_json::to_vec(&matches).map_err(|e| Error::Internal(e.to_string()))?;
    respond(&request, weak(&body), body, None)
}

const fn action(path: &'static str, id: &'static str, summary: &'static str, doc: &'static str) -> Action {
    Action {
        path,
        id,
        summary,
        doc,
        done: "As it now is.",
        object: LEADS,
        permission: "update",
        keyed: false,
    }
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let tag = Lead::SPEC.tag;
    let doc = "Somebody works on it now. 409 `lead_disqualified` where it was turned down, `lead_converted` where it became a customer.";
    let work = action("/leads/{id}/work", "workLead", "Take up a lead", doc);
    config.service(work.told(|conn, context, id, expect, asked: LeadNote| change(conn, context, id, expect, |lead| lead.work(asked.note))));
    let doc = "It is left to ripen until a day; then it is `new` again, and its owner is told. 409 `lead_disqualified` where it was turned down, \
               `lead_converted` where it became a customer.";
    config.service(action("/leads/{id}/nurture", "nurtureLead", "Leave a lead to ripen", doc).told(nurture));
    let doc = "It is turned down, with a reason. 409 `lead_disqualified` where it was before, `lead_converted` where it became a customer.";
    let down = action("/leads/{id}/disqualify", "disqualifyLead", "Turn down a lead", doc);
    config.service(down.told(|conn, context, id, expect, asked: DisqualifyLead| {
        change(conn, context, id, expect, |lead| lead.disqualify(asked.reason, asked.note))
    }));
    let doc = "What was turned down is taken up again. 409 `lead_open` where it was not, `lead_converted` where it became a customer.";
    let again = action("/leads/{id}/recycle", "recycleLead", "Take up a lead again", doc);
    config
        .service(again.on(|conn, context, id, expect, asked: LeadNote| change(conn, context, id, expect, |lead| lead.recycle(asked.note))));
    let doc = "Gives it to whom the assignment rules say, and notes whose turn it was. 409 `nobody_to_assign` where no rule has somebody for it, \
               `lead_closed` where it is converted or turned down.";
    config.service(action("/leads/{id}/assign", "assignLead", "Assign a lead by the rules", doc).on(assign));
    let doc = "Whom the assignment rules would give it to, and why nobody else; nothing is done. Needs the permissions `leads:read` and \
               `assignment_rules:read`.";
    let (rule, user) = ("0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a21", "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a25");
    let shown = json!({"user_id": user, "rule_id": rule, "asked": [
        {"rule_id": rule, "name": "سرنخ‌های مرکز", "fits": true, "candidates": [{"user_id": user, "verdict": "fits", "open_leads": 3}]}
    ]});
    let trying = operation("previewLeadAssignment", tag, "See whom a lead would go to", doc)
        .parameter(path_id())
        .response("200", answer("Whom it would go to.", "LeadAssignment", shown));
    let doc = "Leads and customers that you may see and that are reached under the same telephone number or email address. Needs the permission \
               `leads:read`.";
    let shown = json!({"data": [{"object": "customers", "id": user, "display_name": "مریم اصفهانی", "key": "+989131234567"}]});
    let finding = operation("getLeadDuplicates", tag, "Find who may be the same as a lead", doc)
        .parameter(path_id())
        .response("200", answer("Who may be the same.", "LeadMatches", shown));
    let at = |path: &str| Operations::at(path);
    config.service(
        at("/leads/{id}/assignment")
            .get(|| web::route().to(preview), conditional(trying))
            .schema::<LeadAssignment>(),
    );
    config.service(
        at("/leads/{id}/duplicates")
            .get(|| web::route().to(duplicates), conditional(finding))
            .schema::<LeadMatches>(),
    );
}

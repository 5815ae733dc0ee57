//! Contracts over HTTP: their steps, and the job that looks after their renewals.
use crate::http::action::{Action, Asked, Because};
use crate::http::crud::Crud;
use crate::jobs::{self, JobContext, JobKind, Outcome, Run, as_server};
use chrono::{NaiveDate, TimeDelta};
use domain::core::error::{Error, Result};
use domain::core::input::{length, whole};
use domain::core::money::Money;
use domain::core::pipeline::{self, Context, Done, Expect};
use domain::core::problem::{Code, Problems};
use domain::orders::contract::Contract;
use domain::orders::contract_steps::Renewal;
use persistence::core::conn::Conn;
use persistence::core::object::{Object, Of};
use persistence::orders::contract::{self, Passed};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

const CONTRACTS: &dyn Object = &Of::<Contract>::NEW;

/// How a contract is renewed, where it is not as it says itself.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenewContract {
    /// For how many months.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 1200, example = 12)]
    term_months: Option<i64>,
    /// What it is worth for that term.
    #[serde(default)]
    value: Option<Money>,
}
impl Asked for RenewContract {
    const SHOWN: Option<(&'static str, &'static str)> = Some(("RenewContract", r#"{"term_months": 12, "value": null}"#));
    fn read(members: Map<String, Value>) -> Result<Self, Problems> {
        let asked: RenewContract = whole(members)?;
        asked.renewal().check().or(asked)
    }
}
impl RenewContract {
    fn renewal(&self) -> Renewal {
        Renewal {
            term_months: self.term_months,
            value: self.value,
        }
    }
}

/// When and why a contract ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelContract {
    /// In words.
    #[schema(min_length = 1, max_length = 500, example = "انبار فروخته شد")]
    reason: String,
    /// Its last day; today unless given. Never one that is to come.
    #[serde(default)]
    #[schema(example = json!(null))]
    on: Option<NaiveDate>,
}
impl Asked for CancelContract {
    const SHOWN: Option<(&'static str, &'static str)> = Some(("CancelContract", r#"{"reason": "انبار فروخته شد", "on": null}"#));
    fn read(members: Map<String, Value>) -> Result<Self, Problems> {
        let asked: CancelContract = whole(members)?;
        let mut problems = Problems::default();
        length("/reason", &asked.reason, 1, 500, &mut problems);
        problems.or(asked)
    }
}

fn activate(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, (): ()) -> Result<Done> {
    let (by, now, today, mut due) = (context.actor.user(), context.now(), contract::today(conn, context)?, false);
    let done = pipeline::change::<Contract>(conn, context, id, expect, "update", |contract| {
        contract.activate(by, now)?;
        due = contract.is_due(today);
        Ok(())
    })?;
    // One that is taken over late is not left to the next round.
    if due {
        let by = Some(context.actor.user_id);
        jobs::enqueue(
            conn,
            RenewContracts.kind(),
            id.to_string(),
            json!({"contract_id": id}),
            by,
            context.origin,
            now,
        )?;
    }
    Ok(done)
}
fn notice(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, why: Because) -> Result<Done> {
    let today = contract::today(conn, context)?;
    pipeline::change::<Contract>(conn, context, id, expect, "update", |contract| {
        contract.give_notice(today, why.reason)
    })
}
fn renew(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, asked: RenewContract) -> Result<Done> {
    contract::renew(conn, context, id, expect, asked.renewal())
}
fn cancel(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, asked: CancelContract) -> Result<Done> {
    let today = contract::today(conn, context)?;
    if asked.on.is_some_and(|on| on > today) {
        let mut problems = Problems::default();
        problems.with("/on", Code::OutOfRange, vec![("max", today.to_string())]);
        return Err(problems.into());
    }
    pipeline::change::<Contract>(conn, context, id, expect, "update", |contract| {
        contract.cancel(asked.on.unwrap_or(today), asked.reason)
    })
}

/// Contracts that are looked up at once.
const STEP: i64 = 100;

/// Looks every ten minutes for renewals that are due, and for contracts whose last day has passed.
pub struct RenewContracts;
impl JobKind for RenewContracts {
    fn kind(&self) -> &'static str {
        "renew_contracts"
    }
    fn every(&self) -> Option<TimeDelta> {
        Some(TimeDelta::minutes(10))
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(watch(job))
    }
}

/// What is done to one contract, by name in the outcome; none where there was nothing to do.
type Deed = fn(&mut Conn, &Context<'_>, Uuid) -> Result<Option<&'static str>>;
/// Those to whom it is done, by id, after one.
type Find = fn(&mut Conn, NaiveDate, Uuid, i64) -> Result<Vec<Uuid>>;

fn raise(conn: &mut Conn, context: &Context<'_>, id: Uuid) -> Result<Option<&'static str>> {
    Ok(contract::raise(conn, context, id)?.then_some("due"))
}
fn pass(conn: &mut Conn, context: &Context<'_>, id: Uuid) -> Result<Option<&'static str>> {
    Ok(match contract::pass(conn, context, id)? {
        Passed::Renewed => Some("renewed"),
        Passed::Ended => Some("ended"),
        Passed::Nothing => None,
    })
}

/// Each contract in a transaction of its own: one that can't be renewed, for want of a pipeline perhaps, keeps none of the others from it.
async fn watch(job: &JobContext) -> Result<Outcome> {
    let only = job.job.payload.get("contract_id").and_then(Value::as_str);
    if let Some(only) = only.and_then(|id| Uuid::try_parse(id).ok()) {
        let (setting, id) = (job.app.setting(), job.job.claim.id);
        let raised = job.write(move |conn| as_server(&setting, id, id, |context| contract::raise(conn, context, only)));
        return Ok(Outcome::Done(json!({ "due": i64::from(raised.await?) })));
    }
    let mut counts = Map::new();
    let works: [(Find, Deed); 2] = [(contract::due, raise), (contract::over, pass)];
    for (find, deed) in works {
        let mut after = Uuid::nil();
        loop {
            let (setting, id) = (job.app.setting(), job.job.claim.id);
            let found = job.write(move |conn| {
                as_server(&setting, id, id, |context| {
                    let today = contract::today(conn, context)?;
                    find(conn, today, after, STEP)
                })
            });
            let found = found.await?;
            for contract in &found {
                let (setting, contract) = (job.app.setting(), *contract);
                let done = job.write(move |conn| as_server(&setting, id, id, |context| deed(conn, context, contract)));
                let word = match done.await {
                    Ok(word) => word,
                    Err(Error::Conflict(code)) => failed(contract, code),
                    Err(Error::Invalid(problems)) => failed(contract, &problems.to_string()),
                    Err(other) => return Err(other),
                };
                if let Some(word) = word {
                    let sum = counts.get(word).and_then(Value::as_i64).unwrap_or_default();
                    counts.insert(word.to_owned(), json!(sum + 1));
                }
                if job.stopping() {
                    return Ok(Outcome::Paused);
                }
            }
            match found.last() {
                Some(last) if found.len() == STEP as usize => after = *last,
                _ => break,
            }
        }
    }
    Ok(Outcome::Done(Value::Object(counts)))
}

fn failed(contract: Uuid, why: &str) -> Option<&'static str> {
    tracing::warn!(%contract, why, "a contract could not be renewed or ended");
    Some("failed")
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let step = |path, id, summary, doc, done| Action {
        path,
        id,
        summary,
        doc,
        done,
        object: CONTRACTS,
        permission: "update",
        keyed: true,
    };
    let activating = step(
        "/contracts/{id}/activate",
        "activateContract",
        "Activate a contract",
        "The draft holds from now on and gets its number; what was agreed is no longer edited (409 `contract_not_draft`). A renewal that \
         is due already is told of within seconds. 409 `contract_status`.",
        "It holds.",
    );
    let noticing = step(
        "/contracts/{id}/notice",
        "giveNotice",
        "Note that notice was given",
        "The contract ends with its last day and is not renewed; one without a last day ends when the time of notice, counted from today, is over. 409 \
         `contract_notice_late` of one that renews itself, after the last day for notice; `contract_status` of one that does not hold.",
        "It ends with its last day.",
    );
    let renewing = step(
        "/contracts/{id}/renew",
        "renewContract",
        "Renew a contract",
        "A new contract takes its place from the day after its last (`next_id`, and the other way `previous_id`), with its term, lines and value at the \
         prices of the renewal, unless others are given. A contract is renewed once: 409 `contract_status` of one that was, and of one that does not hold. \
         422 where it has no last day.",
        "It is renewed.",
    );
    let cancelling = step(
        "/contracts/{id}/cancel",
        "cancelContract",
        "End a contract before its time",
        "It holds no longer, and nothing follows. 409 `contract_status` where it is over.",
        "It is cancelled.",
    );
    config.service(activating.on(activate));
    config.service(noticing.on(notice));
    config.service(renewing.told(renew));
    config.service(cancelling.told(cancel));
    config.service(Crud::<Contract>::new());
}

//! Deals, for the board and the forecast: ten for each customer up to a million, of which the first ten thousand are open on one board.
use crate::names::{Dice, TRADES_FA};
use chrono::{Days, NaiveDate};
use domain::core::error::Result;
use domain::core::pipeline::Context;
use domain::sales::opportunity::Opportunity;
use domain::sales::pipeline::Pipeline;
use persistence::core::conn::Conn;
use persistence::core::object::{Object, Of};
use persistence::sql;
use serde_json::{Value, json};
use tests::{People, Who};
use uuid::Uuid;

/// Deals of each customer, and the most there are.
const EACH: u64 = 10;
const MOST: u64 = 1_000_000;
/// How many are open on the board.
const OPEN: u64 = 10_000;
/// The board's pipeline, and that of all other deals.
const NAMES: [&str; 2] = ["Board", "Past"];
/// Finds the board, in either database.
pub const WHICH: &str = "SELECT id FROM pipelines WHERE name = 'Board'";
/// The first stage of the board, and after it the deals that stand there, in no order; in either database.
pub const FIRST: &str = "SELECT s.id FROM stages s JOIN pipelines p ON p.id = s.pipeline_id WHERE p.name = 'Board' AND s.position = \
                         (SELECT min(f.position) FROM stages f WHERE f.pipeline_id = p.id)";
pub const IN_FIRST: &str = "SELECT o.id FROM opportunities o JOIN pipelines p ON p.id = o.pipeline_id JOIN stages s ON s.id = o.stage_id \
                            WHERE p.name = 'Board' AND s.position = (SELECT min(f.position) FROM stages f WHERE f.pipeline_id = p.id)";
/// What a server that is up finds as days go by: which of them have been open for too long. One that is first started on all of them would
/// be at it for minutes, and be measured meanwhile.
pub const WATCHED: &str = "UPDATE opportunities SET stuck_at = created_at, slipping_at = created_at WHERE status = 'open'";
/// How many open stages the board has.
pub const STAGES: u32 = 4;
/// What is to be done in any of them.
const DONE: [&str; 6] = [
    "need_known",
    "buyer_known",
    "budget_known",
    "offer_sent",
    "rivals_asked",
    "terms_agreed",
];
/// The fiscal year that all of them close in.
pub const YEAR: &str = "1400";

/// The pipelines, and the open stages of the first.
#[derive(Debug, Clone)]
pub struct Course {
    pipelines: Vec<Uuid>,
    stages: Vec<Uuid>,
}

fn make(object: &dyn Object, conn: &mut Conn, context: &Context<'_>, body: Value) -> Result<Uuid> {
    let body = body.as_object().cloned().unwrap_or_default();
    Ok(object.create(conn, context, None, body)?.id)
}

/// The pipelines; made now unless they are there.
pub fn course(conn: &mut Conn, context: &Context<'_>) -> Result<Course> {
    let mut pipelines = Vec::new();
    for name in NAMES {
        let there = conn.ids(&sql!("SELECT id FROM pipelines WHERE name = ?", name))?.pop();
        let body = json!({"name": name, "template": "general_sales"});
        pipelines.push(match there {
            Some(id) => id,
            None => make(&Of::<Pipeline>::NEW, conn, context, body)?,
        });
    }
    let stages = sql!(
        "SELECT id FROM stages WHERE pipeline_id = ? AND kind = 'open' ORDER BY position",
        pipelines[0]
    );
    Ok(Course {
        stages: conn.ids(&stages)?,
        pipelines,
    })
}

/// Makes the deals of a customer.
pub fn fill(
    conn: &mut Conn,
    context: &Context<'_>,
    dice: &mut Dice,
    course: &Course,
    people: &People,
    (serial, customer): (u64, Uuid),
) -> Result<()> {
    let first = NaiveDate::from_ymd_opt(2021, 3, 21).unwrap_or_default();
    let owners = Who::ALL.map(|who| people.users[&who]);
    for n in serial * EACH..((serial + 1) * EACH).min(MOST) {
        let closes = first.checked_add_days(Days::new(dice.below(350))).unwrap_or(first);
        let mut body = json!({
            "name": format!("قرارداد {} {n}", dice.one(&TRADES_FA)), "customer_id": customer, "close_date": closes, "started_on": first,
            "owner_id": dice.one(&owners), "amount": {"amount": format!("{}.00", 1_000_000 + dice.below(5_000_000_000)), "currency": "IRR"},
        });
        if n < OPEN {
            body["pipeline_id"] = json!(course.pipelines[0]);
            body["stage_id"] = json!(dice.one(&course.stages));
            body["next_step"] = json!("تماس با مدیر خرید");
            body["checklist_done"] = json!(DONE);
        } else {
            body["pipeline_id"] = json!(course.pipelines[1]);
            body["status"] = json!(dice.one(&["open", "open", "open", "won", "won", "won", "won", "lost", "lost", "lost"]));
        }
        make(&Of::<Opportunity>::NEW, conn, context, body)?;
    }
    Ok(())
}

//! Customers with a long file, for the 360: two hundred interactions, twenty tasks and ten documents each.
use crate::names::{Dice, TRADES_FA};
use chrono::TimeDelta;
use domain::activities::interaction::Interaction;
use domain::activities::task::Task;
use domain::core::error::Result;
use domain::core::pipeline::Context;
use domain::documents::document::Document;
use persistence::core::conn::Conn;
use persistence::core::object::{Object, Of};
use serde_json::{Value, json};
use uuid::Uuid;

/// How many customers of a database have a long file.
pub const HOW_MANY: u64 = 500;
/// Finds them, in either database.
pub const WHICH: &str = "SELECT DISTINCT customer_id FROM tasks WHERE customer_id IS NOT NULL";

/// What one of them has.
const INTERACTIONS: i64 = 200;
const TASKS: i64 = 20;
const DOCUMENTS: i64 = 10;

/// Writes the file of a customer.
pub fn fill(conn: &mut Conn, context: &Context<'_>, dice: &mut Dice, customer: Uuid) -> Result<()> {
    let now = context.setting.now;
    let mut make = |object: &dyn Object, body: Value| match body {
        Value::Object(body) => object.create(conn, context, None, body).map(|_| ()),
        _ => Ok(()),
    };
    for n in 0..INTERACTIONS {
        let at = now.after(TimeDelta::hours(-7 * n));
        make(
            &Of::<Interaction>::NEW,
            json!({
                "customer_id": customer, "channel": dice.one(&["call", "email", "meeting", "message"]),
                "direction": dice.one(&["inbound", "outbound"]), "started_at": at, "duration_seconds": dice.below(900),
                "subject": format!("پرسش دربارهٔ {}", dice.one(&TRADES_FA)),
                "body": "سلام. زمان تحویل سفارش پیشین را می‌خواستم بدانم و این که آیا می‌توان نشانی را تغییر داد. با سپاس.",
                "keywords": ["delivery"],
            }),
        )?;
    }
    for n in 0..TASKS {
        let due = now.after(TimeDelta::hours(9 * n));
        let title = format!("پیگیری {}", dice.one(&TRADES_FA));
        make(
            &Of::<Task>::NEW,
            json!({"customer_id": customer, "title": title, "due_at": due, "kind": "call"}),
        )?;
    }
    for n in 0..DOCUMENTS {
        make(
            &Of::<Document>::NEW,
            json!({"customer_id": customer, "name": format!("قرارداد {n}.pdf"), "tags": ["قرارداد"]}),
        )?;
    }
    Ok(())
}

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
pub const INTERACTIONS: i64 = 200;
pub const TASKS: i64 = 20;
pub const DOCUMENTS: i64 = 10;

/// An interaction, without when it was and with whom.
pub fn interaction(dice: &mut Dice) -> Value {
    json!({
        "channel": dice.one(&["call", "email", "meeting", "message"]), "direction": dice.one(&["inbound", "outbound"]),
        "duration_seconds": dice.below(900), "subject": format!("پرسش دربارهٔ {}", dice.one(&TRADES_FA)),
        "body": "سلام. زمان تحویل سفارش پیشین را می‌خواستم بدانم و این که آیا می‌توان نشانی را تغییر داد. با سپاس.",
        "keywords": ["delivery"],
    })
}

/// A task, without when it is due and for whom.
pub fn task(dice: &mut Dice) -> Value {
    json!({"title": format!("پیگیری {}", dice.one(&TRADES_FA)), "kind": "call"})
}

/// A document by its number, without whose it is.
pub fn document(n: i64) -> Value {
    json!({"name": format!("قرارداد {n}.pdf"), "tags": ["قرارداد"]})
}

/// A row with what one of its kind goes without.
pub fn about(mut row: Value, more: Value) -> Value {
    if let (Value::Object(row), Value::Object(more)) = (&mut row, more) {
        row.extend(more);
    }
    row
}

/// Writes the file of a customer.
pub fn fill(conn: &mut Conn, context: &Context<'_>, dice: &mut Dice, customer: Uuid) -> Result<()> {
    let now = context.setting.now;
    let mut make = |object: &dyn Object, body: Value| match body {
        Value::Object(body) => object.create(conn, context, None, body).map(|_| ()),
        _ => Ok(()),
    };
    for n in 0..INTERACTIONS {
        let more = json!({"customer_id": customer, "started_at": now.after(TimeDelta::hours(-7 * n))});
        make(&Of::<Interaction>::NEW, about(interaction(dice), more))?;
    }
    for n in 0..TASKS {
        let more = json!({"customer_id": customer, "due_at": now.after(TimeDelta::hours(9 * n))});
        make(&Of::<Task>::NEW, about(task(dice), more))?;
    }
    for n in 0..DOCUMENTS {
        make(&Of::<Document>::NEW, about(document(n), json!({"customer_id": customer})))?;
    }
    Ok(())
}

//! A transaction of any size is written and found.
use api::http::app::SystemIds;
use chrono::Utc;
use domain::activities::interaction::Interaction;
use domain::core::actor::{Actor, Via};
use domain::core::instant::Instant;
use domain::core::pipeline::{self, Context};
use domain::core::resource::Setting;
use persistence::core::database::Database;
use serde_json::json;
use tests::{Who, both};
use uuid::Uuid;

/// So many that what would be taken back of the statement that makes them findable is far beyond what stays in memory.
const MANY: usize = 9_000;

both! {
    fn thousands_of_records_are_one_transaction(app: &App) {
        let db = Database::open(&app.database().parse().unwrap(), 2).unwrap();
        let now = Instant::new(Utc::now());
        let (actor, setting) = (Actor::server(Via::Console, now), Setting { now, default_region: "IR".to_owned() });
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(db.write(move |conn| {
            let context = Context { actor: &actor, setting: &setting, ids: &SystemIds, origin: Uuid::now_v7() };
            for n in 0..MANY {
                let words = (0..60).map(|i| format!("واژه{} ", (n * 61 + i * 7919) % 50_021)).collect::<String>();
                let body = json!({"channel": "call", "subject": format!("گفت‌وگوی {n}"), "body": words});
                pipeline::create::<Interaction>(conn, &context, None, body.as_object().cloned().unwrap_or_default())?;
            }
            Ok(())
        })).unwrap();
        let found = app.be(Who::Owner).list("/interactions", &[("q", "گفت‌وگوی 8999")]).is(200).data();
        assert!(!found.is_empty());
    }
}

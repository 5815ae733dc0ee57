//! Looks after the signing keys while the server runs: sees what other nodes have made, makes the next key in time, drops those that have
//! served. Each node for itself, since each has the keys in memory.
use super::keys::{KeyError, KeyRing};
use crate::http::app::App;
use actix_web::web::{self, Data};
use std::time::Duration;

/// How often: other nodes must know a new key before it signs.
const EVERY: Duration = Duration::from_secs(300);

/// Goes round until the server ends.
pub async fn run(app: Data<App>) {
    let mut rounds = tokio::time::interval(EVERY);
    // The first tick comes at once, and the keys were read a moment ago.
    rounds.tick().await;
    loop {
        rounds.tick().await;
        let state = app.clone();
        match web::block(move || round(&state)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the signing keys could not be looked after"),
            Err(error) => tracing::error!(%error, "the signing keys could not be looked after"),
        }
    }
}

fn round(app: &App) -> Result<(), KeyError> {
    let now = chrono::Utc::now();
    let mut ring = KeyRing::open(&app.data.join("keys"), now, &mut rand::rng())?;
    if ring.rotation_due(now) {
        ring.rotate(now, &mut rand::rng())?;
        tracing::info!(target: "security", event = "signing_key", outcome = "rotated");
    } else {
        ring.prune(now)?;
    }
    if let Ok(mut keys) = app.keys.write() {
        *keys = ring;
    }
    Ok(())
}

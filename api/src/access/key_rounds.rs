//! Sees the signing keys that other nodes have made, while the server runs. A job makes and drops them, once for all nodes; each node has
//! them in memory, and must know a new one before it signs.
use super::keys::{KeyError, KeyRing};
use crate::http::app::App;
use actix_web::web::{self, Data};
use std::sync::PoisonError;
use std::time::Duration;

/// How often: half of the time that a key is public before it signs.
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
            Ok(Err(error)) => tracing::error!(%error, "the signing keys could not be read"),
            Err(error) => tracing::error!(%error, "the signing keys could not be read"),
        }
    }
}

fn round(app: &App) -> Result<(), KeyError> {
    let ring = KeyRing::open(&app.data.join("keys"), app.now().utc(), &mut rand::rng())?;
    *app.keys.write().unwrap_or_else(PoisonError::into_inner) = ring;
    Ok(())
}

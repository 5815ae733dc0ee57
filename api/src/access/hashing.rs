//! Password hashing off the async threads, a few at a time: each takes 19 MiB, and a flood of sign-ins must meet 503 and not an exhausted
//! memory.
use super::password::{self, Check};
use crate::http::problem::Failure;
use actix_web::web;
use domain::core::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// How long a sign-in waits for its turn.
const PATIENCE: Duration = Duration::from_secs(3);
/// How many may wait; beyond that the next is refused at once.
const QUEUE: usize = 64;

/// The turns there are.
#[derive(Debug, Clone)]
pub struct Hashing {
    turns: Arc<Semaphore>,
    /// Those working and those waiting.
    places: Arc<Semaphore>,
}

impl Hashing {
    /// Twice as many turns as cores.
    pub fn new(cores: usize) -> Self {
        let turns = cores.max(1) * 2;
        Hashing {
            turns: Arc::new(Semaphore::new(turns)),
            places: Arc::new(Semaphore::new(turns + QUEUE)),
        }
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T, password::HashFailed> + Send + 'static) -> Result<T, Failure> {
        let full = |_| Failure::Domain(Error::Unavailable("overloaded"));
        let place = self.places.clone().try_acquire_owned().map_err(full)?;
        let turn = match tokio::time::timeout(PATIENCE, self.turns.clone().acquire_owned()).await {
            Ok(Ok(turn)) => turn,
            _ => return Err(Failure::Domain(Error::Unavailable("overloaded"))),
        };
        // The turn ends with the work, also when the one who asked has gone away.
        let done = web::block(move || {
            let (_place, _turn) = (place, turn);
            work()
        });
        match done.await {
            Ok(Ok(value)) => Ok(value),
            _ => Err(Failure::Domain(Error::Unavailable("overloaded"))),
        }
    }

    /// Hashes a new password.
    pub async fn hash(&self, password: String) -> Result<String, Failure> {
        self.run(move || password::hash(&password, &mut rand::rng())).await
    }

    /// Compares a password with a stored hash; where there is none, the same work for nothing.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<Check, Failure> {
        self.run(move || match stored {
            Some(hash) => password::verify(&password, &hash),
            None => password::verify_absent(&password),
        })
        .await
    }
}

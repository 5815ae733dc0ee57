//! Those who wait for changes: how many there may be, and what wakes them.
//!
//! A write of this process wakes them at once. Writes of other nodes and of commands are seen by a look at the newest place of the log
//! once a second, one look for all followers of the process, and none when nobody follows. `LISTEN`/`NOTIFY` would tell a little sooner,
//! but PostgreSQL commits transactions that notify one after the other, and a waiting connection does not outlive a pooler between.
use crate::http::app::App;
use crate::http::problem::Failure;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use domain::core::error::Error;
use persistence::core::conn::Conn;
use persistence::core::place::{self, NOTIFICATIONS, Place};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Followers of one user at most, unless the limit `stream` says otherwise.
const EACH: u32 = 20;
/// Followers of the whole process at most: each costs memory, a look at the log with each change, and a look at its credential
/// every few seconds.
const ALL: usize = 4_000;
/// How often the log is looked at for what others wrote.
const LOOK: Duration = Duration::from_secs(1);

/// The newest places of the logs that are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    pub changes: Place,
    pub notifications: Place,
}

impl Mark {
    fn read(conn: &mut Conn) -> domain::core::error::Result<Mark> {
        Ok(Mark {
            changes: place::end(conn)?,
            notifications: place::end_of(conn, &NOTIFICATIONS)?,
        })
    }
    /// Of each the newer of both.
    fn max(self, other: Mark) -> Mark {
        Mark {
            changes: self.changes.max(other.changes),
            notifications: self.notifications.max(other.notifications),
        }
    }
}

/// The followers of this process.
#[derive(Debug)]
pub struct Followers {
    each: Mutex<HashMap<uuid::Uuid, u32>>,
    all: AtomicUsize,
    /// The newest places that were seen.
    mark: watch::Sender<Mark>,
    looked: tokio::sync::Mutex<Looked>,
}

/// The last look: how many writes of this process it covers, and when it was.
#[derive(Debug)]
struct Looked {
    writes: u64,
    at: Option<Instant>,
}

impl Default for Followers {
    fn default() -> Self {
        Followers {
            each: Mutex::default(),
            all: AtomicUsize::new(0),
            mark: watch::Sender::new(Mark {
                changes: Place::START,
                notifications: Place::START,
            }),
            looked: tokio::sync::Mutex::new(Looked { writes: 0, at: None }),
        }
    }
}

/// A follower's place among the others, until it is dropped.
#[derive(Debug)]
pub struct Permit {
    followers: Arc<Followers>,
    user: uuid::Uuid,
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.followers.all.fetch_sub(1, Ordering::Relaxed);
        let mut each = self.followers.each.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(n) = each.get_mut(&self.user) {
            *n -= 1;
            if *n == 0 {
                each.remove(&self.user);
            }
        }
    }
}

impl Followers {
    /// Lets one more follow.
    ///
    /// # Errors
    /// 429 when the user has as many already as the limit `stream` allows; 503 when the process has.
    pub fn admit(self: &Arc<Self>, app: &App, user: uuid::Uuid) -> Result<Permit, Failure> {
        let most = app.limits.most("stream").unwrap_or(EACH);
        let mut each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
        let n = each.entry(user).or_default();
        if *n >= most {
            let wait = (HeaderName::from_static("retry-after"), HeaderValue::from_static("5"));
            return Err(Failure::Protocol(StatusCode::TOO_MANY_REQUESTS, "rate_limited", Some(wait)));
        }
        if self.all.load(Ordering::Relaxed) >= ALL {
            if *n == 0 {
                each.remove(&user);
            }
            return Err(Error::Unavailable("overloaded").into());
        }
        *n += 1;
        self.all.fetch_add(1, Ordering::Relaxed);
        Ok(Permit {
            followers: self.clone(),
            user,
        })
    }

    /// Waits until a log has gone beyond a place, for so long at most: the new end, or none. It returns early when the server is
    /// about to stop.
    pub async fn beyond(&self, app: &App, end: fn(&Mark) -> Place, place: Place, most: Duration) -> Option<Place> {
        let until = tokio::time::Instant::now() + most;
        let (mut mark, mut writes) = (self.mark.subscribe(), app.db.watch());
        loop {
            let newest = end(&mark.borrow_and_update());
            if newest > place {
                return Some(newest);
            }
            if app.draining.load(Ordering::Relaxed) || tokio::time::Instant::now() >= until {
                return None;
            }
            let tick = until.min(tokio::time::Instant::now() + LOOK);
            tokio::select! {
                // The sender lives as long as we do.
                _ = mark.changed() => {}
                Ok(()) = writes.changed() => {
                    let count = *writes.borrow_and_update();
                    self.look(app, count).await;
                }
                () = tokio::time::sleep_until(tick) => self.look(app, 0).await,
            }
        }
    }

    /// Looks at the newest place, unless somebody has just done so: since the write that is told of, or within the last second.
    async fn look(&self, app: &App, writes: u64) {
        let mut looked = self.looked.lock().await;
        let fresh = match writes {
            0 => looked.at.is_some_and(|at| at.elapsed() < LOOK / 2),
            n => looked.writes >= n,
        };
        if fresh {
            return;
        }
        let before = *app.db.watch().borrow();
        match app.db.read(Mark::read).await {
            Ok(now) => {
                *looked = Looked {
                    writes: before,
                    at: Some(Instant::now()),
                };
                self.mark.send_if_modified(|mark| {
                    let before = std::mem::replace(mark, mark.max(now));
                    *mark != before
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the ends of the logs could not be read");
                looked.at = Some(Instant::now());
            }
        }
    }
}

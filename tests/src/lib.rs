//! The harness: the real server on a database of its own for each test, a client that holds every answer against the contract, and
//! people to be. A database is copied from a template that is migrated and filled once, so that a test starts in a moment and none
//! depends on another.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test says by panicking that it failed, and where"
)]
pub mod answer;
pub mod app;
mod becomes;
pub mod binary;
pub mod client;
pub mod contract;
pub mod digest;
pub mod engine;
pub mod events;
pub mod node;
pub mod people;
pub mod post;
pub mod probe;
pub mod raw;
pub mod records;
pub mod s3;
pub mod samples;
pub mod schema;
mod seed;
pub mod template;
pub mod text_index;

pub use answer::Answer;
pub use app::App;
pub use client::Client;
pub use people::{People, Who};

/// Does something up to five times until it is done within a bound; fails when it never is. What is slow in itself is slow each time;
/// what waited for a busy machine is not.
#[track_caller]
pub fn within<T>(bound: std::time::Duration, mut what: impl FnMut() -> T) -> T {
    let mut took = Vec::new();
    for _ in 0..5 {
        let started = std::time::Instant::now();
        let done = what();
        took.push(started.elapsed());
        if took.iter().any(|t| *t <= bound) {
            return done;
        }
    }
    panic!("not within {bound:?} but {took:?}");
}

/// Writes each test once and runs it on both databases: `sqlite::name` and `postgres::name`. Once in a module.
///
/// ```ignore
/// both! {
///     fn a_customer_is_created(app: &App) { app.be(Who::Owner).post("/customers", json!({…})).is(201); }
/// }
/// ```
#[macro_export]
macro_rules! both {
    ($($(#[$meta:meta])* fn $name:ident($app:ident: &App) $body:block)+) => {
        $(fn $name($app: &$crate::App) $body)+
        mod sqlite {
            $($(#[$meta])* #[test] fn $name() { super::$name(&$crate::App::sqlite()) })+
        }
        mod postgres {
            $($(#[$meta])* #[test] fn $name() { super::$name(&$crate::App::postgres()) })+
        }
    };
}

/// As [`both!`], and once more with the contents of documents on S3: `s3::name`.
#[macro_export]
macro_rules! everywhere {
    ($($(#[$meta:meta])* fn $name:ident($app:ident: &App) $body:block)+) => {
        $crate::both! { $($(#[$meta])* fn $name($app: &App) $body)+ }
        mod s3 {
            $($(#[$meta])* #[test] fn $name() { super::$name(&$crate::App::on_s3($crate::engine::Engine::Sqlite)) })+
        }
    };
}

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
pub mod binary;
pub mod client;
pub mod contract;
pub mod engine;
pub mod node;
pub mod people;
pub mod post;
pub mod probe;
pub mod raw;
pub mod records;
mod seed;
pub mod template;

pub use answer::Answer;
pub use app::App;
pub use client::Client;
pub use people::{People, Who};

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

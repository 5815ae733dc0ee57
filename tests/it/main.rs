//! Peyvand from outside: through HTTP, against the real program, on both databases.
#![expect(
    clippy::unwrap_used,
    reason = "a test says by panicking that it failed, and where"
)]
mod harness;

//! Attacks, by their numbers in the project's list. Those that concern every record or every operation are with these: 1, 2 and 11 in
//! `access/matrix.rs`, 12 in `records/refusing.rs`. Those on credentials are in `access`: 36 to 38 and 45 in `tokens.rs`, 39 and 40 in
//! `sessions.rs`, 47 in `keys.rs`; 10 and 26 to 28 are in `imports`.
mod bodies;
mod guessing;
mod reach;
mod refused;
mod secrets;
mod statements;
mod streams;
mod wire;

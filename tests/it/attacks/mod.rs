//! Attacks, by their numbers in the project's list. Those that concern every record or every operation are with these: 1, 2 and 11 in
//! `access/matrix.rs`, 12 in `records/refusing.rs`.
mod bodies;
mod guessing;
mod reach;

mod secrets;
mod statements;
mod streams;
mod wire;

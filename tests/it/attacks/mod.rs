//! Attacks, by their numbers in the project's list: a test is called after the number of its attack. Those that concern every record or
//! every operation are with these: 1, 2 and 11 in `access/matrix.rs`, 12 in `records/refusing.rs`. Those on credentials are in `access`,
//! those on files in `documents` and `imports`.
mod bodies;
mod guessing;
mod reach;
mod refused;
mod secrets;
mod statements;
mod streams;
mod wire;

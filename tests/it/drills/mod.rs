//! Drills: faults while people write. They take minutes, so `make test` leaves them out and `make drill` runs them, on both databases.
//! After each the same checker holds what clients were told against what is there. `PEYVAND_DRILL_ROUNDS` says how often the fault comes
//! (10 times unless told).
mod caller;
mod checker;
mod edits;
mod idempotency;
mod kill;
mod stop;

/// How often a fault comes.
fn rounds() -> usize {
    std::env::var("PEYVAND_DRILL_ROUNDS").map_or(10, |n| n.parse().unwrap())
}

/// A number below a bound, another one each time: the fault must not always come at the same moment.
fn any_below(bound: u64) -> u64 {
    rand::random::<u64>() % bound
}

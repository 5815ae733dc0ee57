//! Drills: faults while people write, on both databases. After each the same checker holds what clients were told against what is there.
//! `make test` lets each fault come a few times; `make drill` as often as the list of faults asks. `PEYVAND_DRILL_ROUNDS` says so: `full`
//! or a number.
mod bucket;
mod bulk;
mod caller;
mod checker;
mod corrupted;
mod edits;
mod full;
mod idempotency;
mod import;
mod kill;
mod migration;
mod slow;
mod stop;

/// How often a fault comes: `few` times among the other tests, `full` times in `make drill`.
fn rounds(few: usize, full: usize) -> usize {
    match std::env::var("PEYVAND_DRILL_ROUNDS").as_deref() {
        Err(_) => few,
        Ok("full") => full,
        Ok(number) => number.parse().unwrap(),
    }
}

/// A number below a bound, another one each time: the fault must not always come at the same moment.
fn any_below(bound: u64) -> u64 {
    rand::random::<u64>() % bound
}

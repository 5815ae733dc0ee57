//! 4.22: fifty equal requests at once, with one key; and the server killed in the middle of them.
use super::caller::{Caller, Outcome, serial};
use super::checker::{Acks, check_new};
use super::{any_below, rounds};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Barrier;
use std::sync::mpsc::channel;
use tests::{Who, both};
use uuid::Uuid;

const EQUALS: usize = 50;

both! {
    fn drill_4_22_idempotency_in_flight(app: &App) {
        let caller = Caller::new(app.token(Who::Owner));
        let (mut acks, mut node, mut checked) = (Acks::new(), None::<tests::node::Node>, BTreeSet::new());
        for round in 0..rounds(2, 50) {
            let running = node.as_ref().unwrap_or(app.node());
            let number = serial();
            let answers = together(&caller, running.address(), number, EQUALS, || {});
            let id = one_effect(&answers).unwrap();
            assert!(answers.iter().all(|a| matches!(a, Outcome::Answered(201 | 409, ..))), "{answers:?}");
            acks.insert(number, id);

            // The same, but the server is killed when some of them are on their way.
            let number = serial();
            let answers = together(&caller, running.address(), number, 1 + any_below(2 * EQUALS as u64) as usize, || running.kill());
            let told = one_effect(&answers);
            let again = app.another(&[]);
            let retried = caller.create(again.address(), number, &[("Idempotency-Key", &key(number))]);
            assert_eq!(retried.status(), 201, "{retried:?}");
            let id = retried.id().unwrap();
            assert!(told.is_none_or(|told| told == id), "the retry made another record than was acknowledged");
            acks.insert(number, id);
            let answered = answers.iter().filter(|a| a.status() == 201).count();
            eprintln!("round {}: {answered} answered before the kill; the retry gave {}", round + 1, how(&retried));
            check_new(app, &app.be(Who::Owner).at(again.address()), &acks, &mut checked);
            node = Some(again);
        }
    }
}

fn how(answer: &Outcome) -> &'static str {
    match answer {
        Outcome::Answered(_, _, _, true) => "the answer again",
        _ => "a new record",
    }
}

fn key(number: u64) -> String {
    format!("drill-{number}")
}

/// Sends equal requests at once; `then` runs after so many beginnings and ends of them.
fn together(caller: &Caller, server: SocketAddr, number: u64, steps: usize, then: impl FnOnce()) -> Vec<Outcome> {
    let (start, (step, taken)) = (Barrier::new(EQUALS), channel());
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..EQUALS)
            .map(|_| {
                let (caller, start, step) = (caller.clone(), &start, step.clone());
                scope.spawn(move || {
                    start.wait();
                    // Nobody listens any more when there were enough.
                    let _ = step.send(());
                    let answer = caller.create(server, number, &[("Idempotency-Key", &key(number))]);
                    let _ = step.send(());
                    answer
                })
            })
            .collect();
        for _ in 0..steps {
            taken.recv().unwrap();
        }
        then();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    })
}

/// The one record that all answers tell of; none where none tells of any.
fn one_effect(answers: &[Outcome]) -> Option<Uuid> {
    let made = answers.iter().filter(|a| a.status() == 201);
    let fresh = made.clone().filter(|a| matches!(a, Outcome::Answered(_, _, _, false))).count();
    assert!(fresh <= 1, "{fresh} of them say that they made it");
    let ids: BTreeSet<Uuid> = made.map(|a| a.id().unwrap()).collect();
    assert!(ids.len() <= 1, "several records for one key: {ids:?}");
    ids.first().copied()
}

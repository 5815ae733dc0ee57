//! 4.30: a server is asked to stop (SIGTERM) under load, behind a balancer that sends requests to another one as soon as it is not ready.
use super::caller::{Caller, serial};
use super::checker::{Acks, check};
use super::{any_below, rounds};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;
use tests::node::Node;
use tests::{App, Who, both};

const CLIENTS: usize = 8;
/// A second for the balancer to see that a node stops: more than one health check.
const DRAINS: [(&str, &str); 1] = [("PEYVAND_DRAIN_SECONDS", "1")];

both! {
    fn drill_4_30_graceful_stop_under_load(app: &App) {
        let acks = Mutex::new(Acks::new());
        let mut old = app.another(&DRAINS);
        for round in 0..rounds(1, 50) {
            let new = app.another(&DRAINS);
            let before = acks.lock().unwrap().len();
            let finished = hand_over(app, &old, &new, &acks);
            let served = acks.lock().unwrap().len() - before;
            eprintln!("round {}: {served} creates, {finished} of them by a node that was told to stop, none failed", round + 1);
            old = new;
        }
        check(app, &app.be(Who::Owner).at(old.address()), &acks.lock().unwrap());
    }
}

/// How often the balancer asks a node whether it is ready.
const ASKS: Duration = Duration::from_millis(20);

/// Stops one node under load, behind a balancer that sends everything to the other one as soon as this one says that it is not ready.
/// How many requests the first one finished after it was told to stop.
fn hand_over(app: &App, old: &Node, new: &Node, acks: &Mutex<Acks>) -> usize {
    let (second, stopping, stop) = (AtomicBool::new(false), AtomicBool::new(false), AtomicBool::new(false));
    let (finished, (done, served)) = (AtomicUsize::new(0), channel());
    let (caller, nodes) = (Caller::new(app.token(Who::Owner)), [old.address(), new.address()]);
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            let (caller, done, second, stopping, stop, finished) = (caller.clone(), done.clone(), &second, &stopping, &stop, &finished);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let (number, to) = (serial(), usize::from(second.load(Ordering::Relaxed)));
                    let outcome = caller.create(nodes[to], number, &[]);
                    assert_eq!(outcome.status(), 201, "a request failed: {outcome:?}");
                    acks.lock().unwrap().insert(number, outcome.id().unwrap());
                    if to == 0 && stopping.load(Ordering::Relaxed) {
                        finished.fetch_add(1, Ordering::Relaxed);
                    }
                    // Nobody counts any more when the node has stopped.
                    let _ = done.send(());
                }
            });
        }
        drop(done);
        let (end, ends) = channel::<()>();
        let (balancer, second) = (&caller, &second);
        scope.spawn(move || {
            // The pause of a health check, cut short when the round is over.
            while ends.recv_timeout(ASKS) == Err(RecvTimeoutError::Timeout) {
                if balancer.ready(nodes[0]) != 200 {
                    second.store(true, Ordering::Relaxed);
                }
            }
        });
        let wait_for = |n: u64| (0..n).for_each(|_| served.recv().unwrap());
        wait_for(20 + any_below(100));
        stopping.store(true, Ordering::Relaxed);
        assert!(old.stop(), "the node did not end well");
        // The other one has all of the load now.
        wait_for(50);
        stop.store(true, Ordering::Relaxed);
        drop(end);
    });
    assert!(second.into_inner(), "the node never said that it stops");
    finished.into_inner()
}

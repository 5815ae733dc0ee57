//! 4.1: the server is killed (SIGKILL) under write load, again and again.
use super::caller::{Caller, Outcome, serial};
use super::checker::{Acks, check, check_new};
use super::{any_below, rounds};
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};
use tests::node::Node;
use tests::{App, Who, both};

const WRITERS: usize = 8;
/// How long a killed server may take until it is ready again.
const READY: Duration = Duration::from_secs(3);

both! {
    fn drill_4_1_killed_under_write_load(app: &App) {
        let acks = Mutex::new(Acks::new());
        let (mut restarted, mut checked) = (None::<Node>, BTreeSet::new());
        for round in 0..rounds(2, 100) {
            let before = acks.lock().unwrap().len();
            write_until_killed(app, restarted.as_ref().unwrap_or(app.node()), &acks);
            let start = Instant::now();
            let node = app.another(&[]);
            let client = app.be(Who::Owner).at(node.address());
            client.get("/health/ready").is(200);
            let took = start.elapsed();
            assert!(took <= READY, "ready after {took:?} in round {round}");
            let acks = acks.lock().unwrap();
            eprintln!("round {}: {} acknowledged before the kill, ready after {took:?}", round + 1, acks.len() - before);
            check_new(app, &client, &acks, &mut checked);
            restarted = Some(node);
        }
        let acks = acks.into_inner().unwrap();
        check(app, &app.be(Who::Owner).at(restarted.unwrap().address()), &acks);
        eprintln!("{} acknowledged in all, none lost, none in part", acks.len());
    }
}

/// Writes from several connections, and kills the server after some of the writes.
fn write_until_killed(app: &App, node: &Node, acks: &Mutex<Acks>) {
    let (server, caller) = (node.address(), Caller::new(app.token(Who::Owner)));
    let (done, acknowledged) = channel();
    std::thread::scope(|scope| {
        for _ in 0..WRITERS {
            let (caller, done) = (caller.clone(), done.clone());
            scope.spawn(move || {
                loop {
                    let serial = serial();
                    match caller.create(server, serial, &[]) {
                        answer @ Outcome::Answered(201, ..) => {
                            acks.lock().unwrap().insert(serial, answer.id().unwrap());
                            // The one who counts stops listening after the kill.
                            let _ = done.send(());
                        }
                        Outcome::Answered(status, _, body, _) => panic!("{status}: {body}"),
                        Outcome::Broken(_) | Outcome::Refused => break,
                    }
                }
            });
        }
        drop(done);
        for _ in 0..10 + any_below(150) {
            acknowledged.recv().unwrap();
        }
        node.kill();
    });
}

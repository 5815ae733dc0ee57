//! 4.1: the server is killed (SIGKILL) under write load, again and again.
use super::caller::{Caller, Outcome, serial};
use super::checker::{Acks, check};
use super::{any_below, rounds};
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};
use tests::node::Node;
use tests::{App, Who, both};

const WRITERS: usize = 8;
/// How long a killed server may take until it is ready again.
const READY: Duration = Duration::from_secs(3);

both! {
    #[ignore = "a drill: make drill"]
    fn drill_4_1_killed_under_write_load(app: &App) {
        let acks = Mutex::new(Acks::new());
        let mut restarted: Option<Node> = None;
        for round in 0..rounds() {
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
            check(app, &client, &acks);
            restarted = Some(node);
        }
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

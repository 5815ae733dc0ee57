//! 4.25: `peyvand migrate` is killed anywhere, and then started twice at once.
use super::{any_below, rounds};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use tests::engine::{Copy, Engine};
use tests::node::Node;
use tests::{App, binary, both};

fn migrate(address: &str) -> Child {
    let mut command = binary::command(&["migrate", "--database", address]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn well(child: Child) -> String {
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

/// Kills a migration at some moment of the time given. Whether it was still running.
fn killed(address: &str, takes: Duration) -> bool {
    let (mut child, end) = (migrate(address), Instant::now() + takes.mul_f64(any_below(1_000) as f64 / 1_000.0));
    while Instant::now() < end {
        std::thread::yield_now();
    }
    let running = child.try_wait().unwrap().is_none();
    // It may end by itself just now.
    let _ = child.kill();
    child.wait().unwrap();
    running
}

/// An empty database, in which a migration was cut off. One that ends before its moment says how little it takes on a machine that is less
/// busy now: the next one, in another database, has half the time.
fn cut_off(app: &App, takes: Duration) -> Copy {
    let mut within = takes;
    loop {
        let fresh = Copy::empty(app.engine, app.data());
        if killed(&fresh.address(), within) {
            return fresh;
        }
        within /= 2;
    }
}

both! {
    fn drill_4_25_migrations_killed_and_started_twice(app: &App) {
        let whole = Copy::empty(app.engine, app.data());
        let started = Instant::now();
        let said = well(migrate(&whole.address()));
        let takes = started.elapsed();
        let wanted = tests::schema::dump(app.engine, &whole.address());
        assert!(wanted.len() > 100, "{said}: {wanted:?}");
        for round in 0..rounds(2, 30) {
            let fresh = cut_off(app, takes);
            // Cut twice, so that the second one begins where the first one left it.
            killed(&fresh.address(), takes);
            let both = [migrate(&fresh.address()), migrate(&fresh.address()), migrate(&fresh.address())];
            let said: Vec<String> = both.into_iter().map(well).collect();
            assert_eq!(tests::schema::dump(app.engine, &fresh.address()), wanted, "round {round}: {said:?}");
            // Two servers that start at once find nothing to do, and serve.
            std::thread::scope(|scope| {
                let data = app.data().to_str().unwrap();
                let nodes: Vec<_> = (0..2).map(|_| scope.spawn(|| Node::start(&fresh.address(), data, &[]))).collect();
                nodes.into_iter().for_each(|node| assert!(node.join().unwrap().stop()));
            });
        }
        // A program that is older than the schema leaves it alone.
        let newer = "INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20990101000000', CURRENT_TIMESTAMP)";
        tests::schema::run(&whole.address(), newer);
        let out = migrate(&whole.address()).wait_with_output().unwrap();
        let said = String::from_utf8(out.stderr).unwrap();
        assert!(out.status.code() == Some(1) && said.contains("20990101000000") && said.contains("start a newer one"), "{said}");
    }
}

/// Two first servers on an empty database, which both make the signing keys and the settings.
#[test]
fn drill_4_25_two_first_servers_agree() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..rounds(1, 20) {
            let (fresh, data) = (Copy::empty(engine, folder.path()), tempfile::tempdir().unwrap());
            let kids: Vec<String> = std::thread::scope(|scope| {
                let start = || {
                    let node = Node::start(&fresh.address(), data.path().to_str().unwrap(), &[]);
                    let keys = ureq::get(format!("http://{}/.well-known/jwks.json", node.address()))
                        .call()
                        .unwrap()
                        .body_mut()
                        .read_to_string();
                    assert!(node.stop());
                    keys.unwrap()
                };
                let both: Vec<_> = (0..2).map(|_| scope.spawn(start)).collect();
                both.into_iter().map(|node| node.join().unwrap()).collect()
            });
            assert_eq!(kids[0], kids[1], "two servers on {} sign with different keys", engine.name());
        }
    }
}

//! 4.25: `peyvand migrate` is killed anywhere, and then started twice at once.
use super::{any_below, rounds};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use tests::engine::{Copy, Engine};
use tests::node::Node;
use tests::{binary, both};

fn migrate(address: &str) -> Child {
    let mut command = binary::command(&["migrate", "--database", address]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn well(child: Child) -> String {
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

/// Kills a migration at some moment of the time that one takes. Whether it was still running.
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

both! {
    fn drill_4_25_migrations_killed_and_started_twice(app: &App) {
        let whole = Copy::empty(app.engine, app.data());
        let started = Instant::now();
        let said = well(migrate(&whole.address()));
        let takes = started.elapsed();
        let (wanted, mut cut) = (tests::schema::dump(app.engine, &whole.address()), 0);
        assert!(wanted.len() > 100, "{said}: {wanted:?}");
        for round in 0..rounds(2, 30) {
            let fresh = Copy::empty(app.engine, app.data());
            // Cut twice, so that the second one begins where the first one left it.
            cut += (0..2).filter(|_| killed(&fresh.address(), takes)).count();
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
        eprintln!("{cut} migrations cut off");
        assert!(cut > 0, "none was cut off in {takes:?}");
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

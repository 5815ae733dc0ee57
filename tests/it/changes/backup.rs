//! `peyvand backup` under load and `peyvand restore` elsewhere: a consistent point, and a feed that goes on or says that it can't.
use super::{now, person};
use persistence::sql;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use tests::engine::{Engine, administer, cluster, in_cluster};
use tests::{App, Who, both, client::with_query};

/// A database to restore into; gone when it is dropped.
struct Elsewhere {
    address: String,
    name: Option<String>,
    data: tempfile::TempDir,
}
impl Elsewhere {
    fn of(engine: Engine) -> Elsewhere {
        let data = tempfile::tempdir().unwrap();
        match engine {
            Engine::Sqlite => Elsewhere {
                address: format!("sqlite:{}/restored.db", data.path().display()),
                name: None,
                data,
            },
            Engine::Postgres => {
                let name = format!("peyvand_restored_{}", uuid::Uuid::now_v7().simple());
                administer(&cluster(), &[format!("CREATE DATABASE {name}")]);
                Elsewhere {
                    address: in_cluster(&name),
                    name: Some(name),
                    data,
                }
            }
        }
    }
    fn restore(&self, from: &Path, more: &[&str]) -> Result<String, String> {
        let data = self.data.path().to_str().unwrap();
        let mut action = vec!["restore", from.to_str().unwrap(), "--database", &self.address, "--data", data];
        action.extend(more);
        let out = tests::binary::command(&action).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        if out.status.success() {
            Ok(text(out.stdout))
        } else {
            Err(text(out.stderr))
        }
    }
}
impl Drop for Elsewhere {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            administer(&cluster(), &[format!("DROP DATABASE {name} WITH (FORCE)")]);
        }
    }
}

fn backup(app: &App, to: &Path) {
    let (database, data) = (app.database(), app.data().to_str().unwrap().to_owned());
    tests::binary::run(&["backup", to.to_str().unwrap(), "--database", &database, "--data", &data]);
}

both! {
    // Drill 4.29.
    fn a_backup_under_load_is_one_consistent_point_and_runs_elsewhere(app: &App) {
        let owner = app.be(Who::Owner);
        owner.post("/customers", person("Before")).is(201);
        let begin = now(&owner);
        let folder = tempfile::tempdir().unwrap();
        let saved = folder.path().join("saved");
        let stop = AtomicBool::new(false);
        let written = std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                let mut n = 0;
                while !stop.load(Ordering::Relaxed) || n < 10 {
                    app.be(Who::Owner).post("/customers", person("Meanwhile")).is(201);
                    n += 1;
                }
                n
            });
            backup(app, &saved);
            stop.store(true, Ordering::Relaxed);
            writer.join().unwrap()
        });
        let end = now(&owner);
        assert!(written >= 10);
        let said = String::from_utf8(tests::binary::command(&["backup", saved.to_str().unwrap(), "--database", &app.database()]).output().unwrap().stderr).unwrap();
        assert!(said.contains("is there already"), "{said}");
        let new = Elsewhere::of(app.engine);
        let said = new.restore(&saved, &[]).unwrap();
        assert!(said.contains("All is as it was written"), "{said}");
        let said = new.restore(&saved, &[]).unwrap_err();
        assert!(said.contains("--force"), "{said}");
        new.restore(&saved, &["--force"]).unwrap();
        assert!(new.data.path().join("keys").is_dir());
        // It is the same server to its users, with the same keys, and its log goes on.
        let node = tests::node::Node::start(&new.address, new.data.path().to_str().unwrap(), &[]);
        let there = app.be(Who::Owner).at(node.address());
        assert_eq!(there.list("/customers", &[("q", "Before")]).is(200).data().len(), 1);
        for cursor in [&begin, &end] {
            there.get(&with_query("/changes", &[("after", cursor)])).refuses(410, "cursor_expired");
        }
        let fresh = now(&there);
        there.post("/customers", person("Afterwards")).is(201);
        let (entries, _) = super::follow(&there, &fresh, |e| e["record"]["family_name"] == "Afterwards");
        assert_eq!(entries.len(), 1);
        let whole = there.get("/changes?objects=customers").is(200).data();
        let counted = there.list("/customers", &[("count", "exact")]).is(200).json()["page"]["count"].as_u64().unwrap();
        assert_eq!(whole.iter().filter(|e| e["op"] == "created").count() as u64, counted);
        assert_eq!(whole.last().unwrap()["record"]["family_name"], "Afterwards", "what is new stands behind what came with the backup");
        let said = new.restore(&saved, &["--force"]).unwrap_err();
        assert!(said.contains("in use"), "{said}");
    }

    fn a_damaged_backup_is_refused_before_anything_changes(app: &App) {
        let folder = tempfile::tempdir().unwrap();
        let saved = folder.path().join("saved");
        backup(app, &saved);
        let file = saved.join(if app.engine == Engine::Sqlite { "database.sqlite" } else { "database.dump" });
        let mut bytes = std::fs::read(&file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&file, bytes).unwrap();
        let new = Elsewhere::of(app.engine);
        let said = new.restore(&saved, &[]).unwrap_err();
        assert!(said.contains("damaged"), "{said}");
        assert_eq!(std::fs::read_dir(new.data.path()).unwrap().count(), 0);
        assert!(app.rows(sql!("SELECT COUNT(*) FROM changes"), |row| row.integer(0))[0] > 0);
    }
}

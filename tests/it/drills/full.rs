//! 4.4: the disk is full: a small one (a tmpfs in a mount namespace of the server's own, for which nobody has to be root). Writes are refused
//! honestly, reads go on, and when there is room again all works without a restart.
use super::rounds;
use crate::documents::{digest, made, send};
use serde_json::json;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tests::engine::Engine;
use tests::{Answer, Client, Who, both, within};

/// The disk, and what is set aside on it to be freed again, in megabytes.
const DISK: usize = 64;
const SPARE: usize = 16;
/// What is uploaded until nothing goes any more.
const UPLOAD: usize = 2 << 20;

fn refused(answer: Answer) {
    let answer = answer.refuses(503, "storage_full");
    assert!(!answer.header("retry-after").is_empty(), "{answer:?}");
}

/// Takes all the room that is left, byte by byte at the end.
fn fill(at: &Path) {
    let mut file = File::create(at).unwrap();
    for piece in [1 << 20, 4096, 1] {
        let zeros = vec![0; piece];
        loop {
            match file.write(&zeros) {
                Ok(_) => {}
                Err(e) if e.kind() == ErrorKind::StorageFull => break,
                Err(e) => panic!("{e}"),
            }
        }
    }
}

fn customer(client: &Client<'_>, n: usize) -> Answer {
    client.post(
        "/customers",
        json!({"kind": "person", "family_name": format!("Customer{n}"), "notes": "n".repeat(2_000)}),
    )
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type().unwrap().is_dir() {
            true => found.extend(files(&entry.path())),
            false => found.push(entry.path()),
        }
    }
    found
}

both! {
    fn drill_4_4_the_disk_is_full(app: &App) {
        let node = app.on_a_small_disk(DISK);
        let owner = app.be(Who::Owner).at(node.address());
        let disk = node.sees(&app.small_disk());
        let (spare, filler) = (disk.join("spare"), disk.join("filler"));
        let (mut kept, mut customers, mut n) = (Vec::new(), 0, 0);
        for round in 0..rounds(1, 10) {
            std::fs::write(&spare, vec![0; SPARE << 20]).unwrap();
            let document = made(&owner, "late.bin");
            // Uploads until there is no room for one, or not even for its record.
            loop {
                let record = owner.post("/documents", json!({"name": "a.bin"}));
                if record.status != 201 {
                    refused(record);
                    break;
                }
                let (document, bytes) = (format!("/documents/{}", record.id()), vec![kept.len() as u8; UPLOAD]);
                let answer = send(&owner, &document, "", &bytes);
                if answer.status != 200 {
                    refused(answer);
                    break;
                }
                kept.push((document, digest(&bytes)));
                assert!(kept.len() < 2 * (DISK << 20) / UPLOAD, "it is never full");
            }
            fill(&filler);
            refused(send(&owner, &document, "", &vec![1; 200_000]));
            // The database, where it is on this disk; it may have some room of its own left in its log.
            let full = (0..500).find_map(|_| {
                n += 1;
                let answer = customer(&owner, n);
                let full = answer.status != 201;
                customers += usize::from(!full);
                full.then_some(answer)
            });
            let ready = app.anyone().at(node.address()).get("/health/ready");
            assert_eq!(ready.json()["documents"], false, "{ready:?}");
            match (app.engine, full) {
                (Engine::Sqlite, Some(answer)) => {
                    refused(answer);
                    assert_eq!((ready.status, &ready.json()["status"]), (503, &json!("not_ready")));
                }
                (Engine::Postgres, None) => assert_eq!((ready.status, &ready.json()["status"]), (200, &json!("degraded"))),
                (engine, full) => panic!("{engine:?}: {full:?}"),
            }
            // Reads go on.
            owner.get("/customers").is(200);
            for (document, digest) in &kept {
                assert_eq!(owner.get(&format!("{document}/content")).is(200).header("repr-digest"), digest);
            }
            assert_eq!(files(&disk.join("documents/incoming")), Vec::<PathBuf>::new(), "nothing is left of what was refused");
            assert_eq!(files(&disk.join("documents")).len(), kept.len());
            // There is room again, and nobody restarts anything.
            std::fs::remove_file(&filler).unwrap();
            std::fs::remove_file(&spare).unwrap();
            let ready = within(Duration::from_secs(5), || app.anyone().at(node.address()).get("/health/ready").is(200).json());
            assert_eq!(ready["status"], "ready");
            let bytes = vec![1; 200_000];
            send(&owner, &document, "", &bytes).is(200);
            kept.push((document, digest(&bytes)));
            n += 1;
            customer(&owner, n).is(201);
            customers += 1;
            eprintln!("round {}: {} contents and {customers} customers acknowledged in all", round + 1, kept.len());
            // Room for the next round.
            for (document, _) in kept.drain(..) {
                owner.delete(&document, "*").is(204);
            }
            for content in files(&disk.join("documents")) {
                std::fs::remove_file(content).unwrap();
            }
        }
        assert_eq!(owner.all("/customers", &[("fields", "id")]).len(), customers);
        let panics: Vec<String> = node.log().into_iter().filter(|line| line.contains("a panic was caught")).collect();
        assert!(panics.is_empty(), "{panics:?}");
    }
}

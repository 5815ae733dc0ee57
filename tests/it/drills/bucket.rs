//! S3 gone and back: the server of the bucket is killed while people upload and read. What was acknowledged is there afterwards, nothing is
//! there in part, and a repetition with the same key makes one version.
use super::{any_below, rounds};
use crate::documents::{digest, made};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use tests::engine::Engine;
use tests::{Answer, App, Client, Who};

const UPLOADERS: usize = 4;
/// Sizes below and above what is sent at once.
const SIZES: [usize; 3] = [1_000, 300_000, 17 << 20];

/// What was sent for a document, by its idempotency key, and the version that was acknowledged for it.
type Sent = BTreeMap<String, (Vec<u8>, Option<u64>)>;

fn bytes(size: usize) -> Vec<u8> {
    let mut bytes = vec![0; size];
    rand::fill(&mut bytes[..]);
    // Never taken for anything else than bytes.
    bytes[0] = 1;
    bytes
}

fn put(client: &Client<'_>, document: &str, key: &str, bytes: &[u8]) -> Answer {
    let keyed = client.with("If-Match", "*").with("Idempotency-Key", key);
    keyed.send("PUT", &format!("{document}/content"), "application/octet-stream", bytes)
}

/// Uploads until it was refused because the bucket is away.
fn upload(client: &Client<'_>, document: &str, sent: &mut Sent, uploaded: impl Fn(), gone: &AtomicBool) {
    loop {
        let (key, bytes) = (format!("bucket-{}", rand::random::<u64>()), bytes(SIZES[any_below(3) as usize]));
        let answer = put(client, document, &key, &bytes);
        match answer.status {
            200 => {
                let version = answer.json()["content_version"].as_u64().unwrap();
                sent.insert(key, (bytes, Some(version)));
                uploaded();
            }
            _ => {
                let refused = answer.refuses(503, "documents_away");
                assert!(!refused.header("retry-after").is_empty());
                assert!(gone.load(Ordering::Relaxed), "it was refused before the bucket was gone");
                sent.insert(key, (bytes, None));
                return;
            }
        }
    }
}

fn round(app: &App, documents: &[String], sent: &[Mutex<Sent>]) {
    let owner = app.be(Who::Owner);
    let (gone, (note, uploads)) = (AtomicBool::new(false), channel());
    std::thread::scope(|scope| {
        for (document, sent) in documents.iter().zip(sent) {
            let (client, note, gone) = (owner.clone(), note.clone(), &gone);
            // Nobody counts any more when there were enough.
            scope.spawn(move || {
                upload(
                    &client,
                    document,
                    &mut sent.lock().unwrap(),
                    || {
                        let _ = note.send(());
                    },
                    gone,
                )
            });
        }
        drop(note);
        for _ in 0..UPLOADERS + any_below(8) as usize {
            uploads.recv().unwrap();
        }
        gone.store(true, Ordering::Relaxed);
        app.s3().kill();
    });
    // Everything but contents goes on.
    owner.get(&format!("{}/content", documents[0])).refuses(503, "documents_away");
    owner.call("HEAD", &format!("{}/content", documents[0])).is(200);
    owner.get("/documents").is(200);
    owner
        .post("/customers", json!({"kind": "person", "family_name": "Meanwhile"}))
        .is(201);
    let ready = app.anyone().get("/health/ready").is(200).json();
    assert_eq!(
        (&ready["status"], &ready["documents"], &ready["database"]),
        (&json!("degraded"), &json!(false), &json!(true))
    );
    app.s3().come_back();
    let ready = tests::within(std::time::Duration::from_secs(5), || {
        app.anyone().get("/health/ready").is(200).json()
    });
    assert_eq!((&ready["status"], &ready["documents"]), (&json!("ready"), &json!(true)));
    // What was refused is sent once more, twice: one version.
    for (document, sent) in documents.iter().zip(sent) {
        for (key, (bytes, version)) in sent.lock().unwrap().iter_mut().filter(|(_, (_, version))| version.is_none()) {
            let answer = put(&owner, document, key, bytes).is(200);
            let again = put(&owner, document, key, bytes).is(200);
            assert_eq!((again.header("idempotency-replayed"), again.text()), ("true", answer.text()));
            *version = answer.json()["content_version"].as_u64();
        }
    }
}

/// Every acknowledged version reads back, there are no others, and nothing in the bucket is a part of a content.
fn check(app: &App, documents: &[String], sent: &[Mutex<Sent>]) {
    let owner = app.be(Who::Owner);
    let mut sizes = Vec::new();
    for (document, sent) in documents.iter().zip(sent) {
        let sent = sent.lock().unwrap();
        assert_eq!(
            owner.get(document).json()["content_version"],
            sent.len(),
            "a version for each key, and no other"
        );
        for (bytes, version) in sent.values() {
            let got = owner.get(&format!("{document}/versions/{}/content", version.unwrap())).is(200);
            assert_eq!((got.header("repr-digest"), got.bytes.len()), (digest(bytes).as_str(), bytes.len()));
            assert!(got.bytes == *bytes);
            sizes.push(bytes.len() as u64);
        }
    }
    let shelves = std::fs::read_dir(app.contents()).unwrap().flatten();
    for object in shelves.flat_map(|shelf| std::fs::read_dir(shelf.path()).unwrap().flatten()) {
        let size = object.metadata().unwrap().len();
        assert!(sizes.contains(&size), "{} is a part: {size} bytes", object.path().display());
    }
    let incoming = app.data().join("documents/incoming");
    assert_eq!(std::fs::read_dir(incoming).unwrap().count(), 0, "nothing is left on its way");
}

fn gone_and_back(app: &App) {
    let owner = app.be(Who::Owner);
    let documents: Vec<String> = (0..UPLOADERS).map(|n| made(&owner, &format!("{n}.bin"))).collect();
    // Each has a content from the beginning, which can be asked for.
    let first = |document: &String| {
        let (key, bytes) = (format!("bucket-{}", rand::random::<u64>()), bytes(SIZES[0]));
        put(&owner, document, &key, &bytes).is(200);
        Mutex::new(Sent::from([(key, (bytes, Some(1)))]))
    };
    let sent: Vec<Mutex<Sent>> = documents.iter().map(first).collect();
    for n in 0..rounds(1, 10) {
        round(app, &documents, &sent);
        check(app, &documents, &sent);
        let all: usize = sent.iter().map(|sent| sent.lock().unwrap().len()).sum();
        eprintln!("round {}: {all} contents acknowledged in all, each there once", n + 1);
    }
    let secret = app.node().log().into_iter().find(|line| line.contains(tests::s3::SECRET));
    assert_eq!(secret, None, "the log knows the secret of the bucket");
}

mod sqlite {
    use super::*;
    #[test]
    fn drill_s3_gone_and_back() {
        gone_and_back(&App::on_s3(Engine::Sqlite));
    }
}
mod postgres {
    use super::*;
    #[test]
    fn drill_s3_gone_and_back() {
        gone_and_back(&App::on_s3(Engine::Postgres));
    }
}

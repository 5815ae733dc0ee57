//! 4.13: uploads that are wrong: another digest, cut off anywhere, bits turned over in CSV, XLSX, DOCX and PDF. Nothing is kept of what did
//! not arrive, and what arrived broken breaks nothing.
use super::{any_below, rounds};
use crate::documents::text::{DOCX, XLSX, docx, pdf, xlsx};
use crate::documents::{digest, extracted, filled, made, stored};
use crate::imports::{add_up, announce, ended};
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use tests::{App, Client, Who, both};

/// Sends the head of an upload and a part of its body, then hangs up; what came back.
fn cut(app: &App, address: &str, bytes: &[u8], after: usize) -> String {
    let mut stream = TcpStream::connect(app.node().address()).unwrap();
    let head = format!(
        "PUT /api/v1{address} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nIf-Match: *\r\nContent-Length: {}\r\n\r\n",
        app.token(Who::Owner),
        bytes.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&bytes[..after]).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    // Reset or told: either is an end.
    let _ = stream.read_to_string(&mut answer);
    answer
}

/// A few bits turned over, anywhere.
fn flipped(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..1 + any_below(8) {
        let at = any_below(bytes.len() as u64) as usize;
        bytes[at] ^= 1 << any_below(8);
    }
    bytes
}

fn emptied(app: &App, kept: usize) {
    let end = Instant::now() + Duration::from_secs(20);
    while stored(app).len() != kept {
        assert!(Instant::now() < end, "{:?}", stored(app));
        std::thread::yield_now();
    }
}

/// Sends a broken file to the import: it is refused, or fails as a whole, or row by row.
fn import(owner: &Client<'_>, format: &str, kind: &str, file: &[u8]) {
    let id = announce(owner, json!({"format": format})).is(201).id();
    let sent = owner.send("PUT", &format!("/imports/{id}/data"), kind, file);
    if sent.status != 200 {
        assert!((400..500).contains(&sent.status), "{sent:?}");
        return;
    }
    let started = owner.send("POST", &format!("/imports/{id}/start"), "", b"");
    if started.status != 202 {
        assert!((400..500).contains(&started.status), "{started:?}");
        return;
    }
    let import = ended(owner, &id);
    if import["state"] == "done" {
        add_up(&import);
    }
}

both! {
    fn drill_4_13_corrupted_uploads(app: &App) {
        let owner = app.be(Who::Owner);
        let table = "family_name,lifecycle_stage\nکریمی,lead\nرضایی,customer\n".repeat(20).into_bytes();
        let lines = "{\"family_name\": \"کریمی\", \"lifecycle_stage\": \"lead\"}\n".repeat(20).into_bytes();
        let files = [
            ("a.csv", "text/csv", table.clone()),
            ("a.xlsx", XLSX, xlsx("فروش")),
            ("a.docx", DOCX, docx("", "سلام")),
            ("a.pdf", "application/pdf", pdf("Quarterly")),
        ];
        let (mut broken, mut refused, mut read) = (0, 0, 0);
        for _ in 0..rounds(3, 200) {
            for (name, kind, bytes) in &files {
                let kept = stored(app).len();
                let document = made(&owner, name);
                let address = format!("{document}/content");
                let bad = flipped(bytes);
                if bad != *bytes {
                    let told = owner.with("If-Match", "*").with("Content-Digest", digest(bytes));
                    told.send("PUT", &address, kind, &bad).refuses(400, "digest_mismatch");
                }
                let answer = cut(app, &address, bytes, any_below(bytes.len() as u64) as usize);
                assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
                let now = owner.get(&document).is(200).json();
                assert_eq!((&now["content_version"], &now["digest"]), (&json!(0), &json!(null)));
                emptied(app, kept);
                // Without a digest it is a file like any other, if it still looks like what it says it is.
                let sent = owner.with("If-Match", "*").send("PUT", &address, kind, &bad);
                match sent.status {
                    415 => refused += 1,
                    _ => {
                        sent.is(200);
                        match extracted(&owner, &document)["extraction"].as_str() {
                            Some("failed") => broken += 1,
                            Some("done") => read += 1,
                            other => panic!("{other:?}"),
                        }
                        assert_eq!(owner.get(&address).is(200).bytes, bad);
                    }
                }
            }
            import(&owner, "csv", "text/csv", &flipped(&table));
            import(&owner, "ndjson", "application/x-ndjson", &flipped(&lines));
        }
        eprintln!("bits turned over: {read} read all the same, {broken} not readable, {refused} not taken");
        let parked = owner.list("/jobs", &[("state", "parked"), ("kind", "extract_text")]).is(200).data();
        assert!(parked.is_empty(), "{parked:?}");
        let panics: Vec<String> = app.node().log().into_iter().filter(|line| line.contains("a panic was caught")).collect();
        assert!(panics.is_empty(), "{panics:?}");
        let whole = filled(&owner, "whole.csv", "text/csv", &table);
        assert_eq!(extracted(&owner, &whole)["extraction"], "done");
    }
}

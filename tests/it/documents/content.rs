//! Contents in and out.
use super::{digest, filled, made, send, stored};
use persistence::core::settings;
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpStream;
use tests::{Who, both};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";
const EXE: &[u8] = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0\xb8\0\0\0\0\0\0\0@\0\0\0\0\0\0\0";

both! {
    fn a_content_comes_back_as_it_was_sent(app: &App) {
        let owner = app.be(Who::Owner);
        let document = made(&owner, "قرارداد ۱۴۰۵.txt");
        owner.get(&format!("{document}/content")).refuses(404, "not_found");
        // Larger than any buffer on its way.
        let bytes: Vec<u8> = (0..300_000).flat_map(|n: u32| format!("{n}\n").into_bytes()).collect();
        let sent = owner.with("If-Match", "\"1\"").with("Repr-Digest", digest(&bytes)).send("PUT", &format!("{document}/content"), "text/plain; charset=utf-8", &bytes).is(200);
        let json = sent.json();
        assert_eq!(sent.etag(), "\"2\"");
        assert_eq!((&json["media_type"], &json["size_bytes"], &json["digest"], &json["content_version"]),
            (&json!("text/plain"), &json!(bytes.len()), &json!(digest(&bytes)), &json!(1)));
        let got = owner.get(&format!("{document}/content")).is(200);
        assert!(got.bytes == bytes);
        for (name, value) in [("content-type", "text/plain"), ("repr-digest", &digest(&bytes)), ("content-digest", &digest(&bytes)), ("accept-ranges", "bytes"),
            ("x-content-type-options", "nosniff"), ("content-length", &bytes.len().to_string()), ("cache-control", "no-store"),
            ("content-disposition", "attachment; filename*=UTF-8''%D9%82%D8%B1%D8%A7%D8%B1%D8%AF%D8%A7%D8%AF%20%DB%B1%DB%B4%DB%B0%DB%B5.txt")] {
            assert_eq!(got.header(name), value, "{name}");
        }
        assert!(got.header("content-security-policy").starts_with("sandbox"));
        owner.with("If-None-Match", got.etag()).get(&format!("{document}/content")).is(304);
        let head = owner.call("HEAD", &format!("{document}/content")).is(200);
        assert!(head.bytes.is_empty());
        assert_eq!((head.header("content-length"), head.header("repr-digest"), head.etag()), (bytes.len().to_string().as_str(), digest(&bytes).as_str(), got.etag()));
        assert_eq!(head.header("content-digest"), "");
        assert_eq!(stored(app).len(), 1);
        let empty = filled(&owner, "empty", "", b"");
        assert!(owner.get(&format!("{empty}/content")).is(200).bytes.is_empty());
        assert_eq!(owner.get(&empty).json()["media_type"], "application/octet-stream");
    }

    fn a_part_is_sent_where_a_part_is_asked_for(app: &App) {
        let owner = app.be(Who::Owner);
        let bytes: Vec<u8> = (b'a'..=b'z').collect();
        let address = format!("{}/content", filled(&owner, "letters.txt", "text/plain", &bytes));
        let etag = owner.get(&address).etag();
        for (range, part, told) in [
            ("bytes=0-4", "abcde", "bytes 0-4/26"),
            ("bytes=20-", "uvwxyz", "bytes 20-25/26"),
            ("bytes=-3", "xyz", "bytes 23-25/26"),
            ("bytes=-100", "abcdefghijklmnopqrstuvwxyz", "bytes 0-25/26"),
            ("bytes=25-999", "z", "bytes 25-25/26"),
        ] {
            let got = owner.with("Range", range).get(&address).is(206);
            assert_eq!((got.text().as_str(), got.header("content-range"), got.etag()), (part, told, etag.clone()), "{range}");
            assert_eq!(got.header("repr-digest"), digest(&bytes));
            assert!(part.len() == 26 || got.header("content-digest").is_empty(), "{range}");
        }
        for range in ["bytes=26-", "bytes=-0"] {
            let refused = owner.with("Range", range).get(&address).refuses(416, "range_not_satisfiable");
            assert_eq!(refused.header("content-range"), "bytes */26");
        }
        for ignored in ["bytes=0-1,3-4", "lines=1-2", "bytes=x-y"] {
            assert_eq!(owner.with("Range", ignored).get(&address).is(200).bytes, bytes, "{ignored}");
        }
        let part = owner.with("Range", "bytes=0-1");
        assert_eq!(part.with("If-Range", etag.as_str()).get(&address).is(206).text(), "ab");
        for other in ["\"another\"", &format!("W/{etag}"), "Sun, 06 Nov 1994 08:49:37 GMT"] {
            assert_eq!(part.with("If-Range", other).get(&address).is(200).bytes, bytes, "{other}");
        }
        assert_eq!(part.call("HEAD", &address).is(200).header("content-length"), "26");
    }

    /// Drill 4.13.
    fn what_did_not_arrive_whole_leaves_nothing(app: &App) {
        let owner = app.be(Who::Owner);
        let document = made(&owner, "a.txt");
        let address = format!("{document}/content");
        let put = owner.with("If-Match", "*");
        for field in ["Content-Digest", "Repr-Digest"] {
            put.with(field, digest(b"other")).send("PUT", &address, "text/plain", b"text").refuses(400, "digest_mismatch");
            put.with(field, "sha-256=nothing").send("PUT", &address, "text/plain", b"text").refuses(400, "invalid_parameter");
        }
        put.with("Content-Encoding", "gzip").send("PUT", &address, "text/plain", b"text").refuses(415, "unsupported_media_type");
        let mut cut = TcpStream::connect(app.node().address()).unwrap();
        let head = format!("PUT /api/v1{address} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nIf-Match: *\r\nContent-Length: 1000\r\n\r\nonly so much", app.token(Who::Owner));
        cut.write_all(head.as_bytes()).unwrap();
        cut.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = String::new();
        // Reset or told: either is an end.
        let _ = cut.read_to_string(&mut answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
        let now = owner.get(&document).json();
        assert_eq!((&now["version"], &now["content_version"], &now["digest"]), (&json!(1), &json!(0), &json!(null)));
        let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while !stored(app).is_empty() {
            assert!(std::time::Instant::now() < end, "{:?}", stored(app));
            std::thread::yield_now();
        }
    }

    fn a_content_may_be_as_large_as_is_set_and_no_larger(app: &App) {
        app.write(|conn| settings::set(conn, "document_max_bytes", "1000"));
        let owner = app.be(Who::Owner);
        let document = made(&owner, "a.txt");
        send(&owner, &document, "text/plain", &[b'a'; 1000]).is(200);
        send(&owner, &document, "text/plain", &[b'a'; 1001]).refuses(413, "payload_too_large");
        assert_eq!(owner.get(&document).json()["content_version"], 1);
        assert_eq!(stored(app).len(), 1);
    }

    fn a_content_is_sent_for_a_version_and_once(app: &App) {
        let owner = app.be(Who::Owner);
        let document = made(&owner, "a.txt");
        let address = format!("{document}/content");
        owner.send("PUT", &address, "text/plain", b"one").refuses(428, "precondition_required");
        owner.with("If-Match", "\"7\"").send("PUT", &address, "text/plain", b"one").refuses(412, "stale");
        let keyed = owner.with("If-Match", "\"1\"").with("Idempotency-Key", "content-1");
        let first = keyed.send("PUT", &address, "application/octet-stream", b"\x01\x02").is(200);
        let again = keyed.send("PUT", &address, "application/octet-stream", b"\x01\x02").is(200);
        assert_eq!((again.header("idempotency-replayed"), again.text()), ("true", first.text()));
        keyed.send("PUT", &address, "application/octet-stream", b"\x01\x03").refuses(422, "idempotency_key_reused");
        owner.with("If-Match", "\"1\"").with("Idempotency-Key", "content-2").send("PUT", &address, "text/plain", b"one").refuses(412, "stale");
        assert_eq!(stored(app).len(), 1, "what became no version is gone");
        assert_eq!(owner.get(&document).json()["content_version"], 1);
    }

    fn attack_29_and_53_a_file_is_what_its_bytes_say(app: &App) {
        let owner = app.be(Who::Owner);
        let document = made(&owner, "x");
        for (told, bytes) in [
            ("image/png", b"<html><script>alert(1)</script></html>".as_slice()),
            ("text/csv", EXE),
            ("text/plain", EXE),
            ("image/jpeg", PNG),
            ("application/pdf", b"no such thing"),
            ("not a type", b"text"),
        ] {
            send(&owner, &document, told, bytes).refuses(415, "lying_type");
        }
        assert!(stored(app).is_empty());
        let svg = b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";
        for (told, bytes, kept) in [
            ("image/png", PNG, "image/png"),
            ("", PNG, "image/png"),
            ("application/pdf", b"%PDF-1.4\n1 0 obj << /JS (app.alert(1)) >>".as_slice(), "application/pdf"),
            ("image/svg+xml", svg, "image/svg+xml"),
            ("text/html", b"<html><img src=x onerror=alert(1)></html>", "text/html"),
            ("application/x-unheard-of", b"\x01\x02", "application/octet-stream"),
        ] {
            assert_eq!(send(&owner, &document, told, bytes).is(200).json()["media_type"], kept);
            let got = owner.get(&format!("{document}/content")).is(200);
            assert_eq!((got.header("content-type"), got.bytes.as_slice()), (kept, bytes));
            assert!(got.header("content-disposition").starts_with("attachment;"), "{got:?}");
            assert!(got.header("content-security-policy").starts_with("sandbox"), "{got:?}");
        }
    }

    fn attack_30_and_52_a_name_reaches_no_header_and_no_folder(app: &App) {
        let owner = app.be(Who::Owner);
        for refused in ["a\0b", "a\r\nSet-Cookie: b=c", "a\nb", "x\u{202E}fdp.exe", &"n".repeat(300), "  "] {
            owner.post("/documents", json!({"name": refused})).refuses(422, "invalid");
        }
        for (name, saved) in [
            ("..\\..\\x", "_.._x"),
            ("/etc/x", "_etc_x"),
            ("CON", "_CON"),
            ("a\"; filename=b.exe", "a_%3B%20filename%3Db.exe"),
            ("<img onerror>", "_img%20onerror_"),
        ] {
            let document = filled(&owner, name, "text/plain", b"text");
            assert_eq!(owner.get(&document).json()["name"], name);
            let told = owner.get(&format!("{document}/content")).is(200).header("content-disposition").to_owned();
            assert_eq!(told, format!("attachment; filename*=UTF-8''{saved}"), "{name}");
        }
        let data = app.data().canonicalize().unwrap();
        for file in stored(app) {
            assert!(file.canonicalize().unwrap().starts_with(data.join("documents")));
            assert!(uuid::Uuid::try_parse(file.file_name().unwrap().to_str().unwrap()).is_ok(), "{}", file.display());
        }
    }

    /// Drill 4.9: those who read slowly keep nobody waiting.
    fn slow_readers_keep_nobody_waiting(app: &App) {
        let owner = app.be(Who::Owner);
        let bytes = vec![7_u8; 8 << 20];
        let document = filled(&owner, "large.bin", "", &bytes);
        let head = format!("GET /api/v1{document}/content HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n", app.token(Who::Owner));
        let mut slow: Vec<TcpStream> = (0..100).map(|_| {
            let mut stream = TcpStream::connect(app.node().address()).unwrap();
            stream.write_all(head.as_bytes()).unwrap();
            stream.read_exact(&mut [0; 1]).unwrap();
            stream
        }).collect();
        let memory = || {
            let status = std::fs::read_to_string(format!("/proc/{}/status", app.node().pid())).unwrap();
            let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap();
            line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap()
        };
        let before = memory();
        for _ in 0..20 {
            owner.get(&document).is(200);
        }
        assert!(owner.get(&format!("{document}/content")).is(200).bytes == bytes);
        // A hundred whole files would be eight hundred megabytes.
        assert!(memory() < before + (100 << 10) && memory() < 400 << 10, "{before} kB, then {} kB", memory());
        let mut rest = Vec::new();
        slow[99].set_read_timeout(Some(std::time::Duration::from_secs(30))).unwrap();
        while rest.len() < bytes.len() {
            let mut piece = vec![0; 1 << 20];
            let n = slow[99].read(&mut piece).unwrap();
            assert!(n > 0, "cut off after {} bytes", rest.len());
            rest.extend_from_slice(&piece[..n]);
        }
    }
}

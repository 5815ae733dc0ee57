#![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
use super::Framing;

/// What is left of bytes that arrive in pieces of this size.
fn passed(bytes: &[u8], piece: usize) -> Vec<u8> {
    let (mut framing, mut all) = (Framing::default(), bytes.to_vec());
    all.chunks_mut(piece).for_each(|part| framing.look(part));
    all
}

#[track_caller]
fn passes(text: &str) {
    for piece in [1, 2, 3, 7, text.len()] {
        let all = passed(text.as_bytes(), piece);
        assert_eq!(String::from_utf8(all).unwrap(), text, "in pieces of {piece}");
    }
}

/// The first byte that is not as it was.
#[track_caller]
fn spoiled_at(text: &str, at: &str) {
    let at = text.find(at).unwrap() + at.len() - 1;
    for piece in [1, 2, 3, 7, text.len()] {
        let all = passed(text.as_bytes(), piece);
        let first = all.iter().zip(text.as_bytes()).position(|(now, was)| now != was);
        assert_eq!((first, all[at]), (Some(at), 0), "in pieces of {piece}");
    }
}

#[test]
fn what_is_plain_passes_as_it_is() {
    passes("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    passes("\r\n\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\n\r\n");
    passes("POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\na\nb\n\nGET /b HTTP/1.1\r\n\r\n");
    passes("POST /a HTTP/1.1\r\ncontent-length:0\r\n\r\nGET /b HTTP/1.1\r\n\r\n");
    passes("POST /a HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\n\n\n\n\r\n0A;x=y\r\n0123456789\r\n0\r\n\r\nGET /b HTTP/1.1\r\n\r\n");
    passes(&format!(
        "GET /{} HTTP/1.1\r\nX-A: {}\r\n\r\nGET /b HTTP/1.1\r\n\r\n",
        "a".repeat(900),
        "b".repeat(900)
    ));
}

#[test]
fn a_line_feed_alone_ends_no_line() {
    spoiled_at("GET /a HTTP/1.1\nHost: x\r\n\r\n", "1.1\n");
    spoiled_at("GET /a HTTP/1.1\r\nX-A: b\nTransfer-Encoding: chunked\r\n\r\n", "b\n");
    spoiled_at("GET /a HTTP/1.1\r\nHost: x\n\nGET /b HTTP/1.1\r\n\r\n", "x\n");
    spoiled_at("GET /a HTTP/1.1\r\nHost: x\r\n\nGET /b HTTP/1.1\r\n\r\n", "x\r\n\n");
    spoiled_at("\nGET /a HTTP/1.1\r\n\r\n", "\n");
    spoiled_at(
        "POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}GET /b HTTP/1.1\nX: y\r\n\r\n",
        "/b HTTP/1.1\n",
    );
    spoiled_at(
        "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\n{}\r\n0\r\n\r\n",
        "\r\n2\n",
    );
}

#[test]
fn a_body_has_one_end() {
    spoiled_at(
        "POST /a HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        "2\r\nContent-Length: 2\r\n",
    );
    spoiled_at(
        "POST /a HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        "chunked\r\n\r\n",
    );
    for length in ["+2", "-2", "0x2", "2, 2", "", "99999999999999999999999", "2 2"] {
        spoiled_at(
            &format!("POST /a HTTP/1.1\r\nContent-Length: {length}\r\n\r\n{{}}"),
            &format!("Length: {length}\r\n"),
        );
    }
    for coding in ["xchunked", "gzip, chunked", "chunked, gzip", "identity", ""] {
        spoiled_at(
            &format!("POST /a HTTP/1.1\r\nTransfer-Encoding: {coding}\r\n\r\n0\r\n\r\n"),
            &format!("Encoding: {coding}\r\n"),
        );
    }
    for size in ["zz", "+1", "-1", "", "0x1", "11111111111111111"] {
        spoiled_at(
            &format!("POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{size}\r\n"),
            &format!("\r\n\r\n{size}\r\n"),
        );
    }
    spoiled_at("POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", "ab\r\n");
    spoiled_at("POST /a HTTP/1.1\r\nNo-Colon\r\n\r\n", "Colon\r\n");
}

//! What only a handler of a test can show: one that breaks down.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says by panicking that it failed")]
use super::edge;
use crate::http::problem::Failure;
use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, HttpServer, web};
use domain::core::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;

async fn breaks() -> HttpResponse {
    panic!("the password is hunter2")
}
async fn full() -> Result<HttpResponse, Failure> {
    Err(Error::Unavailable("overloaded").into())
}
async fn fine() -> HttpResponse {
    HttpResponse::Ok().body("fine")
}

/// Reads one answer: its head and its body.
fn answer(stream: &mut TcpStream) -> (String, String) {
    let mut all = Vec::new();
    while !all.ends_with(b"\r\n\r\n") {
        let mut one = [0];
        stream.read_exact(&mut one).unwrap();
        all.push(one[0]);
    }
    let head = String::from_utf8(all).unwrap().to_ascii_lowercase();
    let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    (head, String::from_utf8(body).unwrap())
}

#[actix_web::test]
async fn a_handler_that_breaks_down_answers_and_its_connection_lives_on() {
    let (app, _folder) = crate::testing::app([]);
    let server = HttpServer::new(move || {
        actix_web::App::new()
            .app_data(app.clone())
            .wrap(from_fn(edge))
            .route("/breaks", web::get().to(breaks))
            .route("/full", web::get().to(full))
            .route("/fine", web::get().to(fine))
    });
    let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
    let address = server.addrs()[0];
    let server = server.run();
    let handle = server.handle();
    let running = actix_web::rt::spawn(server);
    let asked = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        let mut ask = |path: &str| {
            write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nAccept-Language: fa\r\n\r\n").unwrap();
            answer(&mut stream)
        };
        [ask("/breaks"), ask("/full"), ask("/fine")]
    });
    let [broken, full, fine] = asked.await.unwrap();
    assert!(broken.0.starts_with("http/1.1 500"), "{broken:?}");
    for header in [
        "content-type: application/problem+json",
        "request-id: ",
        "cache-control: no-store",
        "content-language: fa",
    ] {
        assert!(broken.0.contains(header), "{header}: {broken:?}");
    }
    assert!(
        broken.1.contains("\"code\":\"internal\"") && !broken.1.contains("hunter2"),
        "{broken:?}"
    );
    assert!(full.0.starts_with("http/1.1 503") && full.0.contains("retry-after: 1"), "{full:?}");
    assert!(full.1.contains("#temporary-reduced-capacity"), "{full:?}");
    assert_eq!((fine.0.starts_with("http/1.1 200"), fine.1.as_str()), (true, "fine"));
    handle.stop(false).await;
    running.await.unwrap().unwrap();
}

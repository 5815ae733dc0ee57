//! The limit of the framework: a server that answers every request with the same kilobyte of JSON.
use actix_web::{App, HttpResponse, HttpServer, web};
use std::net::TcpListener;

/// Serves until it is ended, saying where as the program itself does.
pub fn serve() {
    let body: &'static str = format!(r#"{{"text":"{}"}}"#, "x".repeat(1024 - 11)).leak();
    assert_eq!(body.len(), 1024);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    eprintln!("listening on {}", listener.local_addr().unwrap());
    let page = move || async move { HttpResponse::Ok().content_type("application/json").body(body) };
    let server = HttpServer::new(move || App::new().default_service(web::to(page)));
    let server = server.workers(2).listen(listener).unwrap().run();
    actix_web::rt::System::new().block_on(server).unwrap();
}

//! Puts the areas together into one server, and the same areas into one contract.
use crate::http::app::{App, Contract};
use crate::http::edge::edge;
use crate::http::problem::Failure;
use crate::http::resource::{Address, Gather, Mount};
use crate::http::strict::Strict;
use crate::http::{contract, docs, health};
use crate::{
    access, activities, catalog, changes, customers, customize, documents, integration, jobs, orders, privacy, quality, sales, templates,
};
use actix_http::HttpServiceBuilder;
use actix_server::Server;
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::dev::AppConfig;
use actix_web::middleware::from_fn;
use actix_web::rt::net::TcpStream;
use actix_web::web::Data;
use actix_web::{HttpResponse, HttpServer, web};
use std::future::ready;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;

/// All areas under `/api/v1`.
fn areas(config: &mut ServiceConfig) {
    config.service(Gather);
    access::routes::routes(config);
    changes::routes(config);
    customers::routes(config);
    activities::routes(config);
    catalog::routes(config);
    customize::routes(config);
    documents::routes(config);
    integration::routes(config);
    jobs::routes::routes(config);
    orders::routes(config);
    privacy::routes(config);
    quality::routes(config);
    sales::routes(config);
    templates::routes(config);
    config.service(Mount);
}

/// Readers of YAML 1.1 (PyYAML is one) take a bare `=` for a type that they can't make.
fn legible(yaml: &str) -> String {
    yaml.replace(": =\n", ": '='\n").replace("- =\n", "- '='\n")
}

/// The contract of all that is mounted.
pub fn describe() -> OpenApi {
    let app = actix_web::App::new()
        .into_utoipa_app()
        .configure(access::routes::root)
        .service(utoipa_actix_web::scope("/api/v1").configure(areas));
    let (_, mut api) = app.split_for_parts();
    contract::finish(&mut api);
    api
}

/// The contract's two spellings.
///
/// # Errors
/// When it can't be written as YAML or JSON: a fault in a schema.
pub fn contract_text() -> Result<Contract, String> {
    let api = describe();
    let json = serde_json::to_value(&api).map_err(|e| e.to_string())?;
    Ok(Contract {
        json: serde_json::to_string_pretty(&json).map_err(|e| e.to_string())?.into(),
        yaml: legible(&api.to_yaml().map_err(|e| e.to_string())?).into(),
    })
}

async fn nothing_here() -> Result<HttpResponse, Failure> {
    Err(domain::core::error::Error::NotFound.into())
}

async fn openapi(app: Data<App>, request: actix_web::HttpRequest) -> Result<HttpResponse, Failure> {
    // Not before the server listens: it takes longer to write than all else that a start does, and few ask for it.
    let write = || async {
        let written = web::block(contract_text).await.map_err(|e| e.to_string()).flatten();
        written.map_err(domain::core::error::Error::Internal)
    };
    let contract = app.contract.get_or_try_init(write).await?;
    let (kind, text) = if request.path().ends_with("yaml") {
        ("application/yaml", &contract.yaml)
    } else {
        ("application/json", &contract.json)
    };
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header(("Cache-Control", "public, max-age=300"))
        .body(text.clone()))
}

/// Starts to listen; the future ends when the server has stopped.
///
/// # Errors
/// When an address can't be listened on.
pub fn start(app: Data<App>, listen: TcpListener, admin: Option<SocketAddr>, workers: usize) -> std::io::Result<actix_web::dev::Server> {
    app.objects.get_or_init(persistence::core::object::mounted);
    if let Some(address) = admin {
        let state = app.clone();
        let admin = HttpServer::new(move || actix_web::App::new().app_data(state.clone()).configure(health::admin_routes))
            .workers(1)
            .bind(address)?;
        actix_web::rt::spawn(admin.disable_signals().run());
    }
    let patience = app.write_timeout;
    let service = move || {
        actix_web::App::new()
            .app_data(app.clone())
            .wrap(from_fn(edge))
            .configure(health::routes)
            .configure(|config| {
                if app.docs {
                    docs::routes(config);
                }
            })
            .service(Address::new("/openapi.json").get(|| web::route().to(openapi)))
            .service(Address::new("/openapi.yaml").get(|| web::route().to(openapi)))
            .into_utoipa_app()
            .configure(access::routes::root)
            .service(utoipa_actix_web::scope("/api/v1").configure(areas))
            .into_app()
            .default_service(web::to(nothing_here))
    };
    let server = Server::build()
        .workers(workers)
        .backlog(2048)
        .shutdown_timeout(30)
        .disable_signals();
    let stopping = server.graceful_shutdown_signal();
    // As `HttpServer` does it, which has no place for connections of another kind.
    let server = server.listen("peyvand", listen, move || {
        let stopping = stopping.clone();
        let http = HttpServiceBuilder::default()
            .graceful_shutdown_signal(move || {
                let signal = stopping.clone();
                async move { signal.notified().await }
            })
            .keep_alive(Duration::from_secs(75))
            .client_request_timeout(Duration::from_secs(10))
            .client_disconnect_timeout(Duration::from_secs(2));
        let app = service().into_factory().map_err(|error: actix_web::Error| error.error_response());
        let connection = fn_service(move |stream: TcpStream| {
            let peer = stream.peer_addr().ok();
            ready(Ok((Strict::new(stream, patience), peer)))
        });
        connection.and_then(http.h1(map_config(app, |()| AppConfig::default())))
    })?;
    Ok(server.run())
}

//! Whether the server lives and is ready, and what it counts. Metrics are on the admin listener alone.
use super::app::App;
use super::resource::Address;
use actix_web::web::Data;
use actix_web::{HttpResponse, web};
use domain::core::error::Error;
use prometheus::{Encoder, Histogram, HistogramOpts, IntCounterVec, Opts, Registry, TextEncoder};
use serde_json::json;
use std::sync::LazyLock;
use std::sync::atomic::Ordering;

struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    seconds: Histogram,
}

static METRICS: LazyLock<Option<Metrics>> = LazyLock::new(|| {
    let registry = Registry::new();
    let requests = IntCounterVec::new(
        Opts::new("peyvand_http_requests_total", "Requests answered, by class of status."),
        &["class"],
    )
    .ok()?;
    let buckets = vec![0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
    let seconds =
        Histogram::with_opts(HistogramOpts::new("peyvand_http_request_seconds", "How long answers took.").buckets(buckets)).ok()?;
    registry.register(Box::new(requests.clone())).ok()?;
    registry.register(Box::new(seconds.clone())).ok()?;
    Some(Metrics {
        registry,
        requests,
        seconds,
    })
});

/// Counts one answer.
pub fn measure(status: u16, micros: u64) {
    const CLASSES: [&str; 6] = ["other", "1xx", "2xx", "3xx", "4xx", "5xx"];
    if let Some(m) = &*METRICS {
        m.requests
            .with_label_values(&[CLASSES.get(usize::from(status / 100)).copied().unwrap_or("other")])
            .inc();
        m.seconds.observe(micros as f64 / 1e6);
    }
}

async fn live() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "live"}))
}

async fn ready(app: Data<App>) -> HttpResponse {
    let draining = app.draining.load(Ordering::Relaxed);
    let probe = app.db.write(|conn| {
        persistence::core::settings::set(conn, "ready_probe", "1")?;
        Ok(conn.is_sqlite())
    });
    let patience = std::time::Duration::from_secs(1);
    let (probe, documents) = tokio::join!(
        tokio::time::timeout(patience, probe),
        tokio::time::timeout(patience, app.contents.ready())
    );
    let full = matches!(documents, Ok(Err(Error::Unavailable("storage_full"))));
    let (writes, documents) = match (probe, documents) {
        // A write as small as this finds room in SQLite's log long after no other does.
        (Ok(Ok(sqlite)), documents) => (!(sqlite && full), matches!(documents, Ok(Ok(())))),
        (_, documents) => (false, matches!(documents, Ok(Ok(())))),
    };
    let status = match (draining, writes, documents) {
        (true, ..) => "stopping",
        (_, false, _) => "not_ready",
        // Everything but contents of documents works: a balancer that took us away would take that as well.
        (_, _, false) => "degraded",
        _ => "ready",
    };
    let body = json!({"status": status, "database": writes, "documents": documents});
    if writes && !draining {
        HttpResponse::Ok().json(body)
    } else {
        HttpResponse::ServiceUnavailable().json(body)
    }
}

async fn metrics() -> HttpResponse {
    let mut out = Vec::new();
    if let Some(m) = &*METRICS
        && TextEncoder::new().encode(&m.registry.gather(), &mut out).is_err()
    {
        return HttpResponse::InternalServerError().finish();
    }
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(out)
}

/// The routes that balancers ask.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(Address::new("/health/live").get(|| web::route().to(live)))
        .service(Address::new("/health/ready").get(|| web::route().to(ready)));
}

/// The routes of the admin listener.
pub fn admin_routes(config: &mut web::ServiceConfig) {
    routes(config);
    config.service(Address::new("/metrics").get(|| web::route().to(metrics)));
}

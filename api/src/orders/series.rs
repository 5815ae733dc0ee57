//! Series of numbers over HTTP: how documents are numbered, and up to where that has come.
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, path_id};
use crate::http::crud::{Crud, id};
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::core::error::Error;
use domain::core::id::Id;
use domain::core::instant::Instant;
use domain::core::pipeline::Store;
use domain::core::resource::Resource;
use domain::orders::series::NumberSeries;
use persistence::orders::series::given;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

/// Up to where numbers of a kind of document have been given.
#[derive(Debug, Serialize, ToSchema)]
pub struct SeriesCounters {
    /// By what stands before the digits.
    #[schema(max_items = 10000)]
    data: Vec<SeriesCounter>,
}

/// The numbers that have the same beginning: from the first to the last there is none that was not given, and none that was given twice.
#[derive(Debug, Serialize, ToSchema)]
pub struct SeriesCounter {
    /// What stands before the digits: the prefix, and the year where it begins again with each.
    #[schema(max_length = 40, example = "YZ-1405-")]
    head: String,
    /// The number given last.
    #[schema(minimum = 1, example = 42)]
    last_number: i64,
    /// When it was given.
    updated_at: Instant,
}

async fn counters(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("number_series", "read")?;
    Query::read(&request, &[])?;
    let id = id(&path)?;
    let found = app.db.read(move |conn| {
        let sight = signed.0.actor.sight("number_series", "read").ok_or(Error::NotFound)?;
        let series: NumberSeries = conn.load(Id::from_uuid(id), &sight, false)?.ok_or(Error::NotFound)?;
        given(conn, series.kind)
    });
    let counter = |(head, last_number, updated_at)| SeriesCounter {
        head,
        last_number,
        updated_at,
    };
    let data = found.await?.into_iter().map(counter).collect();
    Ok(HttpResponse::Ok().json(SeriesCounters { data }))
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let doc = "The last number that was given for each prefix and year of the kind of document that the series numbers, by whichever series. Needs \
               the permission `number_series:read`.";
    let shown = json!({"data": [{"head": "YZ-1405-", "last_number": 42, "updated_at": "2026-03-21T08:30:00.000Z"}]});
    let reading = operation("getSeriesCounters", NumberSeries::SPEC.tag, "See which numbers were given", doc)
        .parameter(path_id())
        .response("200", answer("The last numbers.", "SeriesCounters", shown));
    config.service(
        Operations::at("/number-series/{id}/counters")
            .get(|| web::route().to(counters), reading)
            .schema::<SeriesCounters>(),
    );
    config.service(Crud::<NumberSeries>::new());
}

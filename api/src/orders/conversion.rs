//! Making the order of a quote, over HTTP.
use crate::http::app::App;
use crate::http::body::JSON;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, body as described, if_match, key_needed, path_id};
use crate::http::crud::id;
use crate::http::headers;
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::writing::{Writing, members};
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::core::input::whole;
use domain::core::problem::{Code, Problems};
use domain::core::resource::Resource;
use domain::core::schema::{Face, example};
use domain::orders::order::Order;
use persistence::core::object::{Object, Of};
use persistence::orders::conversion;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

const ORDERS: &dyn Object = &Of::<Order>::NEW;

/// What of a quote is ordered.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConvertQuote {
    /// The optional lines that are ordered with the rest: their places among the lines of the quote, from 1 on.
    #[serde(default)]
    #[schema(max_items = 200, minimum = 1, maximum = 200)]
    options: Vec<i64>,
}

async fn convert(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<String>,
    mut payload: Payload,
) -> Result<HttpResponse, Failure> {
    signed.0.sight("quotes", "update")?;
    signed.0.sight("orders", "create")?;
    Query::read(&request, &[])?;
    headers::needs_key(&request)?;
    let (id, expect) = (id(&path)?, headers::if_match(&request)?);
    let (members, bytes) = members(&request, &mut payload, JSON).await?;
    let asked: ConvertQuote = whole(members)?;
    let mut problems = Problems::default();
    if asked.options.len() > 200 {
        problems.with("/options", Code::TooLong, vec![("max", "200".to_owned())]);
    }
    problems.or(())?;
    Writing::new(&request, app, signed, &bytes)?
        .run(ORDERS, move |conn, context| {
            let (new, done) = conversion::convert(conn, context, id, expect, &asked.options)?;
            Ok((if new { 201 } else { 200 }, done))
        })
        .await
}

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    let doc = "Makes a draft order of an accepted quote: its customer and deal, its lines at the prices that were accepted, discounts and promotions as \
               allowances, its charges, taxes, terms of payment and rounding, so that the order comes to what the quote came to, and more where optional \
               lines were chosen. Of a quote there is one order: whoever asks again, also at the same time or without the same key, gets that one (200). \
               The coupons of the quote are used with it, and free again once the order is cancelled; 409 `coupon_used_up` where they were used up \
               meanwhile. 409 `quote_status` of a quote that is not accepted; `quote_converted` where the order is not yours to see. Needs the permissions \
               `quotes:update` and `orders:create`.";
    let order = |doc: &str| answer(doc, Order::SPEC.schema, example(&Order::SPEC, Face::Output));
    let described = operation("convertQuote", "Quotes", "Make the order of a quote", doc)
        .parameter(path_id())
        .parameter(if_match(true))
        .parameter(key_needed())
        .request_body(Some(described("application/json", "ConvertQuote", json!({"options": []}))))
        .response("201", order("The order."))
        .response("200", order("The order that was made before."));
    config.service(
        Operations::at("/quotes/{id}/convert")
            .post(web::route().to(convert), described)
            .schema::<ConvertQuote>(),
    );
}

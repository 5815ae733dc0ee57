//! Whether a configuration is valid, what repairs it, what can still be chosen and what it is made of. Nothing is stored.
use crate::http::app::App;
use crate::http::body::JSON;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, body};
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::writing::members;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::catalog::configuration::answer::{ConfigurationAsk, ProductConfiguration};
use domain::catalog::product::Product;
use domain::core::error::Error;
use domain::core::input;
use domain::core::problem::Problems;
use domain::core::resource::Resource;
use persistence::catalog::configuration;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use utoipa_actix_web::service_config::ServiceConfig;

async fn configure(request: HttpRequest, app: Data<App>, signed: SignedIn, mut payload: Payload) -> Result<HttpResponse, Failure> {
    signed.0.sight("products", "read")?;
    Query::read(&request, &[])?;
    let (members, _) = members(&request, &mut payload, JSON).await?;
    let ask: ConfigurationAsk = input::whole(members)?;
    let mut problems = Problems::default();
    if let Some(why) = &ask.why {
        input::length("/why", why, 1, 40, &mut problems);
    }
    problems.or(())?;
    let (gathered, ask) = app
        .db
        .read(move |conn| Ok((configuration::gather(conn, &signed.0.actor, &ask)?, ask)))
        .await?;
    let broken = |error: &dyn std::fmt::Display| Error::Internal(format!("the configuration was not worked out: {error}"));
    let _turn = SOLVERS.acquire().await.map_err(|e| broken(&e))?;
    let told = web::block(move || gathered.answer(&ask)).await.map_err(|e| broken(&e))??;
    Ok(HttpResponse::Ok().json(told))
}

/// How many questions are worked out at once: each may take a processor for a second, which others need too.
static SOLVERS: Semaphore = Semaphore::const_new(2);

const PRODUCT: &str = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20";
const MODEL: &str = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a21";
const TOP: &str = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a22";

/// What the contract's example asks.
fn asked() -> Value {
    json!({"product_id": PRODUCT, "selected": ["oak_top", "electric_legs"], "quantity": "2", "currency": "IRR", "why": "wooden_legs"})
}

/// What it is answered.
fn told() -> Value {
    let irr = |amount: &str| json!({"amount": amount, "currency": "IRR"});
    let choice = |group: &str, option: &str, state: &str| json!({"group": group, "option": option, "state": state});
    json!({
        "product_id": PRODUCT, "model_id": MODEL, "model_version": 3, "state": "incomplete", "selected": ["oak_top", "electric_legs"],
        "violations": [{
            "kind": "requires", "code": "electric_needs_power", "pointer": "/rules/0", "text_en": "Electric legs need a power supply.",
            "text_fa": "پایهٔ برقی منبع تغذیه لازم دارد."
        }],
        "conflict": null,
        "repair": {"add": ["power_supply"], "remove": [], "selected": ["oak_top", "electric_legs", "power_supply"], "smallest": true},
        "choices": [
            choice("top", "oak_top", "selected"), choice("top", "glass_top", "excluded"), choice("legs", "wooden_legs", "free"),
            choice("legs", "electric_legs", "selected"), choice("extras", "power_supply", "forced"), choice("extras", "drawer", "free"),
        ],
        "choices_of": "asked", "explanation": null,
        "prices": [{"option": "electric_legs", "price": irr("92000000.00")}], "price_adjustment": irr("92000000.00"),
        "attributes": [{"code": "weight_kg", "name_en": "Weight", "name_fa": "وزن", "unit": "kg", "value": "48"}],
        "bill": {
            "lines": [{
                "product_id": TOP, "sku": "TOP-OAK", "name": "صفحهٔ بلوط", "level": 1, "quantity": "2", "unit": "piece", "made": false,
                "cost": irr("44000000.00")
            }],
            "costs": [irr("44000000.00")], "cost_complete": true, "capacity": [{"resource": "workshop", "hours": "4.5"}],
            "lead_time_days": 12,
            "critical_path": [
                {"product_id": TOP, "operation": null, "from_day": 0, "to_day": 10},
                {"product_id": null, "operation": "assembly", "from_day": 10, "to_day": 12},
            ]
        }
    })
}

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    let doc = "Tells whether a choice of options is valid, and stores nothing: the rules that it breaks, in both languages; the smallest change that \
               makes it valid; how every other option stands to it, so that a screen can grey out what can't be chosen; what the options add to the \
               price; computed attributes; the bill of materials down to what is bought, with costs, hours by resource and the critical path. A \
               constraint solver works within one second: what it could not find out by then is told as `undecided`, `unknown`, or not `smallest`. \
               Needs the permission `products:read`; a product out of sight, or without a configuration model in use, is as if it were not there. \
               Costs need `products.cost:read`.";
    let described = operation(
        "createProductConfiguration",
        Product::SPEC.tag,
        "Check a configuration and what follows",
        doc,
    )
    .request_body(Some(body("application/json", "ConfigurationAsk", asked())))
    .response("200", answer("How the choice stands.", "ProductConfiguration", told()));
    let at = Operations::at("/product-configurations").post(web::route().to(configure), described);
    config.service(at.schema::<ConfigurationAsk>().schema::<ProductConfiguration>());
}

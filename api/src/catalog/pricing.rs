//! What things cost somebody, with every step on the way. Nothing is stored.
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
use domain::catalog::ask::PriceAsk;
use domain::catalog::product::Product;
use domain::catalog::quotation::PriceQuotation;
use domain::core::input;
use domain::core::resource::Resource;
use persistence::catalog::pricing;
use serde_json::{Value, json};
use utoipa_actix_web::service_config::ServiceConfig;

async fn quote(request: HttpRequest, app: Data<App>, signed: SignedIn, mut payload: Payload) -> Result<HttpResponse, Failure> {
    signed.0.sight("products", "read")?;
    Query::read(&request, &[])?;
    let (members, _) = members(&request, &mut payload, JSON).await?;
    let ask: PriceAsk = input::whole(members)?;
    let setting = app.setting();
    let quotation = app
        .db
        .read(move |conn| pricing::price(conn, &signed.0.actor, &setting, &ask))
        .await?;
    Ok(HttpResponse::Ok().json(quotation))
}

const PRODUCT: &str = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20";

fn irr(amount: &str) -> Value {
    json!({"amount": amount, "currency": "IRR"})
}

/// What the contract's example asks.
fn asked() -> Value {
    json!({
        "currency": "IRR", "on": "2026-05-01", "coupons": ["NOWRUZ-1405"],
        "lines": [{"product_id": PRODUCT, "quantity": "2", "discounts": [{"kind": "allowance", "reason": "مشتری وفادار", "percent": "5"}]}],
        "charges": [{"reason": "کرایهٔ حمل", "amount": irr("4000000.00"), "tax_category": "standard"}]
    })
}

/// What it is answered.
fn told() -> Value {
    let step = |kind: &str, label: Option<&str>, before: &str, after: &str| json!({"kind": kind, "rule_id": null, "label": label, "before": irr(before), "after": irr(after)});
    let rate = json!({"category": "standard", "percent": "10"});
    json!({
        "currency": "IRR", "on": "2026-05-01",
        "lines": [{
            "product_id": PRODUCT, "sku": "DESK-160-W", "name": "میز کار ۱۶۰", "quantity": "2", "unit": "piece",
            "unit_price": irr("48500000.00"), "price_quantity": "1", "price": irr("97000000.00"), "net": irr("82935000.00"), "tax": rate, "configuration": null,
            "steps": [
                step("list_price", None, "0.00", "97000000.00"),
                step("coupon", Some("نوروز ۱۴۰۵"), "97000000.00", "87300000.00"),
                step("discount", Some("مشتری وفادار"), "87300000.00", "82935000.00"),
            ]
        }],
        "charges": [{"reason": "کرایهٔ حمل", "amount": irr("4000000.00"), "tax": rate}],
        "steps": [
            step("lines", None, "0.00", "82935000.00"),
            step("charge", Some("کرایهٔ حمل"), "82935000.00", "86935000.00"),
            step("tax", Some("S 10%"), "86935000.00", "95628500.00"),
        ],
        "totals": {
            "lines": irr("82935000.00"), "allowances": irr("0.00"), "charges": irr("4000000.00"), "net": irr("86935000.00"),
            "taxes": [{"category": "standard", "percent": "10", "taxable": irr("86935000.00"), "tax": irr("8693500.00")}],
            "tax": irr("8693500.00"), "gross": irr("95628500.00"), "prepaid": irr("0.00"), "rounding": irr("0.00"), "payable": irr("95628500.00")
        },
        "coupons": [{"code": "NOWRUZ-1405", "applied": true, "reason": null}],
        "instalments": []
    })
}

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    let doc = "Works out what things cost somebody and stores nothing: the price of the best fitting price book, or the list price; then the promotions \
               that hold, the highest priority first; then the discounts asked for, charges, tax and rounding. Each step tells its rule, what stood \
               there before and what after; the steps add up. Needs the permission `products:read`; a customer, a product or payment terms out of \
               sight are as if they were not there.";
    let described = operation("createPriceQuotation", Product::SPEC.tag, "Work out a price, step by step", doc)
        .request_body(Some(body("application/json", "PriceAsk", asked())))
        .response("200", answer("What it costs, and why.", "PriceQuotation", told()));
    let at = Operations::at("/price-quotations").post(web::route().to(quote), described);
    config.service(at.schema::<PriceAsk>().schema::<PriceQuotation>());
}

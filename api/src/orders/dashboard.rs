//! The dashboard of stock, consumption and orders.
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, query, text};
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::{Query, unfit};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;
use domain::core::error::{Error, Result};
use domain::core::exact::Exact;
use domain::core::instant::Instant;
use domain::core::money::{Money, currency};
use domain::core::problem::Code;
use domain::orders::line::of_units;
use domain::orders::order::OrderStatus;
use persistence::orders::dashboard::{self, ProductStock};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::schema::{KnownFormat, SchemaFormat};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Stock, consumption and orders in numbers.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrdersDashboard {
    /// From when on consumption and orders are counted.
    since: Instant,
    /// Up to when.
    until: Instant,
    /// The products of which most went out, then those of which least is free; at most 100.
    #[schema(max_items = 100)]
    products: Vec<DashboardProduct>,
    /// Orders that were made in that time, by where they stand and currency.
    #[schema(max_items = 2000)]
    orders: Vec<DashboardOrders>,
    /// What is owed now, by currency; empty where you may not read invoices.
    #[schema(max_items = 200)]
    receivables: Vec<DashboardReceivable>,
}

/// A product in all warehouses, or in one.
#[derive(Debug, Serialize, ToSchema)]
pub struct DashboardProduct {
    product_id: Uuid,
    #[schema(max_length = 60)]
    sku: String,
    #[schema(max_length = 200)]
    name: String,
    #[schema(value_type = Exact)]
    on_hand: Exact,
    #[schema(value_type = Exact)]
    reserved: Exact,
    #[schema(value_type = Exact)]
    available: Exact,
    #[schema(value_type = Exact)]
    incoming: Exact,
    /// What went out in that time, by issues and by what was reserved.
    #[schema(value_type = Exact)]
    consumed: Exact,
    /// For how many days what is free lasts, if as much goes out as in that time; null where nothing did.
    #[schema(minimum = 0, example = 42)]
    days_left: Option<i64>,
}

/// Orders that stand at one place.
#[derive(Debug, Serialize, ToSchema)]
pub struct DashboardOrders {
    status: OrderStatus,
    #[schema(minimum = 0, example = 7)]
    orders: i64,
    /// What they come to.
    total: Money,
}

/// What is owed in a currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct DashboardReceivable {
    open: Money,
    overdue: Money,
}

/// The span unless told.
const USUAL: TimeDelta = TimeDelta::days(30);
/// Products that are told.
const MOST: usize = 100;

fn money(units: i64, code: &str) -> Result<Money> {
    let broken = |e: domain::core::money::MoneyError| Error::Internal(e.to_string());
    of_units(units, currency(code).map_err(broken)?).map_err(broken)
}

fn product(found: ProductStock) -> DashboardProduct {
    DashboardProduct {
        product_id: found.product_id,
        sku: found.sku,
        name: found.name,
        on_hand: found.on_hand,
        reserved: found.reserved,
        available: found.available,
        incoming: found.incoming,
        consumed: found.consumed,
        days_left: found.days_left,
    }
}

async fn show(request: HttpRequest, app: Data<App>, signed: SignedIn) -> Result<HttpResponse, Failure> {
    for object in ["stock", "stock_movements", "products", "orders"] {
        signed.0.sight(object, "read")?;
    }
    let query = Query::read(&request, &["since", "until", "warehouse_id"])?;
    let until = query.moment("until")?.unwrap_or_else(|| app.now());
    let since = query.moment("since")?.unwrap_or_else(|| until.after(-USUAL));
    if since >= until {
        return Err(unfit("until", Code::OutOfRange, vec![("min", since.to_string())]).into());
    }
    let (warehouse, today) = (query.id("warehouse_id")?, app.now().utc().date_naive());
    let found = app.db.read(move |conn| {
        let actor = &signed.0.actor;
        let products = dashboard::products(conn, actor, (since, until), warehouse, MOST)?;
        let orders = dashboard::orders(conn, actor, (since, until))?;
        Ok((products, orders, dashboard::receivables(conn, actor, today)?))
    });
    let (products, orders, receivables) = found.await?;
    let standing = |status: &str| <OrderStatus as domain::core::field::Choice>::of(status).unwrap_or_default();
    let orders = orders.into_iter().map(|found| {
        Ok(DashboardOrders {
            status: standing(&found.status),
            orders: found.orders,
            total: money(found.units, &found.currency)?,
        })
    });
    let receivables = receivables.into_iter().map(|(code, (open, overdue))| {
        Ok(DashboardReceivable {
            open: money(open, &code)?,
            overdue: money(overdue, &code)?,
        })
    });
    Ok(HttpResponse::Ok().json(OrdersDashboard {
        since,
        until,
        products: products.into_iter().map(product).collect(),
        orders: orders.collect::<Result<_>>()?,
        receivables: receivables.collect::<Result<_>>()?,
    }))
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let doc = "What lies in the warehouses, what went out of them in a time, and the orders that were made in it; each part as far as you may see it. Needs the \
               permissions `stock:read`, `stock_movements:read`, `products:read` and `orders:read`.";
    let rial = |amount: &str| json!({"amount": amount, "currency": "IRR"});
    let example = json!({
        "since": "2026-02-19T08:30:00.000Z", "until": "2026-03-21T08:30:00.000Z",
        "products": [{"product_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20", "sku": "DESK-160-W", "name": "میز کار ۱۶۰", "on_hand": "118",
            "reserved": "2", "available": "116", "incoming": "50", "consumed": "60", "days_left": 58}],
        "orders": [{"status": "confirmed", "orders": 7, "total": rial("679000000.00")}],
        "receivables": [{"open": rial("97000000.00"), "overdue": rial("0.00")}]
    });
    let moment = || text(40).format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
    let uuid = text(36).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    let showing = operation("getOrdersDashboard", "Orders", "See stock, consumption and orders", doc)
        .parameter(query("since", "From when on; thirty days before `until` unless given.", moment()))
        .parameter(query("until", "Up to when; now unless given.", moment()))
        .parameter(query("warehouse_id", "Only of this warehouse, what stock is concerned.", uuid))
        .response("200", answer("The numbers.", "OrdersDashboard", example));
    let at = Operations::at("/dashboards/orders").get(|| web::route().to(show), showing);
    config.service(at.schema::<OrdersDashboard>());
}

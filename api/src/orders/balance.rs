//! What a customer owes, how long it has been due, how much more they may owe and how they pay.
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, path_id, query, text};
use crate::http::crud::id;
use crate::http::operation::{Operations, operation};
use crate::http::problem::{Failure, Lang};
use crate::http::query::Query;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::money::Money;
use domain::core::pipeline::Store;
use domain::customers::customer::{CreditClass, Customer};
use domain::orders::invoice::Invoice;
use domain::orders::ledger::PaymentBehaviour;
use domain::orders::line::of_units;
use persistence::core::conn::Conn;
use persistence::orders::balance::{self, Balance};
use persistence::orders::{account, credit};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::schema::{KnownFormat, SchemaFormat};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// What a customer owes.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerBalance {
    customer_id: Uuid,
    /// Up to which day the ledger is added up, and from which day what is due is seen.
    as_of: NaiveDate,
    /// By currency: different ones are never added up.
    #[schema(max_items = 200)]
    balances: Vec<CurrencyBalance>,
}

/// What a customer owes in a currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct CurrencyBalance {
    #[schema(min_length = 3, max_length = 3, example = "EUR")]
    currency: String,
    /// The sum of the ledger: what they owe; below nothing, what is theirs.
    balance: Money,
    /// What they paid that is for no invoice yet.
    unallocated: Money,
    /// What is due.
    overdue: Money,
    /// What is open of their invoices, by how long it has been due.
    #[schema(max_items = 5)]
    ageing: Vec<AgeBucket>,
    /// The invoices of which something is open, those due first first; at most 500.
    #[schema(max_items = 500)]
    invoices: Vec<OpenInvoice>,
}

/// What has been due for as long.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgeBucket {
    /// For programs.
    #[schema(max_length = 20, example = "days_1_to_30")]
    name: &'static str,
    /// For people, in the language asked for.
    #[schema(max_length = 100, example = "۱ تا ۳۰ روز گذشته")]
    label: &'static str,
    amount: Money,
}

/// An invoice of which something is open.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenInvoice {
    id: Uuid,
    #[schema(max_length = 60, example = "I-000042")]
    number: Option<String>,
    issued_on: Option<NaiveDate>,
    /// By when the last of it is to be paid.
    due_on: Option<NaiveDate>,
    total: Option<Money>,
    open: Option<Money>,
    /// For how many days the last of it has been due; 0 where it is not.
    #[schema(minimum = 0, example = 12)]
    days_overdue: i64,
}

/// How much more a customer may owe, and how they pay.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerCredit {
    customer_id: Uuid,
    /// The class they were put into.
    credit_class: Option<CreditClass>,
    /// By currency; without any they may owe whatever they order.
    #[schema(max_items = 200)]
    accounts: Vec<CreditStanding>,
    /// How they paid the latest 500 invoices that were settled by payments.
    behaviour: PaymentBehaviour,
}

/// A credit account, and what is on it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreditStanding {
    id: Uuid,
    credit_limit: Money,
    /// What is ordered and not invoiced yet; orders that wait are not counted.
    open_orders: Money,
    /// What is open of invoices.
    unpaid_invoices: Money,
    /// Both.
    exposure: Money,
    /// The limit less that; below nothing where it was passed by leave.
    available: Money,
    blocked: bool,
}

/// The most invoices that are told one by one.
const MOST: usize = 500;

fn bucket(name: &'static str, amount: Money, lang: Lang) -> AgeBucket {
    let (en, fa) = match name {
        "not_due" => ("Not due yet", "سررسید نشده"),
        "days_1_to_30" => ("1 to 30 days overdue", "۱ تا ۳۰ روز گذشته"),
        "days_31_to_60" => ("31 to 60 days overdue", "۳۱ تا ۶۰ روز گذشته"),
        "days_61_to_90" => ("61 to 90 days overdue", "۶۱ تا ۹۰ روز گذشته"),
        _ => ("More than 90 days overdue", "بیش از ۹۰ روز گذشته"),
    };
    let label = if lang == Lang::Fa { fa } else { en };
    AgeBucket { name, label, amount }
}

fn told(invoice: Invoice, on: NaiveDate) -> OpenInvoice {
    OpenInvoice {
        id: invoice.base.id.uuid(),
        total: invoice.totals.as_ref().map(|totals| totals.payable),
        days_overdue: invoice.due_on.map_or(0, |due| (on - due).num_days()).max(0),
        number: invoice.number,
        issued_on: invoice.issued_on,
        due_on: invoice.due_on,
        open: invoice.open,
    }
}

fn shown(currency: String, found: Balance, on: NaiveDate, lang: Lang) -> Result<CurrencyBalance> {
    let overdue = found.ageing.overdue().map_err(|e| Error::Internal(e.to_string()))?;
    let ageing = found.ageing;
    let all = [
        ("not_due", ageing.not_due),
        ("days_1_to_30", ageing.days_1_to_30),
        ("days_31_to_60", ageing.days_31_to_60),
        ("days_61_to_90", ageing.days_61_to_90),
        ("over_90_days", ageing.over_90_days),
    ];
    Ok(CurrencyBalance {
        currency,
        balance: found.balance,
        unallocated: found.unallocated,
        overdue,
        ageing: all.map(|(name, amount)| bucket(name, amount, lang)).into(),
        invoices: found.invoices.into_iter().take(MOST).map(|invoice| told(invoice, on)).collect(),
    })
}

/// The customer, if the actor sees them.
fn seen(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<Customer> {
    let sight = actor.sight("customers", "read").ok_or(Error::NotFound)?;
    conn.load(Id::from_uuid(id), &sight, false)?.ok_or(Error::NotFound)
}

async fn owes(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("customers", "read")?;
    signed.0.sight("ledger_entries", "read")?;
    let asked = Query::read(&request, &["as_of"])?.parsed("as_of", |text| text.parse::<NaiveDate>().ok().filter(|_| text.len() == 10))?;
    let (id, on) = (id(&path)?, asked.unwrap_or_else(|| app.now().utc().date_naive()));
    let lang = Lang::accepted(request.headers().get("Accept-Language").and_then(|v| v.to_str().ok()));
    let found = app.db.read(move |conn| {
        seen(conn, &signed.0.actor, id)?;
        balance::balances(conn, &signed.0.actor, Id::from_uuid(id), on)
    });
    let each = found.await?.into_iter();
    let balances = each
        .map(|(currency, found)| shown(currency, found, on, lang))
        .collect::<Result<Vec<_>>>()?;
    Ok(HttpResponse::Ok()
        .insert_header(("Content-Language", lang.as_str()))
        .insert_header(("Vary", "Accept-Language"))
        .json(CustomerBalance {
            customer_id: id,
            as_of: on,
            balances,
        }))
}

async fn may_owe(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("customers", "read")?;
    signed.0.sight("credit_accounts", "read")?;
    Query::read(&request, &[])?;
    let id = id(&path)?;
    let found = app.db.read(move |conn| {
        let customer = seen(conn, &signed.0.actor, id)?;
        let whom = Id::from_uuid(id);
        let broken = |e: domain::core::money::MoneyError| Error::Internal(e.to_string());
        let mut accounts = Vec::new();
        for account in credit::accounts(conn, whom)? {
            let limit = account.credit_limit;
            let (orders, invoices) = account::exposure(conn, whom, limit.currency().code(), None)?;
            let (orders, invoices) = (
                of_units(orders, limit.currency()).map_err(broken)?,
                of_units(invoices, limit.currency()).map_err(broken)?,
            );
            let exposure = orders.checked_add(invoices).map_err(broken)?;
            accounts.push(CreditStanding {
                id: account.base.id.uuid(),
                credit_limit: limit,
                open_orders: orders,
                unpaid_invoices: invoices,
                exposure,
                available: limit.checked_sub(exposure).map_err(broken)?,
                blocked: account.blocked,
            });
        }
        Ok(CustomerCredit {
            customer_id: id,
            credit_class: customer.credit_class,
            accounts,
            behaviour: balance::behaviour(conn, whom)?,
        })
    });
    Ok(HttpResponse::Ok().json(found.await?))
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let doc = "The sum of the ledger up to a day, and what is open now of invoices by how long it has been due on that day; for each currency by itself. Labels \
               are in Persian or English, by `Accept-Language`. Needs the permissions `customers:read` and `ledger_entries:read`; what is unallocated and \
               open is told as far as you may read payments and invoices.";
    let euro = |amount: &str| json!({"amount": amount, "currency": "EUR"});
    let bucket = |name: &str, label: &str, amount: &str| json!({"name": name, "label": label, "amount": euro(amount)});
    let example = json!({"customer_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20", "as_of": "2026-06-21", "balances": [{
        "currency": "EUR", "balance": euro("1656.25"), "unallocated": euro("0.00"), "overdue": euro("1656.25"),
        "ageing": [bucket("not_due", "سررسید نشده", "0.00"), bucket("days_1_to_30", "۱ تا ۳۰ روز گذشته", "0.00"),
            bucket("days_31_to_60", "۳۱ تا ۶۰ روز گذشته", "0.00"), bucket("days_61_to_90", "۶۱ تا ۹۰ روز گذشته", "1656.25"),
            bucket("over_90_days", "بیش از ۹۰ روز گذشته", "0.00")],
        "invoices": [{"id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a21", "number": "I-000042", "issued_on": "2026-03-21", "due_on": "2026-04-20",
            "total": euro("1656.25"), "open": euro("1656.25"), "days_overdue": 62}]
    }]});
    let day = text(10).format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)));
    let owing = operation("getCustomerBalance", "Invoices", "See what a customer owes", doc)
        .parameter(path_id())
        .parameter(query("as_of", "A day, such as `2026-03-21`; today unless given.", day))
        .response("200", answer("What they owe.", "CustomerBalance", example));
    let at = Operations::at("/customers/{id}/balance").get(|| web::route().to(owes), owing);
    config.service(at.schema::<CustomerBalance>());
    let doc = "What they owe by their credit accounts: what is ordered and not invoiced yet, and what is open of invoices; and how they have paid. Needs the \
               permissions `customers:read` and `credit_accounts:read`.";
    let example = json!({"customer_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20", "credit_class": "a", "accounts": [{
        "id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a22", "credit_limit": euro("5000.00"), "open_orders": euro("1200.00"),
        "unpaid_invoices": euro("1656.25"), "exposure": euro("2856.25"), "available": euro("2143.75"), "blocked": false
    }], "behaviour": {"settled": 12, "on_time": 9, "mean_days_late": "-1.5", "most_days_late": 21}});
    let owing = operation("getCustomerCredit", "Orders", "See how much a customer may owe", doc)
        .parameter(path_id())
        .response("200", answer("Their credit.", "CustomerCredit", example));
    let at = Operations::at("/customers/{id}/credit").get(|| web::route().to(may_owe), owing);
    config.service(at.schema::<CustomerCredit>());
}

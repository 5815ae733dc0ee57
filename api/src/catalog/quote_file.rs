//! A quote as PDF, in its own language.
use super::quotes::QUOTES;
use crate::documents::disposition;
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract::path_id;
use crate::http::crud::id;
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::templates::pdf::{Head, Letter};
use crate::templates::set;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono_tz::Tz;
use domain::access::user::Locale;
use domain::catalog::quote::Quote;
use domain::catalog::quote_document::{About, blocks, title};
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::resource::Resource;
use domain::core::store::Store as _;
use domain::customers::customer::Customer;
use domain::templates::page::PageSettings;
use domain::templates::template::usual_zone;
use domain::templates::written::Manner;
use persistence::catalog::product;
use persistence::core::conn::Conn;
use persistence::core::record::live;
use persistence::core::settings;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{ContentBuilder, ResponseBuilder};
use utoipa_actix_web::service_config::ServiceConfig;

/// How numbers and dates are written for readers of a language.
pub fn manner(language: Locale) -> Manner {
    Manner {
        language,
        zone: usual_zone(language).parse().unwrap_or(Tz::UTC),
    }
}

/// What is set of a quote.
pub fn letter(conn: &mut Conn, quote: &Quote) -> Result<Letter> {
    let customer: Option<Customer> = live(conn, quote.customer_id.uuid())?;
    let manner = manner(quote.language);
    let (counted, options): (Vec<_>, Vec<_>) = quote.lines.iter().partition(|l| !l.optional);
    let in_order: Vec<_> = counted.into_iter().chain(options).collect();
    let products = product::some(conn, in_order.iter().map(|l| l.product_id))?;
    let names: Vec<String> = in_order
        .iter()
        .map(|l| {
            products
                .get(&l.product_id)
                .map(|p| p.called(quote.language).to_owned())
                .unwrap_or_default()
        })
        .collect();
    let notes: Vec<Option<String>> = in_order.iter().map(|l| l.note.clone()).collect();
    let about = About {
        customer: customer.as_ref().map(|c| c.display_name.as_str()).unwrap_or_default(),
        manner,
        names: &names,
        notes: &notes,
    };
    let mut said = |name: &str| settings::get(conn, &format!("organization_{name}")).map(Option::unwrap_or_default);
    Ok(Letter {
        title: title(quote, manner),
        subject: None,
        blocks: blocks(quote, &about),
        page: PageSettings {
            font_size: 10,
            ..PageSettings::default()
        },
        manner,
        persian: quote.language == Locale::Persian,
        head: Head {
            name: said("name")?,
            address: said("address")?,
            telephone: said("telephone")?,
        },
    })
}

/// The file to be saved.
pub fn file(quote: &Quote, bytes: Vec<u8>) -> HttpResponse {
    let name = format!("{}-{}.pdf", quote.number, quote.revision);
    HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header(("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'"))
        .insert_header(("Content-Disposition", disposition(&name)))
        .body(Bytes::from(bytes))
}

async fn pdf(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("quotes", "read")?;
    Query::read(&request, &[])?;
    let id = id(&path)?;
    let found = app.db.read(move |conn| {
        let sight = signed.0.actor.sight(QUOTES.spec().object, "read").ok_or(Error::NotFound)?;
        let quote: Quote = conn.load(Id::from_uuid(id), &sight, false)?.ok_or(Error::NotFound)?;
        let letter = letter(conn, &quote)?;
        Ok((quote, letter))
    });
    let (quote, letter) = found.await?;
    Ok(file(&quote, set(letter).await?))
}

/// The answer that is a PDF.
pub fn answered(doc: &str) -> ResponseBuilder {
    let bytes = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
        .max_length(Some(20_000_000));
    let content = ContentBuilder::new().schema(Some(bytes)).example(Some("%PDF-1.7 …".into())).build();
    ResponseBuilder::new().description(doc).content("application/pdf", content)
}

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    let doc = "The quote as its customer reads it, in Persian or English by its `language`, with the lines, the sums, options and instalments. Needs the \
               permission `quotes:read`.";
    let described = operation("getQuotePdf", Quote::SPEC.tag, "A quote as PDF", doc)
        .parameter(path_id())
        .response("200", answered("The file."));
    config.service(Operations::at("/quotes/{id}/pdf").get(|| web::route().to(pdf), described));
}

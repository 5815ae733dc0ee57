//! The view of everything about a customer, in one call: its record and a section for each thing that other areas know of it. Each area
//! brings its sections; this file only asks them, and knows none of them but the record.
use super::sections;
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, conditional, path_id, query, text};
use crate::http::crud::id;
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::reading::{respond, weak};
use crate::{activities, documents, privacy, quality, sales};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use domain::core::problem::{Code, Problems};
use domain::core::resource::Resource;
use domain::core::schema::{Face, example};
use domain::customers::customer::Customer;
use persistence::core::conn::Conn;
use persistence::core::view::View;
use persistence::core::{merged, read};
use serde_json::{Value, json};
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{Ref, RefOr, Schema};
use uuid::Uuid;

/// What a section is asked.
pub struct Ask<'a> {
    pub actor: &'a Actor,
    /// A customer that the actor sees.
    pub customer: Uuid,
    /// Items that the section shows at most.
    pub limit: usize,
    pub now: Instant,
}

/// What a section's items are, for the contract: a schema by its name, and those it refers to.
pub struct Item {
    pub name: String,
    pub schema: RefOr<Schema>,
    pub below: Vec<(String, RefOr<Schema>)>,
}

/// One part of the view: what an area knows of a customer. It reads in at most one statement, and shows nothing that the actor could not
/// read by the area's own operations.
pub trait Section: Sync {
    /// Its member in the answer.
    fn name(&self) -> &'static str;
    /// What it shows, for the contract.
    fn doc(&self) -> &'static str;
    /// The schema of its items.
    fn item(&self) -> Item;
    /// An item, for the contract.
    fn example(&self) -> Value;
    /// Its items, each as JSON text, one more than the limit where there are more.
    ///
    /// # Errors
    /// `Error::Forbidden` where the actor may read nothing of this kind: the section is then told among `denied`.
    fn read(&self, conn: &mut Conn, ask: &Ask<'_>) -> Result<Vec<String>>;
}

/// All sections: one line for each area.
fn all() -> impl Iterator<Item = &'static dyn Section> {
    [
        sections::ALL,
        activities::sections::ALL,
        documents::section::ALL,
        privacy::section::ALL,
        quality::section::ALL,
        sales::section::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// The section that is the record itself.
const RECORD: &str = "record";
/// Items of a section, unless told, and at most.
const ITEMS: usize = 10;
const MOST: usize = 50;

/// The sections asked for.
fn chosen(query: &Query) -> Result<(bool, Vec<&'static dyn Section>), Failure> {
    let Some(text) = query.text("sections") else {
        return Ok((true, all().collect()));
    };
    let (mut record, mut found, mut problems) = (false, Vec::<&'static dyn Section>::new(), Problems::default());
    for name in text.split(',') {
        match all().find(|s| s.name() == name) {
            Some(section) if found.iter().all(|f| f.name() != name) => found.push(section),
            Some(_) => {}
            None if name == RECORD => record = true,
            None => problems.with("", Code::UnknownField, vec![("name", name.chars().take(100).collect())]),
        }
    }
    Ok(problems.or((record, found)).map_err(|p| Error::Query(vec![("sections", p)]))?)
}

async fn overview(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("customers", "read")?;
    let query = Query::read(&request, &["sections", "limit"])?;
    let (record, sections) = chosen(&query)?;
    let limit = query.number("limit", ITEMS, 1, MOST)?;
    let customer = id(&path)?;
    let view = View::new(&Customer::SPEC, &signed.0.actor, if record { None } else { Some("id") })?;
    let now = app.now();
    let read = move |conn: &mut Conn| {
        let actor = &signed.0.actor;
        let sight = actor.sight("customers", "read").ok_or(Error::NotFound)?;
        let mut customer = customer;
        let mut found = read::get(conn, &sight, &Customer::SPEC, &view, customer, false)?;
        if found.is_none() {
            customer = merged::survivor(conn, Customer::SPEC.object, customer)?.ok_or(Error::NotFound)?;
            found = read::get(conn, &sight, &Customer::SPEC, &view, customer, false)?;
        }
        let (_, own) = found.ok_or(Error::NotFound)?;
        // Written by hand around the record, which comes as text from the database and goes out as it is.
        let mut out = format!("{{\"id\":\"{customer}\",\"object\":\"customer_overview\"").into_bytes();
        if record {
            out.extend_from_slice(b",\"record\":");
            out.extend_from_slice(&own);
        }
        let (ask, mut denied) = (
            Ask {
                actor,
                customer,
                limit,
                now,
            },
            Vec::new(),
        );
        for section in sections {
            for text in [",\"", section.name(), "\":"] {
                out.extend_from_slice(text.as_bytes());
            }
            match section.read(conn, &ask) {
                Ok(mut items) => {
                    let truncated = items.len() > limit;
                    items.truncate(limit);
                    for text in [
                        "{\"data\":[",
                        &items.join(","),
                        "],\"truncated\":",
                        if truncated { "true}" } else { "false}" },
                    ] {
                        out.extend_from_slice(text.as_bytes());
                    }
                }
                Err(Error::Forbidden(_)) => {
                    denied.push(section.name());
                    out.extend_from_slice(b"null");
                }
                Err(error) => return Err(error),
            }
        }
        out.extend_from_slice(format!(",\"denied\":{}}}", json!(denied)).as_bytes());
        Ok(out)
    };
    // Each section is a few rows by an index.
    let body = app.db.look(read).await?;
    respond(&request, weak(&body), body, None)
}

/// The answer's schema, and those of its sections.
fn schemas() -> Vec<(String, RefOr<Schema>)> {
    let string = |max| ObjectBuilder::new().schema_type(Type::String).max_length(Some(max));
    let mut whole = ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some("Everything about a customer; a section that was not asked for is absent."))
        .property("id", string(36).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))))
        .required("id")
        .property("object", string(40))
        .required("object")
        .property(RECORD, Ref::from_schema_name(Customer::SPEC.schema));
    let mut out = Vec::new();
    for section in all() {
        let item = section.item();
        let data = ArrayBuilder::new().items(Ref::from_schema_name(&item.name)).max_items(Some(MOST));
        let list = ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::SchemaType::from_iter([Type::Object, Type::Null]))
            .description(Some(section.doc()))
            .property("data", data)
            .required("data")
            .property(
                "truncated",
                ObjectBuilder::new()
                    .schema_type(Type::Boolean)
                    .description(Some("Whether there are more.")),
            )
            .required("truncated");
        let name = format!("{}Section", item.name);
        whole = whole.property(section.name(), Ref::from_schema_name(&name));
        out.push((name, list.into()));
        out.push((item.name, item.schema));
        out.extend(item.below);
    }
    let denied = ArrayBuilder::new()
        .items(string(50))
        .max_items(Some(100))
        .description(Some("Sections that are null because the caller may read nothing of their kind."));
    whole = whole.property("denied", denied).required("denied");
    out.push(("CustomerOverview".to_owned(), whole.into()));
    out
}

fn shown() -> Value {
    let mut whole = serde_json::Map::new();
    whole.insert("id".to_owned(), "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20".into());
    whole.insert("object".to_owned(), "customer_overview".into());
    whole.insert(RECORD.to_owned(), example(&Customer::SPEC, Face::Output));
    for section in all() {
        whole.insert(section.name().to_owned(), json!({"data": [section.example()], "truncated": false}));
    }
    whole.insert("denied".to_owned(), json!([]));
    Value::Object(whole)
}

/// The route.
pub fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig) {
    let names = all().map(|s| format!("`{}`", s.name())).collect::<Vec<_>>().join(", ");
    let one = all().map(|s| s.name()).chain([RECORD]).collect::<Vec<_>>().join("|");
    let doc = format!(
        "The record and what other parts of the house know of it: {names}. Every section is limited, and shows only what the caller may \
         read there."
    );
    let limit = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
        .minimum(Some(1.0))
        .maximum(Some(MOST as f64))
        .default(Some(json!(ITEMS)));
    let viewing = operation("getCustomerOverview", Customer::SPEC.tag, "View everything about a customer", &doc)
        .parameter(path_id())
        .parameter(query(
            "sections",
            "Only these, by name, separated by commas; `record` is the record itself.",
            text(500).pattern(Some(format!("^({one})(,({one})){{0,20}}$"))),
        ))
        .parameter(query("limit", "How many items a section shows.", limit))
        .response("200", answer("The customer and its sections.", "CustomerOverview", shown()));
    let mut operations = Operations::at("/customers/{id}/360").get(|| web::route().to(overview), conditional(viewing));
    for (name, schema) in schemas() {
        operations = operations.named(name, schema);
    }
    config.service(operations);
}

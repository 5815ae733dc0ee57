//! Metadata: every object that is mounted and every field it has, built in or the organization's own, with its rules and what the
//! caller may do with it. It is read from the tables that the rest of the house obeys, so that it can't promise anything else.
use crate::http::app::App;
use crate::http::caller::{Caller, SignedIn};
use crate::http::contract::{answer, conditional, mounted_with, path_text};
use crate::http::crud::Has;
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::reading::{respond, weak};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::core::actor::Scope;
use domain::core::error::Error;
use domain::core::field::{Access, Field, Kind, words};
use domain::core::resource::Spec;
use domain::customize::field::CustomField;
use persistence::core::record::pick;
use persistence::core::sql::Sql;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Array, ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa_actix_web::service_config::ServiceConfig;

/// A name for screens, in each language.
#[derive(Debug, Serialize, ToSchema)]
pub struct Labels {
    #[schema(max_length = 100)]
    en: String,
    #[schema(max_length = 100)]
    fa: String,
}

/// How far each of the usual operations reaches for the caller: a scope, or null where there is no such operation or no permission.
#[derive(Debug, Serialize, ToSchema)]
pub struct ObjectActions {
    read: Option<Scope>,
    create: Option<Scope>,
    update: Option<Scope>,
    /// Also what restoring needs.
    delete: Option<Scope>,
}

/// A kind of record, with its fields.
#[derive(Debug, Serialize, ToSchema)]
pub struct ObjectInfo {
    /// Its name in permissions, references and imports.
    #[schema(max_length = 50, example = "customers")]
    name: &'static str,
    /// What its records say they are.
    #[schema(max_length = 50, example = "customer")]
    one: &'static str,
    /// Where its records are.
    #[schema(max_length = 100, example = "/api/v1/customers")]
    path: String,
    labels: Labels,
    #[schema(max_length = 1000)]
    description: &'static str,
    actions: ObjectActions,
    #[schema(max_items = 500)]
    fields: Vec<FieldInfo>,
}

/// A field of an object.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldInfo {
    /// How filters, sorts and imports name it; a field of the organization's own begins with `custom.`.
    #[schema(max_length = 60, example = "display_name")]
    name: String,
    labels: Labels,
    #[schema(max_length = 1000)]
    description: String,
    /// What it holds: `text`, `choice`, `texts`, `boolean`, `integer`, `decimal`, `money`, `date`, `instant`, `reference`, `references` or
    /// `structure`.
    #[schema(max_length = 20, example = "text")]
    kind: &'static str,
    /// The object that a reference names a record of; null where it is no reference, or may name any object's.
    #[schema(max_length = 50)]
    refers_to: Option<&'static str>,
    /// Who sets it: `free` for create and patch, `fixed` for create alone, `server` for nobody else.
    #[schema(max_length = 10, example = "free")]
    access: &'static str,
    /// Whether a create must give it.
    required: bool,
    /// Whether it can be null.
    nullable: bool,
    #[schema(schema_with = choices)]
    choices: Option<Vec<String>>,
    /// The most characters of a text; null for other kinds.
    #[schema(minimum = 1, maximum = 1_000_000)]
    max_length: Option<u32>,
    /// The least that a whole number may be; null for other kinds.
    minimum: Option<i64>,
    /// The most that a whole number may be; null for other kinds.
    maximum: Option<i64>,
    /// The most items of a list; null for other kinds.
    #[schema(minimum = 1, maximum = 10_000)]
    max_items: Option<u32>,
    /// Whether the caller's filters may name it.
    filterable: bool,
    /// Whether the caller's lists can be sorted by it.
    sortable: bool,
    /// Whether a search by text looks into it.
    searchable: bool,
    /// Whether it is shown in the clear only with the permission `object.field:read`.
    sensitive: bool,
    /// Whether it is the organization's own.
    custom: bool,
    /// Whether the caller reads it in the clear; otherwise it is masked or null.
    readable: bool,
    /// Whether the caller may set it, on create or later.
    writable: bool,
}

/// All objects.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "the contract's schema; the page itself is written from its parts")]
pub struct ObjectInfoPage {
    #[schema(max_items = 500)]
    data: Vec<ObjectInfo>,
    #[schema(schema_with = page)]
    page: Value,
}

fn choices() -> Array {
    let word = ObjectBuilder::new().schema_type(Type::String).max_length(Some(100));
    ArrayBuilder::new()
        .schema_type(SchemaType::from_iter([Type::Array, Type::Null]))
        .description(Some("The words to choose from; null where it is no choice."))
        .items(word)
        .max_items(Some(300))
        .build()
}

fn page() -> Ref {
    Ref::from_schema_name("Page")
}

fn labels(en: String, fa: &str) -> Labels {
    Labels {
        fa: if fa.is_empty() { en.clone() } else { fa.to_owned() },
        en,
    }
}

/// The object as this caller has to do with it; none where they may do nothing with it.
fn object(caller: &Caller, spec: &'static Spec, has: Has, custom: &[CustomField]) -> Option<ObjectInfo> {
    let may = |action: &'static str, there: bool| caller.actor.sight(spec.object, action).filter(|_| there).map(|s| s.scope);
    let actions = ObjectActions {
        read: may("read", true),
        create: may("create", has.creates()),
        update: may("update", has.writes()),
        delete: may("delete", has.deletes()),
    };
    let ObjectActions {
        read,
        create,
        update,
        delete,
    } = &actions;
    [read, create, update, delete].into_iter().find(|a| a.is_some())?;
    let writes = create.is_some() || update.is_some();
    let own = spec.fields.iter().map(|f| built_in(caller, spec, f, writes));
    let custom = custom
        .iter()
        .filter(|f| f.object == spec.object)
        .map(|f| organizations(f, read.is_some(), writes));
    Some(ObjectInfo {
        name: spec.object,
        one: spec.one,
        path: format!("/api/v1{}", spec.path),
        labels: labels(words(spec.object), spec.label_fa),
        description: spec.doc,
        fields: own.chain(custom).collect(),
        actions,
    })
}

fn built_in(caller: &Caller, spec: &Spec, field: &Field, writes: bool) -> FieldInfo {
    let may = |action| field.mask.is_none() || caller.actor.may_field(spec.object, field.name, action);
    let readable = may("read");
    FieldInfo {
        name: field.name.to_owned(),
        labels: labels(field.label_en(), field.label_fa),
        description: field.doc.to_owned(),
        refers_to: refers_to(&field.kind),
        access: field.access.word(),
        required: field.required,
        nullable: field.nullable,
        minimum: (field.kind == Kind::Integer).then_some(*field.range.start()),
        maximum: (field.kind == Kind::Integer).then_some(*field.range.end()),
        max_items: many(field).then_some(field.max_items),
        filterable: field.filterable && readable,
        sortable: field.sortable && readable,
        searchable: field.searchable,
        sensitive: field.mask.is_some(),
        custom: false,
        readable,
        writable: writes && field.access != Access::Server && may("write"),
        ..shape(&field.kind)
    }
}

fn organizations(field: &CustomField, readable: bool, writes: bool) -> FieldInfo {
    let kind = field.declaration().field_kind();
    FieldInfo {
        name: format!("custom.{}", field.name),
        labels: labels(field.label_en.clone(), &field.label_fa),
        choices: (!field.choices.is_empty()).then(|| field.choices.clone()),
        required: field.required,
        nullable: true,
        filterable: true,
        custom: true,
        readable,
        writable: writes,
        ..shape(&kind)
    }
}

/// Whether it is a list.
fn many(field: &Field) -> bool {
    let listed = |schema: fn() -> RefOr<Schema>| matches!(schema(), RefOr::T(Schema::Array(_)));
    matches!(field.kind, Kind::Texts | Kind::References(_)) || field.schema.is_some_and(listed)
}

fn refers_to(kind: &Kind) -> Option<&'static str> {
    match kind {
        Kind::Reference(object) | Kind::References(object) => Some(*object).filter(|o| !o.is_empty()),
        _ => None,
    }
}

/// What follows from the kind alone.
fn shape(kind: &Kind) -> FieldInfo {
    FieldInfo {
        name: String::new(),
        labels: labels(String::new(), ""),
        description: String::new(),
        kind: kind.word(),
        refers_to: refers_to(kind),
        access: Access::Free.word(),
        required: false,
        nullable: false,
        choices: match kind {
            Kind::Choice(words) => Some(words.iter().map(|w| w.to_string()).collect()),
            _ => None,
        },
        max_length: match kind {
            Kind::Text(max) => Some(*max),
            _ => None,
        },
        minimum: None,
        maximum: None,
        max_items: None,
        filterable: false,
        sortable: false,
        searchable: false,
        sensitive: false,
        custom: false,
        readable: true,
        writable: false,
    }
}

async fn customs(app: &App) -> Result<Vec<CustomField>, Failure> {
    let which = Sql::new("t0.deleted_at IS NULL ORDER BY t0.object, t0.name");
    Ok(app.db.read(move |conn| pick::<CustomField>(conn, which)).await?)
}

async fn list(request: HttpRequest, app: Data<App>, signed: SignedIn) -> Result<HttpResponse, Failure> {
    Query::read(&request, &[])?;
    let custom = customs(&app).await?;
    let all: Vec<ObjectInfo> = mounted_with()
        .into_values()
        .filter_map(|(o, has)| object(&signed.0, o.spec(), has, &custom))
        .collect();
    tell(&request, &json!({"data": all, "page": {"next_cursor": null, "has_more": false}}))
}

async fn get(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    Query::read(&request, &[])?;
    let (found, has) = mounted_with().get(path.as_str()).copied().ok_or(Error::NotFound)?;
    let custom = customs(&app).await?;
    tell(&request, &object(&signed.0, found.spec(), has, &custom).ok_or(Error::NotFound)?)
}

fn tell(request: &HttpRequest, value: &impl Serialize) -> Result<HttpResponse, Failure> {
    let body = serde_json::to_vec(value).map_err(|e| Error::Internal(e.to_string()))?;
    respond(request, weak(&body), body, None)
}

fn example() -> Value {
    json!({
        "name": "groups", "one": "group", "path": "/api/v1/groups", "labels": {"en": "Groups", "fa": "گروه‌ها"},
        "description": "A named list of customers.", "actions": {"read": "all", "create": "unit", "update": "unit", "delete": null},
        "fields": [{
            "name": "name", "labels": {"en": "Name", "fa": "نام"}, "description": "What the group is called.", "kind": "text",
            "refers_to": null, "access": "free", "required": true, "nullable": false, "choices": null, "max_length": 200, "minimum": null, "maximum": null,
            "max_items": null, "filterable": true, "sortable": true, "searchable": true, "sensitive": false, "custom": false,
            "readable": true, "writable": true
        }]
    })
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let tag = "Operations";
    let doc =
        "All objects that the caller may do something with, each with all its fields: what screens, filters and imports are built from.";
    let page = BTreeMap::from([
        ("data", json!([example()])),
        ("page", json!({"next_cursor": null, "has_more": false})),
    ]);
    let listing =
        operation("listObjects", tag, "Describe all objects", doc).response("200", answer("The objects.", "ObjectInfoPage", json!(page)));
    config.service(
        Operations::at("/objects")
            .get(|| web::route().to(list), conditional(listing))
            .schema::<ObjectInfoPage>(),
    );
    let getting = operation("getObject", tag, "Describe one object", "One object with all its fields.")
        .parameter(path_text("name", "The object's name, such as `customers`.", 50))
        .response("200", answer("The object.", "ObjectInfo", example()));
    config.service(Operations::at("/objects/{name}").get(|| web::route().to(get), conditional(getting)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_and_field_has_a_persian_label() {
        crate::server::describe();
        for (object, _) in mounted_with().into_values() {
            let spec = object.spec();
            assert!(!spec.label_fa.is_empty(), "{}: give #[record(.., fa = \"…\")]", spec.object);
            for field in spec.fields.iter() {
                assert!(
                    !field.label_fa.is_empty(),
                    "{}.{}: give #[record(fa = \"…\")]",
                    spec.object,
                    field.name
                );
            }
        }
    }
}

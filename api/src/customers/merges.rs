//! Merging customers, looking at what a merge would do, and undoing one.
use crate::http::app::{App, context};
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, body, idempotency_key, if_match, path_id, query};
use crate::http::crud::{Crud, Has, id};
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::writing::{Writing, members};
use crate::http::{body, edge, headers};
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::core::actor::{Scope, Sight};
use domain::core::error::Error;
use domain::core::pipeline::Context;
use domain::core::resource::Resource;
use domain::core::schema::{Face, example, of_record};
use domain::customers::customer::Customer;
use domain::customers::merge::{Merge, MergeCount};
use persistence::core::conn::Conn;
use persistence::core::object::{Object, Of};
use persistence::core::read;
use persistence::core::view::View;
use persistence::customers::merge;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

const MERGES: &dyn Object = &Of::<Merge>::NEW;

/// What a merge would come to, as JSON.
fn preview(conn: &mut Conn, context: &Context<'_>, body: Map<String, Value>) -> Result<Value, Error> {
    // The same as the merge itself as far as the survivor goes.
    let (record, moved) = conn.tried(|conn| {
        let (_, merge) = merge::merge(conn, context, body, true)?;
        let view = View::new(&Customer::SPEC, context.actor, None)?;
        let everywhere = Sight {
            actor: context.actor,
            object: Customer::SPEC.object,
            action: "read",
            scope: Scope::All,
        };
        let found = read::get(conn, &everywhere, &Customer::SPEC, &view, merge.survivor_id.uuid(), false)?;
        let (_, record) = found.ok_or(Error::NotFound)?;
        Ok((record, merge.moved))
    })?;
    let record: Box<RawValue> = serde_json::from_slice(&record).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(json!({"record": record, "moved": moved}))
}

async fn create(request: HttpRequest, app: Data<App>, signed: SignedIn, mut payload: Payload) -> Result<HttpResponse, Failure> {
    signed.0.sight("merges", "create")?;
    signed.0.sight("customers", "update")?;
    signed.0.sight("customers", "delete")?;
    let only = Query::read(&request, &["preview"])?.flag("preview")?;
    let (body, bytes) = members(&request, &mut payload, body::JSON).await?;
    if !only {
        let writing = Writing::new(&request, app, signed, &bytes)?;
        let made = move |conn: &mut Conn, context: &Context<'_>| Ok((201, merge::merge(conn, context, body, false)?.0));
        return writing.run(MERGES, made).await;
    }
    let (setting, origin, db) = (app.setting(), edge::request_id(&request), app.db.clone());
    let shown = db
        .write(move |conn| {
            let context = context(&signed.0.actor, &setting, origin);
            preview(conn, &context, body)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

async fn undo(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("merges", "update")?;
    Query::read(&request, &[])?;
    let id = id(&path)?;
    let expect = headers::expect(&request)?;
    Writing::new(&request, app, signed, &[])?
        .run(MERGES, move |conn, context| Ok((200, merge::undo(conn, context, id, expect)?)))
        .await
}

/// The body of a merge.
struct CreateMerge;
impl PartialSchema for CreateMerge {
    fn schema() -> RefOr<Schema> {
        of_record(&Merge::SPEC, Face::Create)
    }
}
impl ToSchema for CreateMerge {
    fn schemas(out: &mut Vec<(String, RefOr<Schema>)>) {
        out.push(("MergePreview".to_owned(), preview_schema()));
        out.push((MergeCount::name().into_owned(), <MergeCount as PartialSchema>::schema()));
    }
}

fn preview_schema() -> RefOr<Schema> {
    let moved = ArrayBuilder::new()
        .items(Ref::from_schema_name("MergeCount"))
        .max_items(Some(200))
        .description(Some("What would refer to the survivor instead, by object."));
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some("What a merge would come to."))
        .property("record", Ref::from_schema_name(Customer::SPEC.schema))
        .required("record")
        .property("moved", moved)
        .required("moved")
        .into()
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let tag = Merge::SPEC.tag;
    let shown = example(&Merge::SPEC, Face::Output);
    let (survivor, other) = ("0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20", "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a21");
    let asked = json!({"survivor_id": survivor, "merged_ids": [other], "fields": {"city": other}});
    let seen = json!({"record": example(&Customer::SPEC, Face::Output), "moved": [{"object": "relationships", "count": 3}]});
    let doc = "Makes several customers one, in one transaction: the survivor's values stay, and where it has none it gets the first merged \
               one's, unless `fields` names a winner; lists are united; everything that refers to the merged ones refers to the survivor from \
               then on. Their ids and external ids answer with the survivor. What would then say the same twice, or relate the survivor to \
               itself, goes to the trash. Needs the permissions `merges:create`, `customers:update` for the survivor and `customers:delete` \
               for the others. With `preview=true` nothing is kept.";
    let make = operation("createMerge", tag, "Merge customers", doc)
        .parameter(query(
            "preview",
            "Only shows what would become of it.",
            ObjectBuilder::new().schema_type(Type::Boolean),
        ))
        .parameter(idempotency_key())
        .request_body(Some(body("application/json", "CreateMerge", asked)))
        .response("200", answer("With `preview=true`: what it would come to.", "MergePreview", seen))
        .response("201", answer("They are one.", Merge::SPEC.schema, shown.clone()));
    let doc = "Until `undo_until`: the survivor gets back what the merge changed, the merged ones come back, and what had referred to them \
               does so again. What was edited since stays. Needs the permissions `merges:update`, `customers:update` and \
               `customers:delete`. 409 with `merge_undone`, `undo_expired`, `merged` and `later_merge` (undo the later merge first) or `merge_not_undoable`.";
    let back = operation("undoMerge", tag, "Undo a merge", doc)
        .parameter(path_id())
        .parameter(if_match(false))
        .parameter(idempotency_key())
        .response("200", answer("It is undone.", Merge::SPEC.schema, shown));
    config.service(Operations::at("/merges/{id}/undo").post(web::route().to(undo), back));
    config.service(Crud::<Merge>::only(Has::Reads).making::<CreateMerge>(|| web::route().to(create), make));
}

//! The group of organizations that a customer belongs to, rolled up: from the organization on top down to its last subsidiary.
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, conditional, path_id};
use crate::http::crud::id;
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::reading::{respond, weak};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::resource::Resource;
use domain::customers::customer::{Customer, LifecycleStage};
use persistence::core::conn::Conn;
use persistence::core::read;
use persistence::core::view::View;
use persistence::customers::overview::{Member, next_of};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, SchemaFormat, Type};
use uuid::Uuid;

/// How many steps up and down are followed, and how many organizations are shown.
const DEPTH: usize = 10;
const MOST: usize = 500;

/// An organization of the group.
#[derive(Debug, Serialize, ToSchema)]
pub struct HierarchyMember {
    id: Uuid,
    #[schema(max_length = 300)]
    display_name: String,
    #[schema(max_length = 50)]
    lifecycle_stage: String,
    /// The one above it; null for the one on top.
    parent_id: Option<Uuid>,
    /// Steps below the one on top.
    #[schema(minimum = 0, maximum = 10)]
    depth: usize,
}

/// What the group comes to.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct HierarchyRollup {
    /// Organizations shown.
    #[schema(minimum = 0, maximum = 500)]
    members: usize,
    #[schema(schema_with = by_stage)]
    by_lifecycle_stage: BTreeMap<String, usize>,
}

/// A count for each stage that at least one of them stands at.
fn by_stage() -> Object {
    let stages = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(LifecycleStage::WORDS.iter().map(|w| w.as_ref())));
    let count = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
        .minimum(Some(1.0))
        .maximum(Some(500.0));
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some("How many of them stand at each stage."))
        .property_names(Some(stages))
        .additional_properties(Some(count))
        .build()
}

/// A group of organizations, as far as the caller sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerHierarchy {
    /// The organization on top.
    root_id: Uuid,
    /// Each after the one above it.
    #[schema(max_items = 500)]
    members: Vec<HierarchyMember>,
    rollup: HierarchyRollup,
    /// Whether there are more organizations, or more steps, than are shown.
    truncated: bool,
}

fn own(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<Member> {
    let sight = actor.sight("customers", "read").ok_or(Error::NotFound)?;
    let view = View::new(&Customer::SPEC, actor, Some("display_name,lifecycle_stage"))?;
    let (_, body) = read::get(conn, &sight, &Customer::SPEC, &view, id, false)?.ok_or(Error::NotFound)?;
    let record: Value = serde_json::from_slice(&body).map_err(|e| Error::Internal(e.to_string()))?;
    let text = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
    Ok(Member {
        id,
        name: text("display_name"),
        stage: text("lifecycle_stage"),
        above: id,
    })
}

fn hierarchy(conn: &mut Conn, actor: &Actor, id: Uuid, today: chrono::NaiveDate) -> Result<CustomerHierarchy> {
    let mut root = own(conn, actor, id)?;
    let (mut met, mut truncated) = (BTreeSet::from([id]), false);
    for step in 0.. {
        // Where there is more than one above, the first by name: a tree has one way up.
        let Some(above) = next_of(conn, actor, &[root.id], true, today, 1)?.pop() else {
            break;
        };
        if step == DEPTH {
            truncated = true;
            break;
        }
        if !met.insert(above.id) {
            break; // Two that own each other: either may stand on top.
        }
        root = above;
    }
    let root_id = root.id;
    let (mut found, mut level, mut met) = (vec![(root, None, 0)], vec![root_id], BTreeSet::from([root_id]));
    for depth in 1..=DEPTH + 1 {
        let below = next_of(conn, actor, &level, false, today, MOST + 1)?;
        let new: Vec<Member> = below.into_iter().filter(|m| met.insert(m.id)).collect();
        if new.is_empty() {
            break;
        }
        if depth > DEPTH || found.len() + new.len() > MOST {
            truncated = true;
        }
        if depth > DEPTH {
            break;
        }
        level = new.iter().map(|m| m.id).collect();
        let room = MOST - found.len();
        found.extend(new.into_iter().take(room).map(|m| {
            let above = m.above;
            (m, Some(above), depth)
        }));
        if truncated {
            break;
        }
    }
    let mut rollup = HierarchyRollup {
        members: found.len(),
        ..HierarchyRollup::default()
    };
    for (member, _, _) in &found {
        *rollup.by_lifecycle_stage.entry(member.stage.clone()).or_default() += 1;
    }
    let members = found.into_iter().map(|(m, parent_id, depth)| HierarchyMember {
        id: m.id,
        display_name: m.name,
        lifecycle_stage: m.stage,
        parent_id,
        depth,
    });
    Ok(CustomerHierarchy {
        root_id,
        members: members.collect(),
        rollup,
        truncated,
    })
}

async fn get(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("customers", "read")?;
    signed.0.sight("relationships", "read")?;
    Query::read(&request, &[])?;
    let (id, today) = (id(&path)?, app.now().utc().date_naive());
    let found = app.db.read(move |conn| hierarchy(conn, &signed.0.actor, id, today)).await?;
    let body = serde_json::to_vec(&found).map_err(|e| Error::Internal(e.to_string()))?;
    respond(&request, weak(&body), body, None)
}

/// The route.
pub fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig) {
    let doc = "The organization on top of the customer's group and all below it, by `subsidiary` and `parent` relationships that have not \
               ended, ten steps and 500 organizations at most. An organization out of sight, and what is only reached through it, is left out.";
    let top = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20";
    let example = json!({
        "root_id": top,
        "members": [
            {"id": top, "display_name": "گروه فولاد", "lifecycle_stage": "customer", "parent_id": null, "depth": 0},
            {"id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a21", "display_name": "فولاد یزد", "lifecycle_stage": "prospect", "parent_id": top, "depth": 1}
        ],
        "rollup": {"members": 2, "by_lifecycle_stage": {"customer": 1, "prospect": 1}},
        "truncated": false
    });
    let viewing = operation("getCustomerHierarchy", Customer::SPEC.tag, "Roll up a group of organizations", doc)
        .parameter(path_id())
        .response("200", answer("The group.", "CustomerHierarchy", example));
    let operations = Operations::at("/customers/{id}/hierarchy").get(|| web::route().to(get), conditional(viewing));
    config.service(operations.schema::<CustomerHierarchy>());
}

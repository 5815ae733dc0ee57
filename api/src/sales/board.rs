//! The board of a pipeline: its open deals in columns, one for each stage, with what each column comes to.
use super::totals::{MoneyTotal, Totals};
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, conditional, path_id, query, text};
use crate::http::crud::id;
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::reading::{respond, weak};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::pipeline::Store;
use domain::core::resource::Resource;
use domain::core::schema::{Face, example};
use domain::sales::opportunity::Opportunity;
use domain::sales::pipeline::Pipeline;
use domain::sales::stage::{Stage, StageKind};
use persistence::core::conn::Conn;
use persistence::core::read;
use persistence::sales::{board, course};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Cards of a column, unless told, and at most.
const CARDS: usize = 20;
const MOST: usize = 100;

/// A column of the board: the open deals of a stage.
#[derive(Debug, Serialize, ToSchema)]
pub struct BoardColumn {
    #[schema(value_type = String, format = "uuid", max_length = 36)]
    stage_id: Uuid,
    #[schema(max_length = 100, example = "ارزیابی")]
    name: String,
    #[schema(minimum = 0, maximum = 1_000_000)]
    position: i64,
    /// What the stage says of a deal, in percent.
    #[schema(minimum = 0, maximum = 100)]
    probability: i64,
    /// How many deals there are, of those that you may see.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991i64)]
    deals: i64,
    /// What they are worth, by currency.
    #[schema(max_items = 200)]
    amounts: Vec<MoneyTotal>,
    /// The same, each deal weighted by its probability.
    #[schema(max_items = 200)]
    weighted: Vec<MoneyTotal>,
    /// The deals that close first, in brief, as many as were asked for.
    #[schema(value_type = Vec<Object>, max_items = 100)]
    cards: Vec<Box<RawValue>>,
}

/// A pipeline at a glance.
#[derive(Debug, Serialize, ToSchema)]
pub struct Board {
    #[schema(value_type = String, format = "uuid", max_length = 36)]
    pipeline_id: Uuid,
    #[schema(max_length = 100)]
    name: String,
    /// The open stages, in their order.
    #[schema(max_items = 50)]
    columns: Vec<BoardColumn>,
    /// How many open deals there are in all, of those that you may see.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991i64)]
    deals: i64,
    #[schema(max_items = 200)]
    amounts: Vec<MoneyTotal>,
    #[schema(max_items = 200)]
    weighted: Vec<MoneyTotal>,
}

/// What was added up so far.
#[derive(Default)]
struct Column {
    deals: i64,
    amounts: Totals,
    weighted: Totals,
}

impl Column {
    fn add(&mut self, sum: &board::Sum) {
        self.deals += sum.deals;
        if let Some(currency) = &sum.currency {
            self.amounts.add(currency, sum.amount);
            self.weighted
                .add(currency, sum.amount * Decimal::from(sum.probability) / Decimal::ONE_HUNDRED);
        }
    }
}

fn look(conn: &mut Conn, actor: &Actor, id: Uuid, owner: Option<Uuid>, cards: usize) -> Result<Board> {
    let pipelines = actor.sight("pipelines", "read").ok_or(Error::NotFound)?;
    let pipeline: Pipeline = conn
        .load(domain::core::id::Id::from_uuid(id), &pipelines, false)?
        .ok_or(Error::NotFound)?;
    let course = course::of(conn, id)?.ok_or(Error::NotFound)?;
    let sight = actor.sight("opportunities", "read").ok_or(Error::NotFound)?;
    let (mut all, mut columns) = (Column::default(), BTreeMap::<Uuid, Column>::new());
    for sum in board::sums(conn, &sight, id, owner)? {
        all.add(&sum);
        columns.entry(sum.stage).or_default().add(&sum);
    }
    let shown = match cards {
        0 => Vec::new(),
        most => board::cards(conn, &sight, id, owner, most)?,
    };
    let mut briefs: BTreeMap<Uuid, Box<RawValue>> = BTreeMap::new();
    for (id, text) in read::briefs(conn, &sight, &Opportunity::SPEC, &shown)? {
        let text = String::from_utf8(text).map_err(|e| Error::Internal(e.to_string()))?;
        briefs.insert(id, RawValue::from_string(text).map_err(|e| Error::Internal(e.to_string()))?);
    }
    let stage_of = |card: &RawValue| {
        #[derive(serde::Deserialize)]
        struct At {
            stage_id: Uuid,
        }
        serde_json::from_str::<At>(card.get()).map(|at| at.stage_id).ok()
    };
    let mut by_stage: BTreeMap<Uuid, Vec<Box<RawValue>>> = BTreeMap::new();
    for card in shown.iter().filter_map(|id| briefs.remove(id)) {
        if let Some(stage) = stage_of(&card) {
            by_stage.entry(stage).or_default().push(card);
        }
    }
    let open = course.stages().iter().filter(|stage| stage.kind == StageKind::Open);
    let column = |stage: &Stage| {
        let id = stage.base.id.uuid();
        let sums = columns.remove(&id).unwrap_or_default();
        BoardColumn {
            stage_id: id,
            name: stage.name.clone(),
            position: stage.position,
            probability: stage.probability,
            deals: sums.deals,
            amounts: sums.amounts.told(),
            weighted: sums.weighted.told(),
            cards: by_stage.remove(&id).unwrap_or_default(),
        }
    };
    Ok(Board {
        pipeline_id: id,
        name: pipeline.name,
        columns: open.map(column).collect(),
        deals: all.deals,
        amounts: all.amounts.told(),
        weighted: all.weighted.told(),
    })
}

async fn board_of(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("pipelines", "read")?;
    signed.0.sight("opportunities", "read")?;
    let query = Query::read(&request, &["owner_id", "limit"])?;
    let (id, owner, cards) = (id(&path)?, query.id("owner_id")?, query.number("limit", CARDS, 0, MOST)?);
    let board = app.db.read(move |conn| look(conn, &signed.0.actor, id, owner, cards)).await?;
    let body = serde_json::to_vec(&board).map_err(|e| Error::Internal(e.to_string()))?;
    respond(&request, weak(&body), body, None)
}

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    let doc = "The open deals of a pipeline by stage, as far as you may see them: how many, what they are worth by currency, the same weighted by \
               each deal's probability, and the deals that close first, in brief. Needs the permissions `pipelines:read` and `opportunities:read`.";
    let money = |amount: &str| json!([{"amount": amount, "currency": "IRR"}]);
    let mut card = example(&Opportunity::SPEC, Face::Output);
    if let Some(card) = card.as_object_mut() {
        card.retain(|name, value| name == "amount" || !value.is_array() && !value.is_object());
    }
    let shown = json!({
        "pipeline_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20", "name": "فروش عمومی",
        "columns": [{
            "stage_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a21", "name": "ارزیابی", "position": 20, "probability": 25, "deals": 3,
            "amounts": money("3750000000.00"), "weighted": money("937500000.00"), "cards": [card]
        }],
        "deals": 3, "amounts": money("3750000000.00"), "weighted": money("937500000.00")
    });
    let cards = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
        .minimum(Some(0.0))
        .maximum(Some(MOST as f64))
        .default(Some(json!(CARDS)));
    let looking = operation("getPipelineBoard", Opportunity::SPEC.tag, "Look at the board of a pipeline", doc)
        .parameter(path_id())
        .parameter(query(
            "owner_id",
            "Only the deals of this user.",
            text(36).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))),
        ))
        .parameter(query("limit", "How many deals of each stage are shown.", cards))
        .response("200", answer("The board.", "Board", shown));
    config.service(
        Operations::at("/pipelines/{id}/board")
            .get(|| web::route().to(board_of), conditional(looking))
            .schema::<Board>(),
    );
}

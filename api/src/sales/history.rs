//! Where a deal was: its stays in stages.
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
use domain::core::error::Error;
use domain::core::instant::Instant;
use domain::core::resource::Resource;
use domain::sales::opportunity::Opportunity;
use persistence::core::read;
use persistence::sales::course::hours;
use persistence::sales::history::{self, Stay, spent};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Stays that are told, the latest.
const MOST: i64 = 500;

/// A stay of a deal in a stage.
#[derive(Debug, Serialize, ToSchema)]
pub struct StageStay {
    #[schema(value_type = String, format = "uuid", max_length = 36)]
    id: Uuid,
    #[schema(value_type = String, format = "uuid", max_length = 36)]
    stage_id: Uuid,
    #[schema(max_length = 100, example = "ارزیابی")]
    stage: String,
    /// Where it came from; null for the stage it was made in.
    #[schema(value_type = Option<String>, format = "uuid", max_length = 36)]
    from_stage_id: Option<Uuid>,
    entered_at: Instant,
    /// By whom; null for the server itself.
    #[schema(value_type = Option<String>, format = "uuid", max_length = 36)]
    entered_by: Option<Uuid>,
    /// Null while it lasts.
    left_at: Option<Instant>,
    #[schema(value_type = Option<String>, format = "uuid", max_length = 36)]
    left_by: Option<Uuid>,
    /// How long it took, or takes up to now, in seconds.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991i64)]
    elapsed_seconds: i64,
    /// The same in working time, by the hours that the organization has set.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991i64)]
    working_seconds: i64,
    /// Why it came here, where it went back or was reopened.
    #[schema(max_length = 2000)]
    note: Option<String>,
}

/// The stays of a deal.
#[derive(Debug, Serialize, ToSchema)]
pub struct StageHistory {
    /// The first one first; of more than 500 the latest.
    #[schema(max_items = 500)]
    data: Vec<StageStay>,
}

async fn stays(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("opportunities", "read")?;
    Query::read(&request, &[])?;
    let (id, now) = (id(&path)?, app.now());
    let history = app
        .db
        .read(move |conn| {
            let sight = signed.0.actor.sight("opportunities", "read").ok_or(Error::NotFound)?;
            if !read::exists(conn, &sight, "opportunities", id)? {
                return Err(Error::NotFound);
            }
            let hours = hours(conn)?;
            let told = |stay: Stay| {
                let so_far = spent(&hours, stay.entered_at, now);
                StageStay {
                    id: stay.id,
                    stage_id: stay.stage,
                    stage: stay.stage_name,
                    from_stage_id: stay.from,
                    entered_at: stay.entered_at,
                    entered_by: stay.entered_by,
                    left_at: stay.left_at,
                    left_by: stay.left_by,
                    elapsed_seconds: stay.elapsed_seconds.unwrap_or(so_far.0),
                    working_seconds: stay.working_seconds.unwrap_or(so_far.1),
                    note: stay.note,
                }
            };
            let data = history::stays(conn, id, MOST)?.into_iter().map(told).collect();
            Ok(StageHistory { data })
        })
        .await?;
    let body = serde_json::to_vec(&history).map_err(|e| Error::Internal(e.to_string()))?;
    respond(&request, weak(&body), body, None)
}

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    let doc = "Where the deal was: each stay in a stage with when and by whom it was entered and left, how long it took by the clock and in working \
               time. Needs the permission `opportunities:read`.";
    let shown = json!({"data": [{
        "id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a21", "stage_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a22", "stage": "ارزیابی",
        "from_stage_id": null, "entered_at": "2026-03-21T08:30:00.000Z", "entered_by": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a25",
        "left_at": "2026-03-23T08:30:00.000Z", "left_by": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a25", "elapsed_seconds": 172800,
        "working_seconds": 57600, "note": null
    }]});
    let reading = operation("getOpportunityStages", Opportunity::SPEC.tag, "Read where a deal was", doc)
        .parameter(path_id())
        .response("200", answer("Its stays.", "StageHistory", shown));
    config.service(
        Operations::at("/opportunities/{id}/stages")
            .get(|| web::route().to(stays), conditional(reading))
            .schema::<StageHistory>(),
    );
}

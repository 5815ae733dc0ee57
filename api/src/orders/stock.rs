//! Warehouses, what is in them, what moved and what is promised, over HTTP.
use crate::http::action::{Action, Asked};
use crate::http::crud::{Crud, Has};
use crate::jobs::{JobContext, JobKind, Outcome, Run, in_steps};
use chrono::TimeDelta;
use domain::core::error::{Error, Result};
use domain::core::exact::Exact;
use domain::core::input::whole;
use domain::core::pipeline::{Context, Done, Expect};
use domain::core::problem::Problems;
use domain::orders::movement::StockMovement;
use domain::orders::reservation::{ReservationStatus, StockReservation};
use domain::orders::stock::StockLevel;
use domain::orders::warehouse::Warehouse;
use persistence::core::conn::Conn;
use persistence::core::object::{Object, Of};
use persistence::orders::reservation;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

const RESERVATIONS: &dyn Object = &Of::<StockReservation>::NEW;

/// How much of a reservation goes out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FulfilStockReservation {
    /// All that is still promised unless given.
    #[serde(default)]
    quantity: Option<Exact>,
}
impl Asked for FulfilStockReservation {
    const SHOWN: Option<(&'static str, &'static str)> = Some(("FulfilStockReservation", r#"{"quantity": "1"}"#));
    fn read(members: Map<String, Value>) -> Result<Self, Problems> {
        whole(members)
    }
}

fn release(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, (): ()) -> Result<Done> {
    reservation::change(conn, context, id, expect, |r| r.end(ReservationStatus::Released))
}

fn fulfil(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, asked: FulfilStockReservation) -> Result<Done> {
    reservation::change(conn, context, id, expect, |r| r.fulfil(asked.quantity))
}

/// Reservations that one transaction ends at most.
const STEP: i64 = 100;

/// Looks every minute for reservations whose time is over.
pub struct ExpireReservations;
impl JobKind for ExpireReservations {
    fn kind(&self) -> &'static str {
        "expire_reservations"
    }
    fn every(&self) -> Option<TimeDelta> {
        Some(TimeDelta::minutes(1))
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(expire(job))
    }
}

async fn expire(job: &JobContext) -> Result<Outcome> {
    let step = |conn: &mut Conn, context: &Context<'_>| {
        let over = reservation::over(conn, context.now(), STEP)?;
        for one in &over {
            match reservation::change(conn, context, *one, Expect::Any, |r| r.end(ReservationStatus::Expired)) {
                // Somebody else has ended it meanwhile.
                Ok(_) | Err(Error::Conflict("reservation_over")) => {}
                Err(error) => return Err(Error::Internal(format!("reservation {one}: {error}"))),
            }
        }
        Ok(over.len())
    };
    Ok(Outcome::of("expired", in_steps(job, STEP, step).await?))
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let releasing = Action {
        path: "/stock-reservations/{id}/release",
        id: "releaseStockReservation",
        summary: "Take a reservation back",
        doc: "What was promised is free again. 409 `reservation_over` where it was released or fulfilled, or has expired.",
        done: "It is released.",
        object: RESERVATIONS,
        permission: "update",
        keyed: false,
    };
    let fulfilling = Action {
        path: "/stock-reservations/{id}/fulfil",
        id: "fulfilStockReservation",
        summary: "Hand out what is reserved",
        doc: "What was promised, or some of it, goes out of the warehouse. 409 `reservation_over` where it was released or fulfilled, or has expired.",
        done: "It went out.",
        object: RESERVATIONS,
        permission: "update",
        keyed: false,
    };
    config.service(releasing.on::<()>(release));
    config.service(fulfilling.told(fulfil));
    config.service(Crud::<Warehouse>::new());
    config.service(Crud::<StockLevel>::only(Has::Reads));
    config.service(Crud::<StockMovement>::only(Has::ReadsAndCreate));
    config.service(Crud::<StockReservation>::only(Has::ReadsAndCreate));
}

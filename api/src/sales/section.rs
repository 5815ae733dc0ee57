//! What selling shows in the view of a customer: their deals, the leads they came of, and what we plan with them.
use crate::customers::overview::{Ask, Item, Section};
use crate::customers::sections::{schema, texts};
use chrono::NaiveDate;
use domain::core::error::Result;
use domain::core::instant::Instant;
use domain::core::money::Money;
use domain::sales::account_plan::AccountPlanStatus;
use domain::sales::lead::LeadChannel;
use domain::sales::opportunity::OpportunityStatus;
use persistence::core::conn::Conn;
use persistence::sales::overview::{leads_of, of_customer, plans_of};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// The area's sections.
pub const ALL: &[&dyn Section] = &[&Deals, &Leads, &Plans];

/// A deal in brief.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerOpportunity {
    id: Uuid,
    #[schema(max_length = 200)]
    name: String,
    status: OpportunityStatus,
    /// The name of its stage.
    #[schema(max_length = 100)]
    stage: String,
    amount: Option<Money>,
    /// When it is expected to close, or did.
    close_date: Option<NaiveDate>,
    #[schema(minimum = 0, maximum = 100)]
    probability: i64,
    owner_id: Option<Uuid>,
}

struct Deals;
impl Section for Deals {
    fn name(&self) -> &'static str {
        "opportunities"
    }
    fn doc(&self) -> &'static str {
        "The customer's deals: those that are open first, by when they close; then those that were won or lost, the latest first."
    }
    fn item(&self) -> Item {
        schema::<CustomerOpportunity>()
    }
    fn example(&self) -> Value {
        json!({
            "id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a24", "name": "میلگرد برای برج مهر", "status": "open", "stage": "ارزیابی",
            "amount": {"amount": "1250000000.00", "currency": "IRR"}, "close_date": "2031-03-21", "probability": 25,
            "owner_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a25"
        })
    }
    fn read(&self, conn: &mut Conn, ask: &Ask<'_>) -> Result<Vec<String>> {
        let found = of_customer(conn, ask.actor, ask.customer, ask.limit + 1)?;
        texts(found.into_iter().map(|d| CustomerOpportunity {
            id: d.id,
            name: d.name,
            status: d.status,
            stage: d.stage,
            amount: d.amount,
            close_date: d.close_date,
            probability: d.probability,
            owner_id: d.owner_id,
        }))
    }
}

/// A lead in brief.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerLead {
    id: Uuid,
    #[schema(max_length = 300)]
    display_name: String,
    /// How it reached us.
    channel: LeadChannel,
    #[schema(max_length = 200)]
    source: Option<String>,
    /// The sum of its points when it was converted.
    #[schema(minimum = -200_000, maximum = 200_000)]
    score: i64,
    created_at: Instant,
    /// When it became the customer.
    converted_at: Option<Instant>,
    /// The deal it became.
    opportunity_id: Option<Uuid>,
}

struct Leads;
impl Section for Leads {
    fn name(&self) -> &'static str {
        "leads"
    }
    fn doc(&self) -> &'static str {
        "The leads that became the customer, or a person there; the latest first."
    }
    fn item(&self) -> Item {
        schema::<CustomerLead>()
    }
    fn example(&self) -> Value {
        json!({
            "id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a21", "display_name": "مریم اصفهانی", "channel": "form", "source": "صفحهٔ کاشی", "score": 35,
            "created_at": "2026-03-21T08:30:00.000Z", "converted_at": "2026-03-25T08:30:00.000Z",
            "opportunity_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a24"
        })
    }
    fn read(&self, conn: &mut Conn, ask: &Ask<'_>) -> Result<Vec<String>> {
        let found = leads_of(conn, ask.actor, ask.customer, ask.limit + 1)?;
        texts(found.into_iter().map(|l| CustomerLead {
            id: l.base.id.uuid(),
            display_name: l.display_name,
            channel: l.channel,
            source: l.source,
            score: l.score,
            created_at: l.base.created_at,
            converted_at: l.converted_at,
            opportunity_id: l.opportunity_id.map(|id| id.uuid()),
        }))
    }
}

/// An account plan in brief.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerAccountPlan {
    id: Uuid,
    #[schema(max_length = 200)]
    name: String,
    status: AccountPlanStatus,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
    revenue_target: Option<Money>,
    /// How many hundredths of its objectives are reached.
    #[schema(minimum = 0, maximum = 100)]
    progress: Option<i64>,
    owner_id: Option<Uuid>,
}

struct Plans;
impl Section for Plans {
    fn name(&self) -> &'static str {
        "account_plans"
    }
    fn doc(&self) -> &'static str {
        "What we plan to reach with the customer: the plans that are followed first, the latest first."
    }
    fn item(&self) -> Item {
        schema::<CustomerAccountPlan>()
    }
    fn example(&self) -> Value {
        json!({
            "id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a23", "name": "برنامهٔ سال ۱۴۰۵", "status": "active", "starts_on": "2026-03-21",
            "ends_on": "2027-03-20", "revenue_target": {"amount": "20000000000.00", "currency": "IRR"}, "progress": 50,
            "owner_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a25"
        })
    }
    fn read(&self, conn: &mut Conn, ask: &Ask<'_>) -> Result<Vec<String>> {
        let found = plans_of(conn, ask.actor, ask.customer, ask.limit + 1)?;
        texts(found.into_iter().map(|plan| CustomerAccountPlan {
            id: plan.base.id.uuid(),
            owner_id: plan.base.owner_id.map(|id| id.uuid()),
            name: plan.name,
            status: plan.status,
            starts_on: plan.starts_on,
            ends_on: plan.ends_on,
            revenue_target: plan.revenue_target,
            progress: plan.progress,
        }))
    }
}

//! A lead becomes a customer, somebody to talk to there, and a deal: new ones or those that are there, all in one transaction. The lead
//! names what it became, and the deal the lead it came of.
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, flag_header, idempotency_key, if_match, optional_body, path_id};
use crate::http::crud::id;
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::writing::{Writing, members_if_any};
use crate::http::{body, headers};
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::input::{members, whole};
use domain::core::money::Money;
use domain::core::pipeline::{self, Context, Done, Expect, Storage as _};
use domain::core::problem::{Code, Problems};
use domain::core::resource::Resource;
use domain::core::schema::{Face, example};
use domain::customers::customer::{Customer, CustomerKind};
use domain::customers::relationship::Relationship;
use domain::sales::contact_role::OpportunityContact;
use domain::sales::lead::Lead;
use domain::sales::opportunity::Opportunity;
use domain::sales::pipeline::Pipeline;
use persistence::core::conn::Conn;
use persistence::core::object::{Object, Of};
use persistence::core::record::live;
use persistence::customers::duplicate::matches;
use persistence::sales::lead::are_tied;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

const LEADS: &dyn Object = &Of::<Lead>::NEW;

/// The deal that a lead becomes. What is not said is the lead's.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ConvertDeal {
    /// What it is called; as the lead, unless given.
    #[schema(max_length = 200)]
    name: Option<String>,
    amount: Option<Money>,
    #[schema(example = "2031-03-21")]
    close_date: Option<NaiveDate>,
    /// The pipeline; the default one unless given.
    #[schema(value_type = Option<String>, format = "uuid", max_length = 36)]
    pipeline_id: Option<Id<Pipeline>>,
}

/// What a lead becomes.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ConvertLead {
    /// A customer that is there; a new one unless given.
    #[schema(value_type = Option<String>, format = "uuid", max_length = 36)]
    customer_id: Option<Id<Customer>>,
    /// A person at that organization who is there; a new one unless given, where the lead names a person and an organization.
    #[schema(value_type = Option<String>, format = "uuid", max_length = 36)]
    contact_id: Option<Id<Customer>>,
    /// A deal of that customer that is there; a new one unless given.
    #[schema(value_type = Option<String>, format = "uuid", max_length = 36)]
    opportunity_id: Option<Id<Opportunity>>,
    /// What the new deal is.
    opportunity: Option<ConvertDeal>,
    /// Makes no deal.
    without_opportunity: bool,
}

/// What is there already must be in the actor's sight.
fn there(conn: &mut Conn, context: &Context<'_>, object: &'static str, id: Uuid, at: &str) -> Result<()> {
    match conn.reaches(context.actor, object, "read", id)? {
        true => Ok(()),
        false => Err(Error::invalid(at, Code::NotFound)),
    }
}

/// A new customer; one that has a number or address of another is refused with who that is, unless told to pass.
fn new_customer(conn: &mut Conn, context: &Context<'_>, body: Map<String, Value>, pass: bool) -> Result<Id<Customer>> {
    let done = pipeline::create::<Customer>(conn, context, None, body)?;
    if !pass
        && context.sight("customers", "read").is_ok()
        && let Some(made) = live::<Customer>(conn, done.id)?
    {
        let found = matches(conn, context, None, &made)?;
        if !found.is_empty() {
            return Err(Error::Duplicate(found));
        }
    }
    Ok(Id::from_uuid(done.id))
}

/// The customer, and the person there.
type Parties = (Id<Customer>, Option<Id<Customer>>);

/// The customer and, where that is an organization, the person there.
fn parties(conn: &mut Conn, context: &Context<'_>, lead: &Lead, asked: &ConvertLead, pass: bool) -> Result<Parties> {
    for (given, at) in [(asked.customer_id, "/customer_id"), (asked.contact_id, "/contact_id")] {
        if let Some(id) = given {
            there(conn, context, "customers", id.uuid(), at)?;
        }
    }
    let customer = match (asked.customer_id, lead.organization(), lead.person()) {
        (Some(id), ..) => id,
        (None, Some(organization), _) => new_customer(conn, context, organization, pass)?,
        (None, None, Some(person)) => new_customer(conn, context, person, pass)?,
        (None, None, None) => return Err(Error::Internal("a lead speaks of nobody".to_owned())),
    };
    let kind = live::<Customer>(conn, customer.uuid())?.map(|c| c.kind);
    let organization = kind == Some(CustomerKind::Organization);
    let contact = match (asked.contact_id, lead.person()) {
        (Some(id), _) => Some(id),
        (None, Some(person)) if organization && lead.is_person() => Some(new_customer(conn, context, person, pass)?),
        _ => None,
    };
    let contact = contact.filter(|contact| *contact != customer);
    if let Some(contact) = contact.filter(|_| organization)
        && !are_tied(conn, contact.uuid(), customer.uuid())?
    {
        let tie = json!({"from_id": contact, "to_id": customer, "kind": "employee"});
        pipeline::create::<Relationship>(conn, context, None, members(tie))?;
    }
    Ok((customer, contact))
}

/// The deal.
fn deal(
    conn: &mut Conn,
    context: &Context<'_>,
    lead: &Lead,
    asked: &ConvertLead,
    (customer, contact): Parties,
) -> Result<Option<Id<Opportunity>>> {
    if asked.without_opportunity {
        return Ok(None);
    }
    if let Some(id) = asked.opportunity_id {
        there(conn, context, "opportunities", id.uuid(), "/opportunity_id")?;
        let known = live::<Opportunity>(conn, id.uuid())?.map(|o| o.customer_id);
        if known != Some(customer) {
            let mut problems = Problems::default();
            problems.with("/opportunity_id", Code::Conflict, vec![("with", "/customer_id".to_owned())]);
            return Err(problems.into());
        }
        pipeline::change::<Opportunity>(conn, context, id.uuid(), Expect::Any, "update", |deal| {
            deal.lead_id = Some(lead.base.id.cast());
            Ok(())
        })?;
        return Ok(Some(id));
    }
    let new = asked.opportunity.clone().unwrap_or_default();
    let short = |text: &str, most: usize| text.chars().take(most).collect::<String>();
    let mut body = json!({
        "name": new.name.unwrap_or_else(|| short(&lead.display_name, 200)), "customer_id": customer, "amount": new.amount.or(lead.amount),
        "close_date": new.close_date, "pipeline_id": new.pipeline_id, "source": lead.source.as_deref().map(|s| short(s, 100)),
        "campaign": lead.campaign, "partner_id": lead.partner_id, "description": lead.message, "owner_id": lead.base.owner_id,
    });
    if let Some(members) = body.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    let wrong = |error: Error| match error {
        Error::Invalid(problems) => {
            let mut nested = Problems::default();
            nested.nest("/opportunity", problems);
            Error::Invalid(nested)
        }
        other => other,
    };
    let made = pipeline::create_with::<Opportunity>(conn, context, None, members(body), |deal| {
        deal.lead_id = Some(lead.base.id.cast());
        Ok(())
    });
    let made = made.map_err(wrong)?.id;
    if let Some(contact) = contact {
        let part = json!({"opportunity_id": made, "customer_id": contact, "role": "other", "is_primary": true});
        pipeline::create::<OpportunityContact>(conn, context, None, members(part))?;
    }
    Ok(Some(Id::from_uuid(made)))
}

fn become_customer(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, asked: &ConvertLead, pass: bool) -> Result<Done> {
    conn.hold("leads", id)?;
    // Whether it may be at all, and whether this is the version that was meant, is told before anything is made.
    conn.tried(|conn| pipeline::change::<Lead>(conn, context, id, expect, "update", |lead| lead.may_convert()))?;
    let lead = live::<Lead>(conn, id)?.ok_or(Error::NotFound)?;
    let (customer, contact) = parties(conn, context, &lead, asked, pass)?;
    let deal = deal(conn, context, &lead, asked, (customer, contact))?;
    pipeline::change::<Lead>(conn, context, id, expect, "update", |lead| {
        lead.convert(context.now(), customer, contact, deal)
    })
}

/// How whoever knows better lets a customer pass who is there already.
const PASS: &str = "Skip-Duplicate-Check";

async fn convert(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<String>,
    mut payload: Payload,
) -> Result<HttpResponse, Failure> {
    signed.0.sight("leads", "update")?;
    Query::read(&request, &[])?;
    let (id, expect, pass) = (id(&path)?, headers::if_match(&request)?, headers::flag(&request, PASS)?);
    // A body that is not there says nothing: all is taken from the lead.
    let (said, bytes) = members_if_any(&request, &mut payload, body::JSON).await?;
    let into: ConvertLead = whole(said)?;
    if into.without_opportunity && into.opportunity_id.is_some() {
        let mut problems = Problems::default();
        problems.with("/without_opportunity", Code::Conflict, vec![("with", "/opportunity_id".to_owned())]);
        return Err(problems.into());
    }
    Writing::new(&request, app, signed, &bytes)?
        .run(LEADS, move |conn, context| {
            Ok((200, become_customer(conn, context, id, expect, &into, pass)?))
        })
        .await
}

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    let spec = &Lead::SPEC;
    let doc = "In one transaction: the organization or person it speaks of becomes a customer, or is one that is named; a person at an organization becomes \
               a customer of their own, tied to it; and a deal is made in the first stage of its pipeline, or one is named. The lead keeps what it \
               was and names what it became (`customer_id`, `contact_id`, `opportunity_id`); the deal names the lead. 409 `duplicate` where another customer has the same \
               number or address: name that one, or send `Skip-Duplicate-Check: true`. 409 `lead_converted` and `lead_disqualified`. Needs the \
               permissions `leads:update`, and `customers:create`, `relationships:create`, \
               `opportunities:create` and `opportunity_contacts:create` for what is made.";
    let asked = json!({"opportunity": {"name": "کاشی برای هتل", "close_date": "2031-03-21"}});
    let converting = operation("convertLead", spec.tag, "Convert a lead", doc)
        .parameter(path_id())
        .parameter(if_match(true))
        .parameter(idempotency_key())
        .parameter(flag_header(
            PASS,
            "`true` makes a customer although another has the same number or address.",
        ))
        .request_body(Some(optional_body("application/json", "ConvertLead", asked)))
        .response("200", answer("What it became.", spec.schema, example(spec, Face::Output)));
    let operations = Operations::at("/leads/{id}/convert").post(web::route().to(convert), converting);
    config.service(operations.schema::<ConvertLead>());
}

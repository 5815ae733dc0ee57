//! What becomes of each record about a customer who is erased.
use crate::core::conn::Conn;
use crate::core::record::pick;
use crate::core::sql::Sql;
use domain::activities::interaction::Interaction;
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::instant::Instant;
use domain::customers::customer::Customer;
use domain::documents::document::Document;
use domain::privacy::erasure::Treatment;
use domain::sales::lead::Lead;
use domain::sales::opportunity::Opportunity;
use uuid::Uuid;

/// What is to be done with each of some records.
pub(super) type Each = Vec<(Uuid, Treatment)>;

/// What is to be done with some records of an object: deleted is what means nothing without the customer, anonymized what others count on,
/// kept what this does not know: such as invoices, which the law keeps and which name a customer of whom nothing is left.
pub(super) fn treat(conn: &mut Conn, object: &str, ids: &[Uuid], customer: Uuid, now: Instant, held: &mut Vec<Uuid>) -> Result<Each> {
    let these = || Sql::new("t0.id IN ").list(ids.iter().map(|id| (*id).into()));
    let whom: Id<Customer> = Id::from_uuid(customer);
    Ok(match object {
        "interactions" => {
            let found: Vec<Interaction> = pick(conn, these())?;
            let one = |i: &Interaction| if i.is_of(whom) { Treatment::Anonymize } else { Treatment::Detach };
            found.iter().map(|i| (i.base.id.uuid(), one(i))).collect()
        }
        "documents" => {
            let found: Vec<Document> = pick(conn, these())?;
            let mut out = Vec::new();
            for document in found {
                let id = document.base.id.uuid();
                out.push(match document.deletable(now) {
                    _ if document.customer_id.is_some_and(|id| id != whom) => (id, Treatment::Detach),
                    Err(Error::Conflict("document_held")) => {
                        held.push(id);
                        (id, Treatment::Keep)
                    }
                    Err(_) => (id, Treatment::Keep),
                    Ok(()) => (id, Treatment::Delete),
                });
            }
            out
        }
        "opportunities" => {
            let found: Vec<Opportunity> = pick(conn, these())?;
            // What was sold is counted on, whoever bought; a partner is only named.
            let one = |o: &Opportunity| match o.customer_id == whom {
                true => Treatment::Anonymize,
                false => Treatment::Detach,
            };
            found.iter().map(|o| (o.base.id.uuid(), one(o))).collect()
        }
        "leads" => {
            let found: Vec<Lead> = pick(conn, these())?;
            found.iter().map(|l| (l.base.id.uuid(), l.treatment(whom))).collect()
        }
        // Of orders, where they went and who took them; what was ordered, invoiced and paid are books, which the law keeps.
        "consents" | "quotes" | "orders" | "shipments" | "contracts" | "purchase_requests" => {
            ids.iter().map(|id| (*id, Treatment::Anonymize)).collect()
        }
        "account_plans"
        | "opportunity_contacts"
        | "tasks"
        | "relationships"
        | "group_members"
        | "duplicates"
        | "suggestions"
        | "credit_accounts"
        | "coupons" => ids.iter().map(|id| (*id, Treatment::Delete)).collect(),
        // A group says nothing of who fits its condition; who is erased no longer does, or is in as anybody would be.
        "groups" => Vec::new(),
        _ => ids.iter().map(|id| (*id, Treatment::Keep)).collect(),
    })
}

//! Erasing a customer: what is to be done with each record about them, and doing it, in one transaction.
use super::treatment::{Each, treat};
use super::{held, ledger};
use crate::core::conn::Conn;
use crate::core::object::Object;
use crate::core::record::{Row, pick};
use crate::core::sql::{Bind, Sql};
use crate::core::{merged, redact, trash};
use crate::{row, sql, store};
use domain::activities::interaction::Interaction;
use domain::catalog::quote::Quote;
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::pipeline::{self, Context, Done, Entry, Expect, Op, Store};
use domain::core::resource::Resource;
use domain::customers::customer::Customer;
use domain::documents::document::Document;
use domain::orders::contract::Contract;
use domain::orders::order::Order;
use domain::orders::request::PurchaseRequest;
use domain::orders::shipment::Shipment;
use domain::privacy::consent::Consent;
use domain::privacy::erasure::{Erasure, ErasureCount, Treatment};
use domain::sales::lead::Lead;
use domain::sales::opportunity::Opportunity;
use serde_json::{Map, Value, json};
use uuid::Uuid;

row! { Erasure in erasures {
    customer_id: Plain,
    reason: Plain,
    counts: Json,
    records_digest: Plain,
} }
store! { Erasure }

/// Records read at once.
const CHUNK: usize = 500;

/// What is to be done.
#[derive(Default)]
pub struct Plan {
    pub counts: Vec<ErasureCount>,
    /// Documents that must not be deleted, by a legal hold: with one of them nothing is erased.
    pub held: Vec<Uuid>,
    /// Whether the customer was erased already.
    pub erased: bool,
    /// The customer, and those that were merged into it, who are the same person.
    customers: Vec<Customer>,
    /// What is to be done with each record, the objects in the order of the counts.
    each: Vec<(&'static dyn Object, Each)>,
}

impl Plan {
    /// The records whose past is forgotten, too.
    fn emptied(&self) -> redact::Erased {
        let all = self
            .each
            .iter()
            .flat_map(|(object, some)| some.iter().map(|(id, t)| (object.spec().object, *id, *t)));
        let gone = all.filter(|(_, _, t)| *t != Treatment::Keep);
        let own = self.customers.iter().map(|c| ("customers".to_owned(), c.base.id.uuid()));
        gone.map(|(object, id, _)| (object.to_owned(), id)).chain(own).collect()
    }
}

/// Looks what would be done with everything about a customer. The caller has seen that the actor may.
///
/// # Errors
/// `Error::NotFound` where there is no such customer; those of the database.
pub fn plan(
    conn: &mut Conn,
    objects: impl IntoIterator<Item = &'static dyn Object>,
    customer: Uuid,
    now: domain::core::instant::Instant,
) -> Result<Plan> {
    let mut customers: Vec<Customer> = pick(conn, Sql::new("t0.id = ").bind(customer))?;
    if customers.is_empty() {
        return Err(Error::NotFound);
    }
    let merged = merged::into(conn, "customers", customer)?;
    customers.extend(pick::<Customer>(
        conn,
        Sql::new("t0.id IN ").list(merged.into_iter().map(Bind::from)),
    )?);
    let mut own = ErasureCount::of("customers");
    customers.iter().for_each(|_| own.add(Treatment::Anonymize));
    let mut plan = Plan {
        erased: is_erased(conn, customer)?,
        customers,
        counts: vec![own],
        ..Plan::default()
    };
    for object in objects {
        let spec = object.spec();
        let (mut count, mut each, mut behind) = (ErasureCount::of(spec.object), Vec::new(), Uuid::nil());
        loop {
            let ids = held::ids(conn, spec, customer, behind, CHUNK)?;
            for (id, treatment) in treat(conn, spec.object, &ids, customer, now, &mut plan.held)? {
                count.add(treatment);
                each.push((id, treatment));
            }
            match ids.last() {
                Some(last) if ids.len() == CHUNK => behind = *last,
                _ => break,
            }
        }
        if !each.is_empty() {
            plan.counts.push(count);
            plan.each.push((object, each));
        }
    }
    Ok(plan)
}

/// Whether a customer was erased.
///
/// # Errors
/// Those of the database.
pub fn is_erased(conn: &mut Conn, customer: Uuid) -> Result<bool> {
    let sql = sql!("SELECT 1 FROM erasures WHERE customer_id = ? LIMIT 1", customer);
    Ok(conn.row(&sql, |_| Ok(()))?.is_some())
}

/// Does what a plan of the same transaction says, and notes it: the erasure, and contents of documents that nothing has any more.
///
/// # Errors
/// `customer_erased` and `erasure_held`; those of the pipeline for the erasure's own record.
pub fn erase(conn: &mut Conn, context: &Context<'_>, plan: &Plan, body: Map<String, Value>) -> Result<(Done, Vec<Uuid>)> {
    let Some(customer) = plan.customers.first() else {
        return Err(Error::NotFound);
    };
    if plan.erased {
        return Err(Error::Conflict("customer_erased"));
    }
    if !plan.held.is_empty() {
        return Err(Error::Conflict("erasure_held"));
    }
    let emptied = plan.emptied();
    let done = pipeline::create_with::<Erasure>(conn, context, None, body, |erasure| {
        erasure.counts.clone_from(&plan.counts);
        erasure.records_digest = redact::digest(&emptied);
        Ok(())
    })?;
    // Whoever may erase a customer erases what is about them, wherever it belongs.
    let actor = Actor::themselves(context.actor.user_id, context.actor.via, context.now());
    let context = &context.by(&actor);
    let whom = customer.base.id;
    let mut contents = Vec::new();
    for one in &plan.customers {
        ledger::add(conn, done.id, &one.identifiers(), context.now())?;
    }
    conn.execute(&sql!(
        "DELETE FROM mailed_links WHERE subject_id IN (SELECT id FROM consents WHERE customer_id = ?)",
        whom.uuid()
    ))?;
    conn.execute(&sql!(
        "DELETE FROM mailed_links WHERE subject_id IN (SELECT id FROM quotes WHERE customer_id = ?)",
        whom.uuid()
    ))?;
    for (object, some) in &plan.each {
        for (id, treatment) in some {
            match (object.spec().object, treatment) {
                (_, Treatment::Keep) => {}
                (_, Treatment::Delete) => remove(conn, context, *object, *id, &mut contents)?,
                ("interactions", Treatment::Anonymize) => rewrite::<Interaction>(conn, context, *id, |i| {
                    i.erase();
                    Ok(())
                })?,
                ("interactions", _) => rewrite::<Interaction>(conn, context, *id, |i| {
                    i.detach(whom.cast());
                    Ok(())
                })?,
                ("leads", treatment) => {
                    rewrite::<Lead>(conn, context, *id, |l| {
                        l.forget(whom.cast());
                        Ok(())
                    })?;
                    if *treatment == Treatment::Anonymize {
                        // One in the trash has them, too.
                        conn.execute(&sql!("DELETE FROM lead_keys WHERE lead_id = ?", *id))?;
                    }
                }
                ("opportunities", treatment) => {
                    let anonymize = *treatment == Treatment::Anonymize;
                    rewrite::<Opportunity>(conn, context, *id, |o| {
                        if anonymize {
                            o.erase();
                        }
                        o.partner_id = o.partner_id.filter(|partner| *partner != whom.cast());
                        Ok(())
                    })?;
                    if anonymize {
                        conn.execute(&sql!("UPDATE opportunity_stages SET note = NULL WHERE opportunity_id = ?", *id))?;
                    }
                }
                ("documents", _) => rewrite::<Document>(conn, context, *id, |d| {
                    d.links.retain(|link| link.object != "customers" || link.record_id != whom.uuid());
                    Ok(())
                })?,
                ("orders", _) => rewrite::<Order>(conn, context, *id, |o| {
                    o.erase();
                    Ok(())
                })?,
                ("purchase_requests", _) => rewrite::<PurchaseRequest>(conn, context, *id, |r| {
                    r.erase();
                    Ok(())
                })?,
                ("contracts", _) => rewrite::<Contract>(conn, context, *id, |c| {
                    c.erase();
                    Ok(())
                })?,
                ("shipments", _) => rewrite::<Shipment>(conn, context, *id, |s| {
                    s.erase();
                    Ok(())
                })?,
                ("consents", _) => rewrite::<Consent>(conn, context, *id, |c| {
                    let hash = Some(c.key())
                        .filter(|key| !key.is_empty())
                        .map(|key| ledger::hash(&key))
                        .transpose()?;
                    c.erase(hash);
                    Ok(())
                })?,
                ("quotes", _) => rewrite::<Quote>(conn, context, *id, |q| {
                    q.erase();
                    Ok(())
                })?,
                (other, _) => return Err(Error::Internal(format!("{other} can't be erased so"))),
            }
        }
    }
    for one in &plan.customers {
        rewrite::<Customer>(conn, context, one.base.id.uuid(), |c| {
            c.erase();
            Ok(())
        })?;
        forget_merges(conn, one.base.id.uuid())?;
    }
    redact::note(conn, done.id, &emptied)?;
    for (object, record) in &emptied {
        redact::empty(conn, object, *record)?;
        conn.execute(&sql!(
            "DELETE FROM merge_steps WHERE object = ? AND record_id = ?",
            object.as_str(),
            *record
        ))?;
    }
    Ok((done, contents))
}

/// Forgets what merges of a customer would be undone by, which is what there was before, what the search for duplicates found them by, and
/// which groups they were in.
fn forget_merges(conn: &mut Conn, customer: Uuid) -> Result<()> {
    conn.execute(&sql!(
        "DELETE FROM merge_steps WHERE merge_id IN (SELECT m.merge_id FROM merge_steps m WHERE m.object = 'customers' AND m.record_id = ?)",
        customer
    ))?;
    conn.execute(&sql!("DELETE FROM duplicate_keys WHERE customer_id = ?", customer))?;
    conn.execute(&sql!("DELETE FROM group_history WHERE customer_id = ?", customer))?;
    Ok(())
}

/// Deletes a record for good, through the trash, where it may be already. Contents that nothing has any more are added to `contents`.
///
/// # Errors
/// Those of the pipeline, such as what keeps a document.
pub(super) fn remove(
    conn: &mut Conn,
    context: &Context<'_>,
    object: &'static dyn Object,
    id: Uuid,
    contents: &mut Vec<Uuid>,
) -> Result<()> {
    let spec = object.spec();
    if spec.object == "documents" {
        let versions = sql!("SELECT DISTINCT content_id FROM document_versions WHERE document_id = ?", id);
        contents.extend(conn.ids(&versions)?);
    }
    match object.delete(conn, context, id, Expect::Any) {
        Ok(_) | Err(Error::NotFound) => {}
        Err(error) => return Err(error),
    }
    trash::erase(conn, spec, &[id], context.now().after(chrono::TimeDelta::milliseconds(1)))?;
    Ok(())
}

/// Writes a record anew without asking its rules, which an erased one need not keep: that a custom field must be there, that it has a name.
fn rewrite<R: Resource + Row>(conn: &mut Conn, context: &Context<'_>, id: Uuid, rule: impl FnOnce(&mut R) -> Result<()>) -> Result<()>
where
    Conn: Store<R>,
{
    let object = R::SPEC.object;
    let Some(before) = pick::<R>(conn, Sql::new("t0.id = ").bind(id))?.pop() else {
        return Err(Error::Internal(format!("{object} {id} is gone")));
    };
    let deleted = conn.row(
        &Sql::new(format!("SELECT 1 FROM {object} WHERE deleted_at IS NOT NULL AND id = ")).bind(id),
        |_| Ok(()),
    )?;
    let mut after = before.clone();
    rule(&mut after)?;
    let base = Resource::base_mut(&mut after);
    base.version += 1;
    base.updated_at = context.now();
    base.updated_by = context.actor.user();
    if !Store::<R>::update(conn, &before, &after)? {
        return Err(Error::Stale(Resource::base(&before).version));
    }
    use domain::core::store::Storage as _;
    conn.name_externally(object, id, Resource::base(&before), Resource::base(&after))?
        .or(())?;
    conn.execute(&sql!("DELETE FROM custom_values WHERE object = ? AND record_id = ?", object, id))?;
    // What storage derives from a record it does not from one in the trash.
    if deleted.is_none() {
        Store::<R>::derive(conn, Some(&before), Some(&after), context)?;
    }
    let whose = |r: &R| Some((Resource::base(r).owner_id.map(Id::uuid), Resource::base(r).unit_id.map(Id::uuid)));
    let entry = Entry {
        object,
        record: id,
        // The end of a record that may be removed for good has to be its deletion.
        op: if deleted.is_some() { Op::Deleted } else { Op::Updated },
        version: Resource::base(&after).version,
        before: whose(&before).filter(|_| deleted.is_none()),
        after: whose(&after).filter(|_| deleted.is_none()),
        changed: fields(&before, &after)?,
        context,
    };
    conn.note(entry)
}

/// The names of the fields that changed, without what they held.
fn fields<R: Resource>(before: &R, after: &R) -> Result<Map<String, Value>> {
    let document = |r: &R| serde_json::to_value(r).map_err(|e| Error::Internal(e.to_string()));
    let (before, after) = (document(before)?, document(after)?);
    let own = R::SPEC
        .fields
        .iter()
        .filter(|f| !matches!(f.name, "version" | "updated_at" | "updated_by"));
    let changed = own.filter(|f| before.get(f.name) != after.get(f.name));
    Ok(changed.map(|f| (f.name.to_owned(), json!([null, null]))).collect())
}

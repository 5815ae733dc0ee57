//! What is held on a customer beside their own record: every record of any object that refers to them. An object of an area that comes
//! later is found by its field table, without a word here.
use crate::core::conn::Conn;
use crate::core::names;
use crate::core::sql::Sql;
use domain::core::actor::Actor;
use domain::core::error::Result;
use domain::core::field::Kind;
use domain::core::resource::Spec;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Which records of an object are about a customer, as a condition on `t0`; none for objects that never are.
pub fn about(spec: &Spec, customer: Uuid) -> Option<Sql> {
    match spec.object {
        // Another customer that this one has brought to us is about that other one.
        "customers" | "erasures" => None,
        // Who was put in by hand has a record of that; who is in by the group's condition is known by the group itself.
        "groups" => {
            let sql = Sql::new("t0.id IN (SELECT m.group_id FROM group_matches m WHERE m.customer_id = ");
            Some(sql.bind(customer).text(")"))
        }
        "interactions" => {
            let parties = Sql::new("t0.id IN (SELECT p.interaction_id FROM interaction_parties p WHERE p.customer_id = ").bind(customer);
            // One in the trash stands in no list of who took part.
            let trashed = parties.text(") OR (t0.deleted_at IS NOT NULL AND t0.customer_id = ").bind(customer);
            Some(trashed.text(")"))
        }
        "documents" => {
            let linked = Sql::new("t0.customer_id = ").bind(customer);
            let linked =
                linked.text(" OR t0.id IN (SELECT l.document_id FROM document_links l WHERE l.object = 'customers' AND l.record_id = ");
            Some(linked.bind(customer).text(")"))
        }
        // A lead that nobody has converted is known by the same number or address alone.
        "leads" => {
            let any = Sql::new("t0.customer_id = ")
                .bind(customer)
                .text(" OR t0.contact_id = ")
                .bind(customer);
            let any = any.text(" OR t0.partner_id = ").bind(customer);
            let keys = any.text(
                " OR t0.id IN (SELECT k.lead_id FROM lead_keys k JOIN customer_keys c ON c.kind = k.kind AND c.value = k.value WHERE c.customer_id = ",
            );
            Some(keys.bind(customer).text(")"))
        }
        _ => {
            let fields = spec.fields.iter().filter(|f| f.kind == Kind::Reference("customers"));
            let each: Vec<Sql> = fields.map(|f| Sql::new(format!("t0.{} = ", f.name)).bind(customer)).collect();
            (!each.is_empty()).then(|| Sql::join(each, " OR ", "FALSE"))
        }
    }
}

/// The ids of an object's records about a customer, in the trash too, in the order of ids behind one: at most so many.
///
/// # Errors
/// Those of the database.
pub fn ids(conn: &mut Conn, spec: &Spec, customer: Uuid, behind: Uuid, most: usize) -> Result<Vec<Uuid>> {
    let Some(about) = about(spec, customer) else {
        return Ok(Vec::new());
    };
    let sql = Sql::new(format!("SELECT t0.id FROM {} t0 WHERE t0.id > ", spec.object)).bind(behind);
    let sql = sql.text(" AND (").and(about).text(") ORDER BY t0.id LIMIT ").bind(most as i64);
    conn.ids(&sql)
}

/// What people call records of an object, as far as the actor sees them; none of objects without a name.
///
/// # Errors
/// Those of the database.
pub fn names(conn: &mut Conn, actor: &Actor, object: &'static str, ids: &[Uuid]) -> Result<BTreeMap<Uuid, String>> {
    let column = match object {
        "customers" => "display_name",
        "users" | "units" | "groups" | "documents" | "teams" => "name",
        _ => return Ok(BTreeMap::new()),
    };
    match actor.sight(object, "read") {
        Some(sight) => names::names(conn, &sight, column, ids.iter().copied(), true),
        None => Ok(BTreeMap::new()),
    }
}

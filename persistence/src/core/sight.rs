//! Who sees what, as a condition that every finder adds. Some records are seen through others: whoever sees all that such a record names
//! sees it, and nobody else, whoever owns it.
use super::sql::{Bind, Sql};
use domain::core::actor::{Scope, Sight};
use uuid::Uuid;

/// Objects whose records are seen through others: the object they name, and the fields that do.
const THROUGH: [(&str, &str, &[&str]); 5] = [
    ("duplicates", "customers", &["a_id", "b_id"]),
    ("opportunity_contacts", "opportunities", &["opportunity_id"]),
    ("stock", "warehouses", &["warehouse_id"]),
    ("stock_movements", "warehouses", &["warehouse_id"]),
    ("suggestions", "customers", &["customer_id"]),
];

/// Whether records of the object are seen through others, and through which.
pub fn through_what(object: &str) -> Option<&'static str> {
    THROUGH.iter().find(|(name, _, _)| *name == object).map(|(_, through, _)| *through)
}

/// The condition over `t0` for what is seen through others; none for other objects. `Some(None)` where the actor sees everything.
pub fn through(sight: &Sight<'_>) -> Option<Option<Sql>> {
    let (_, through, fields) = THROUGH.iter().find(|(name, _, _)| *name == sight.object)?;
    let Some(other) = sight.actor.sight(through, "read") else {
        return Some(Some(Sql::new("FALSE")));
    };
    let Some(seen) = self::sight(&other) else {
        return Some(None);
    };
    let each = fields.iter().map(|field| {
        Sql::new(format!("t0.{field} IN (SELECT t0.id FROM {through} t0 WHERE "))
            .and(seen.clone())
            .text(")")
    });
    Some(Some(Sql::join(each.collect(), " AND ", "FALSE")))
}

/// The condition a sight adds to a finder, over the table `t0`; none where the actor sees everything.
pub fn sight(sight: &Sight<'_>) -> Option<Sql> {
    if let Some(seen) = through(sight) {
        return seen;
    }
    let actor = sight.actor;
    let ids = |set: &std::collections::BTreeSet<Uuid>| set.iter().map(|id| Bind::from(*id)).collect::<Vec<_>>();
    let mine = || Sql::new("t0.owner_id = ").bind(actor.user_id);
    let mut any = match sight.scope {
        Scope::All => return None,
        Scope::Own => vec![mine()],
        Scope::Team => vec![mine(), Sql::new("t0.owner_id IN ").list(ids(&actor.teammates))],
        Scope::Unit => vec![mine(), Sql::new("t0.unit_id IN ").list(actor.unit_id.map(Bind::from))],
        Scope::UnitAndBelow => vec![mine(), Sql::new("t0.unit_id IN ").list(ids(&actor.units_below))],
    };
    if sight.actor.has_shares {
        let rights = if sight.action == "read" {
            "('read', 'update')"
        } else {
            "('update')"
        };
        if matches!(sight.action, "read" | "update") {
            any.push(
                Sql::new("t0.id IN (SELECT record_id FROM shares WHERE deleted_at IS NULL AND object = ")
                    .bind(sight.object)
                    .text(format!(" AND action IN {rights} AND grantee_id IN "))
                    .list(ids(&actor.grantees))
                    .text(")"),
            );
        }
    }
    Some(Sql::join(any, " OR ", "FALSE"))
}

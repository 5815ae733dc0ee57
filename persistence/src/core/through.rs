//! Records that are seen through others: whoever sees all that such a record names sees it, and nobody else, whoever owns it.
use super::read;
use super::sql::Sql;
use domain::core::actor::Sight;

/// Objects whose records are seen through others: the object they name, and the fields that do.
const THROUGH: [(&str, &str, [&str; 2]); 1] = [("duplicates", "customers", ["a_id", "b_id"])];

/// Whether records of the object are seen through others, and through which.
pub fn of(object: &str) -> Option<&'static str> {
    THROUGH.iter().find(|(name, _, _)| *name == object).map(|(_, through, _)| *through)
}

/// The condition over `t0` for what is seen through others; none for other objects. `Some(None)` where the actor sees everything.
pub fn sight(sight: &Sight<'_>) -> Option<Option<Sql>> {
    let (_, through, fields) = THROUGH.iter().find(|(name, _, _)| *name == sight.object)?;
    let Some(other) = sight.actor.sight(through, "read") else {
        return Some(Some(Sql::new("FALSE")));
    };
    let Some(seen) = read::sight(&other) else {
        return Some(None);
    };
    let each = fields.iter().map(|field| {
        Sql::new(format!("t0.{field} IN (SELECT t0.id FROM {through} t0 WHERE "))
            .and(seen.clone())
            .text(")")
    });
    Some(Some(Sql::join(each.collect(), " AND ", "FALSE")))
}

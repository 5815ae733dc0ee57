//! Where a record belongs: its owner and its unit, which decide who sees it.
use super::actor::Sight;
use super::error::Result;
use super::id::Id;
use super::problem::{Code, Problems};
use super::resource::Resource;
use super::store::Storage;

/// The unit follows the owner unless the record says otherwise, and nobody gives a record further than their own sight reaches.
pub(super) fn place<R: Resource>(
    tx: &mut dyn Storage,
    sight: &Sight<'_>,
    before: Option<&R>,
    after: &mut R,
    problems: &mut Problems,
) -> Result<()> {
    if let Some(place) = after.place() {
        if before.and_then(R::place) != Some(place) && !sight.reaches(place.named.map(Id::uuid)) {
            problems.add(format!("/{}", place.member), Code::Forbidden);
        }
        after.base_mut().unit_id = place.unit;
        return Ok(());
    }
    let by_rule = after.given_by_rule(before);
    let (before, after) = (before.map(Resource::base), after.base_mut());
    if before.is_some_and(|b| b.owner_id == after.owner_id) {
        return Ok(());
    }
    let Some(owner) = after.owner_id.map(Id::uuid) else {
        after.unit_id = before.and_then(|b| b.unit_id).or(sight.actor.unit_id.map(Id::from_uuid));
        return Ok(());
    };
    let unit = match sight.actor.unit_id {
        // Most records are their maker's own, whose place was read with their permissions and is as old as these.
        Some(unit) if owner == sight.actor.user_id => Some(Some(unit)),
        _ => tx.unit_of(owner)?,
    };
    match unit {
        None => problems.add("/owner_id", Code::NotFound),
        Some(unit) => {
            after.unit_id = unit.map(Id::from_uuid);
            if !by_rule && !sight.covers(Some(owner), unit) {
                problems.add("/owner_id", Code::Forbidden);
            }
        }
    }
    Ok(())
}

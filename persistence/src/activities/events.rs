//! What a user is told of, as they may see it at the moment they are told.
use crate::core::conn::Conn;
use crate::core::feed::Specs;
use crate::core::notifications;
use crate::core::place::Place;
use crate::core::read;
use crate::customers::names::names;
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::notification::{Event, EventCustomer};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// A part of what a user is told.
#[derive(Debug)]
pub struct Page {
    /// Each with the place behind it.
    pub entries: Vec<(Place, Event)>,
    /// Where the next part begins.
    pub next: Place,
    /// Whether that is, for now, the end.
    pub end: bool,
}

/// What of a record says whom it is about.
#[derive(Deserialize)]
struct About {
    customer_id: Option<Uuid>,
}

/// What an actor is told behind a place, of at most so many things. What they may not see now is passed by.
///
/// # Errors
/// Those of the database.
pub fn page(conn: &mut Conn, actor: &Actor, specs: &Specs, after: Place, limit: usize) -> Result<Page> {
    // Who acts is known from some seconds ago; a share that was given since must not be passed by.
    let actor = &Actor {
        has_shares: true,
        ..actor.clone()
    };
    let told = notifications::page(conn, actor.user_id, after, limit)?;
    let mut wanted: BTreeMap<&'static str, BTreeSet<Uuid>> = BTreeMap::new();
    for (_, one) in &told.entries {
        if let Some((object, _)) = specs.get_key_value(one.object.as_str()) {
            wanted.entry(object).or_default().insert(one.record);
        }
    }
    let mut records: HashMap<(&str, Uuid), Box<RawValue>> = HashMap::new();
    for (object, ids) in wanted {
        let (Some(spec), Some(sight)) = (specs.get(object), actor.sight(object, "read")) else {
            continue;
        };
        for (id, text) in read::briefs(conn, &sight, spec, &ids.into_iter().collect::<Vec<_>>())? {
            let text = String::from_utf8(text).map_err(|e| Error::Internal(e.to_string()))?;
            let raw = RawValue::from_string(text).map_err(|e| Error::Internal(e.to_string()))?;
            records.insert((object, id), raw);
        }
    }
    let about = |record: &RawValue| serde_json::from_str::<About>(record.get()).ok().and_then(|about| about.customer_id);
    let called = names(conn, actor, records.values().filter_map(|record| about(record)).collect())?;
    let event = |(place, one): (Place, notifications::Notification)| {
        let record = records.get(&(one.object.as_str(), one.record))?.clone();
        let customer = about(&record).and_then(|id| {
            Some(EventCustomer {
                id,
                display_name: called.get(&id)?.clone(),
            })
        });
        let event = Event {
            id: one.id,
            kind: one.kind,
            object: one.object,
            record_id: one.record,
            moment: one.moment,
            at: one.at,
            record,
            customer,
        };
        Some((place, event))
    };
    Ok(Page {
        entries: told.entries.into_iter().filter_map(event).collect(),
        next: told.next,
        end: told.end,
    })
}

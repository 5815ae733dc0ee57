//! What the customers' own area shows in the view of everything: relationships, groups, latest changes.
use super::overview::{Ask, Item, Section};
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::instant::Instant;
use domain::customers::group::GroupKind;
use domain::customers::relationship::RelationshipKind;
use persistence::core::conn::Conn;
use persistence::customers::overview::{changes, groups, related};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

/// The area's sections.
pub const ALL: &[&dyn Section] = &[&Relationships, &Groups, &Changes];

/// A section's item as a schema, with all it refers to.
pub fn schema<T: ToSchema>() -> Item {
    let mut below = Vec::new();
    T::schemas(&mut below);
    Item {
        name: T::name().into_owned(),
        schema: <T as PartialSchema>::schema(),
        below,
    }
}

/// Items as JSON texts.
pub fn texts<T: Serialize>(items: impl Iterator<Item = T>) -> Result<Vec<String>> {
    items
        .map(|item| serde_json::to_string(&item).map_err(|e| Error::Internal(e.to_string())))
        .collect()
}

/// The other party of a relationship.
#[derive(Debug, Serialize, ToSchema)]
pub struct RelatedParty {
    id: Uuid,
    /// Whether it is a person or an organization.
    #[schema(max_length = 20)]
    kind: String,
    #[schema(max_length = 300)]
    display_name: String,
}

/// A relationship as it is seen from the customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerRelationship {
    relationship_id: Uuid,
    party: RelatedParty,
    /// What the party is to the customer.
    kind: RelationshipKind,
    /// What the customer is to the party.
    inverse: RelationshipKind,
    from_date: Option<chrono::NaiveDate>,
    to_date: Option<chrono::NaiveDate>,
    #[schema(max_length = 1000)]
    notes: Option<String>,
}

struct Relationships;
impl Section for Relationships {
    fn name(&self) -> &'static str {
        "relationships"
    }
    fn doc(&self) -> &'static str {
        "Parties that the customer stands in a relationship with, in either direction; those that last first. Parties out of sight are left out."
    }
    fn item(&self) -> Item {
        schema::<CustomerRelationship>()
    }
    fn example(&self) -> Value {
        json!({
            "relationship_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a21",
            "party": {"id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a22", "kind": "organization", "display_name": "فولاد یزد"},
            "kind": RelationshipKind::Employer.word(), "inverse": RelationshipKind::Employer.inverse().word(),
            "from_date": "2020-03-20", "to_date": null, "notes": null
        })
    }
    fn read(&self, conn: &mut Conn, ask: &Ask<'_>) -> Result<Vec<String>> {
        let found = related(conn, ask.actor, ask.customer, ask.limit + 1)?;
        texts(found.into_iter().map(|r| CustomerRelationship {
            relationship_id: r.relationship_id,
            party: RelatedParty {
                id: r.party_id,
                kind: r.party_kind,
                display_name: r.party_name,
            },
            kind: r.kind,
            inverse: r.kind.inverse(),
            from_date: r.from_date,
            to_date: r.to_date,
            notes: r.notes,
        }))
    }
}

/// A group that the customer is in.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerGroup {
    id: Uuid,
    #[schema(max_length = 200)]
    name: String,
    /// Whether it was put in by hand, or fits the group's condition.
    kind: GroupKind,
    /// Since when the customer is in it.
    since: Instant,
}

struct Groups;
impl Section for Groups {
    fn name(&self) -> &'static str {
        "groups"
    }
    fn doc(&self) -> &'static str {
        "Groups that the customer is in, by hand or by their condition; the latest first."
    }
    fn item(&self) -> Item {
        schema::<CustomerGroup>()
    }
    fn example(&self) -> Value {
        json!({"id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a23", "name": "باشگاه مشتریان", "kind": "static", "since": "2026-03-21T08:30:00.000Z"})
    }
    fn read(&self, conn: &mut Conn, ask: &Ask<'_>) -> Result<Vec<String>> {
        let found = groups(conn, ask.actor, ask.customer, ask.limit + 1)?;
        texts(found.into_iter().map(|g| CustomerGroup {
            id: g.id,
            name: g.name,
            kind: g.kind,
            since: g.since,
        }))
    }
}

/// A change of the record: which fields, not what they hold.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerChange {
    /// `created`, `updated`, `deleted` or `restored`.
    #[schema(max_length = 20)]
    op: String,
    #[schema(minimum = 1, maximum = 9007199254740991i64)]
    version: i64,
    at: Instant,
    /// Who did it; null for the server itself.
    actor_id: Option<Uuid>,
    #[schema(schema_with = domain::core::change::changed)]
    fields: Vec<String>,
}

struct Changes;
impl Section for Changes {
    fn name(&self) -> &'static str {
        "changes"
    }
    fn doc(&self) -> &'static str {
        "The latest changes of the record, newest first. What the fields held is for the audit."
    }
    fn item(&self) -> Item {
        schema::<CustomerChange>()
    }
    fn example(&self) -> Value {
        json!({"op": "updated", "version": 3, "at": "2026-03-21T08:30:00.000Z", "actor_id": null, "fields": ["city"]})
    }
    fn read(&self, conn: &mut Conn, ask: &Ask<'_>) -> Result<Vec<String>> {
        let found = changes(conn, ask.customer, ask.limit + 1)?;
        texts(found.into_iter().map(|c| CustomerChange {
            op: c.op,
            version: c.version,
            at: c.at,
            actor_id: c.actor_id,
            fields: c.fields,
        }))
    }
}

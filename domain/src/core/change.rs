//! The change log as its readers see it: entries of the feed, for machines, and of the audit, for people.
use super::instant::Instant;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Array, ArrayBuilder, Object, ObjectBuilder, SchemaType, Type};
use uuid::Uuid;

crate::choice! {
    /// What happened to a record, as one reader of the feed sees it.
    pub enum Happened {
        /// It was made, or came into the reader's sight.
        Created = "created",
        Updated = "updated",
        /// It went to the trash.
        Deleted = "deleted",
        /// It came back from the trash.
        Restored = "restored",
        /// It went into another record, which answers in its place under the same id.
        Merged = "merged",
        /// It left the reader's sight.
        Hidden = "hidden",
    }
}

/// One entry of the change feed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Change {
    /// Its number in the log. Numbers grow, with gaps; two entries are never of the same number, though one entry may tell of two records.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64, example = 4711)]
    pub seq: i64,
    /// Names the entry for ever: by this a reader knows one that comes twice.
    #[schema(max_length = 36, example = "5f0c1e1c-6f5e-8a31-9a3b-0d4e3f2a1b5c")]
    pub id: Uuid,
    /// The object, as `objects` names it.
    #[schema(max_length = 60, example = "customers")]
    pub object: String,
    #[schema(max_length = 36, example = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20")]
    pub record_id: Uuid,
    /// What happened, as the reader sees it.
    pub op: Happened,
    /// The record's version after it; null where it is out of the reader's sight.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64, example = 3)]
    pub version: Option<i64>,
    /// The names of the fields that changed, without those that the reader may not see in the clear.
    #[schema(schema_with = changed)]
    pub changed: Vec<String>,
    /// When.
    pub at: Instant,
    /// The user who did it; null for the server itself, and where the record is out of sight.
    #[schema(max_length = 36, example = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a21")]
    pub actor: Option<Uuid>,
    /// The request or job that caused it: what was written together shares it.
    #[schema(max_length = 36, example = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a22")]
    pub tx_id: Uuid,
    /// On `created` and `restored` the whole record as it is now, as the reader may see it; null where a later entry takes it away again.
    #[schema(value_type = Option<Object>, example = json!(null))]
    pub record: Option<Box<RawValue>>,
}

/// One entry of the audit: who did what to which record, when and by what way, with each value before and after.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditEntry {
    /// Its number in the log.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64, example = 4711)]
    pub seq: i64,
    /// What it was done to, such as `customers`.
    #[schema(max_length = 60, example = "customers")]
    pub object: String,
    /// The record; null where something was refused.
    #[schema(max_length = 36, example = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20")]
    pub record_id: Option<Uuid>,
    /// `created`, `updated`, `deleted`, `restored`, `merged`, `denied` where a permission was missing, or `exported` where
    /// an archive was made of all that is held on the record.
    #[schema(max_length = 20, example = "updated")]
    pub op: String,
    /// The record's version after it; 0 where nothing changed.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64, example = 3)]
    pub version: i64,
    /// When.
    pub at: Instant,
    /// The user; null for the server itself.
    #[schema(max_length = 36, example = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a21")]
    pub actor_id: Option<Uuid>,
    /// By what the user came in: `session:` or `api_key:` and its id, `link:` or `job:` and the id of the job that mailed the address or did it,
    /// or `console`.
    #[schema(max_length = 60, example = "session:0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a23")]
    pub via: String,
    /// The request or job that caused it.
    #[schema(max_length = 36, example = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a22")]
    pub origin: Uuid,
    /// Each value that changed. Sensitive ones are masked unless the reader may see them in the clear.
    #[schema(max_items = 1000)]
    pub changes: Vec<FieldChange>,
}

/// One value before and after.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldChange {
    /// The field's name.
    #[schema(max_length = 120, example = "city")]
    pub field: String,
    /// Its value before; null where there was none.
    #[schema(schema_with = value)]
    pub before: Value,
    /// Its value after; null where there is none.
    #[schema(schema_with = value)]
    pub after: Value,
}

/// Names of fields; the organization's own begin with `custom.`.
pub fn changed() -> Array {
    let name = ObjectBuilder::new().schema_type(Type::String).max_length(Some(120));
    ArrayBuilder::new()
        .description(Some(
            "The names of the fields that changed, without those that the reader may not see in the clear.",
        ))
        .items(name)
        .max_items(Some(1000))
        .examples([json!(["city"])])
        .build()
}

/// A field's value is of any kind: text, number, list, or null.
fn value() -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::AnyValue)
        .description(Some("The value; null where there was or is none."))
        .examples([json!("Shiraz")])
        .build()
}

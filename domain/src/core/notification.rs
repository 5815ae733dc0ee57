//! What a user is told of as it happens.
use super::instant::Instant;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

crate::choice! {
    /// What a user is told of.
    pub enum Kind {
        /// A task is due, or a lead has ripened.
        Reminder = "reminder",
        /// Somebody made them the owner of a record.
        Assignment = "assignment",
        /// Somebody known calls them.
        ScreenPop = "screen_pop",
        /// A deal has been in its stage for too long.
        Stuck = "stuck",
        /// A deal is open behind the day it was to close on.
        Slipping = "slipping",
    }
}

/// Something that a user is told of.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Event {
    /// Names it for ever: by this a reader knows one that comes twice.
    #[schema(max_length = 36, example = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a2b")]
    pub id: Uuid,
    /// What it is: `reminder` that a task is due, `assignment` of a record, `screen_pop` for a call of somebody known, or that a deal is `stuck` in its stage or `slipping` behind its closing day.
    pub kind: Kind,
    /// The object of the record, such as `tasks`.
    #[schema(max_length = 60, example = "tasks")]
    pub object: String,
    #[schema(max_length = 36, example = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a26")]
    pub record_id: Uuid,
    /// When the task is due, or until when it was put off; null for what is no reminder.
    pub moment: Option<Instant>,
    /// When it happened.
    pub at: Instant,
    /// The record as it is now and as the reader may see it, without long texts and structures.
    #[schema(value_type = Object, example = json!({"id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a26", "title": "تماس"}))]
    pub record: Box<RawValue>,
    /// The customer of the record, where it has one that the reader may see.
    pub customer: Option<EventCustomer>,
}

/// The customer of what a user is told of.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventCustomer {
    #[schema(max_length = 36, example = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20")]
    pub id: Uuid,
    /// What they are called.
    #[schema(max_length = 400, example = "علی کریمی")]
    pub display_name: String,
}

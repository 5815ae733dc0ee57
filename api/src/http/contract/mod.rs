//! The contract: written from what is mounted. A record's part comes from its field table and its routes; operations of their own bring
//! theirs. What every operation shares, such as its refusals, is added once, at the end.
mod finish;
mod operations;
mod parts;
mod schemas;

pub use finish::finish;
pub use operations::paths;
pub use parts::{answer, body, content, empty, idempotency_key, if_match, needed_query, operation_id, path_id, query, text};
pub use schemas::{page_name, schemas, shared};

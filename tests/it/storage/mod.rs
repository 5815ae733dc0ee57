//! Storage: that both databases are the same one, and built as they must be.
mod conditions;
mod large;
mod schema;
mod text_index;

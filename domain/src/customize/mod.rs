//! What an organization adds to the product by itself.
pub mod field;

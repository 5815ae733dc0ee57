//! What an organization adds to the product by itself.
mod field;

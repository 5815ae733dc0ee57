//! What we sell, and what it costs.
pub mod adjustment;
pub mod category;
pub mod gtin;
pub mod line;
pub mod product;
pub mod ratio;
pub mod tax;
pub mod tier;
pub mod unit;

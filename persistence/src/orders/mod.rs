//! Orders, what is in stock for them, invoices and payments.
pub mod series;

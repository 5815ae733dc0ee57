//! Orders, what is in stock for them, invoices and payments.
pub mod conversion;
pub mod credit;
pub mod credit_note;
pub mod invoice;
pub mod ledger;
pub mod line;
pub mod movement;
pub mod order;
pub mod payment;
pub mod reservation;
pub mod series;
pub mod shipment;
mod steps;
pub mod stock;
pub mod warehouse;

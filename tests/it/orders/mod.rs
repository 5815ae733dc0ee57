//! Orders, stock, invoices and payments, through the real program.
mod series;

//! Customers beyond what every record does.
mod overview;

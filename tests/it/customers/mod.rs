//! Customers beyond what every record does.
mod merges;
mod overview;
mod random;
mod references;

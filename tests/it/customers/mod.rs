//! Customers beyond what every record does.
mod called;
mod duplicates;
mod exact;
mod file;
mod groups;
mod in_step;
mod merges;
mod overview;
mod random;
mod references;
mod samples;

//! Customers beyond what every record does.
mod account_team;
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

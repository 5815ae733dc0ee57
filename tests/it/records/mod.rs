//! What every record keeps, whichever it is: one table of behaviours over all that are mounted. A new record is tested by being
//! mounted.
mod protocol;
mod reading;
mod refusing;
mod searching;
mod trash;
mod writing;

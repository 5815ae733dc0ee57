//! Files of records that come in: received, read row by row in bounded memory, written in chunks, reported on and taken back.
mod apply;
mod folder;
pub mod job;
mod prepare;
mod problem;
pub mod reader;

//! Files of records that come in: reading them row by row, in bounded memory.
pub mod reader;

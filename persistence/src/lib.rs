//! Peyvand.

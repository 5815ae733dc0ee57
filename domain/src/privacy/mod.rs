//! What people let us do with their data, and how they get it back or gone.
pub mod archive;
pub mod consent;
pub mod erasure;
pub mod letters;
pub mod lift;
pub mod retention;
pub mod verdict;

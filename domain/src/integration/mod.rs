//! How records come in from other systems and go out to them.
pub mod bulk;
pub mod card;
mod country;
pub mod formula;
pub mod given;
mod headings;
pub mod import;
pub mod mapping;
pub mod merge;
mod parts;
pub mod plan;
pub mod target;
pub mod value;

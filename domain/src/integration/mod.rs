//! How records come in from other systems and go out to them.
mod country;
pub mod formula;
mod headings;
pub mod mapping;
mod parts;
pub mod plan;
pub mod target;
pub mod value;

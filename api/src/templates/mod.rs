//! Templates, over HTTP: letters, emails and messages that are filled in from records.
mod asked;
pub mod pdf;
mod render;
mod routes;

pub use render::set;
pub use routes::routes;

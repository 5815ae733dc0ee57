//! Templates: letters, messages and emails with fields that are filled in from records. A body is Markdown with merge fields; the fields are
//! checked against what the object has when the template is saved, and one body gives a PDF, a page and a plain text.
pub mod blocks;
mod check;
pub mod fill;
pub mod filters;
pub mod html;
pub mod page;
pub mod plain;
pub mod shape;
pub mod template;
mod values;
pub mod written;

//! `#[derive(Record)]`: from one struct, the inputs, the field table, the JSON and `impl Resource`.
//!
//! On the struct: `#[record(path = "/customers", one = "customer", many = "customers", tag = "Customers")]`.
//! On a field: `base` (exactly one), `fixed` (set on create only), `server` (never set by a client; starts as its default),
//! `default` (a create may leave it out), `sort` (lists can be sorted by it), `search` (found by text), `hidden` (filters can't
//! name it), `min = n`, `max = n` (characters or items), `range = a..=b` (of a whole number), `items = Type` (a list of structures), `like = Type` (one structure),
//! `money` (an amount that conditions can ask for: its row keeps it in hidden columns beside), `mask = hidden | last4 | "member"` (a sensitive field), `example = "JSON"`.
mod parse;
mod write;

use proc_macro::TokenStream;

/// Writes `CreateX`, `PatchX`, the field table, `Serialize` and `impl Resource` for a record. See the crate's documentation.
#[proc_macro_derive(Record, attributes(record))]
pub fn record(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    match parse::Record::from(&input) {
        Ok(record) => write::record(&record).into(),
        Err(error) => error.to_compile_error().into(),
    }
}

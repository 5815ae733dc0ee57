//! Custom field declarations.
use crate::core::conn::Conn;
use crate::customers::membership;
use crate::{row, store};
use domain::core::error::Result;
use domain::core::pipeline::Context;
use domain::core::resource::Resource;
use domain::core::text::fold;
use domain::customers::customer::Customer;
use domain::customize::field::CustomField;

row! { CustomField in custom_fields {
    object: Plain,
    name: Plain,
    label_en: Plain,
    label_fa: Plain,
    kind: Word,
    choices: Json,
    required: Plain,
} hidden {
    search = |f: &CustomField| fold(&format!("{} {} {}", f.name, f.label_en, f.label_fa)),
} }
store! {
    CustomField,
    derive |conn, before, after, context| tell(conn, before, after, context)
}

/// Groups of customers whose condition names the field are told of it.
fn tell(conn: &mut Conn, before: Option<&CustomField>, after: Option<&CustomField>, context: &Context<'_>) -> Result<()> {
    match after.or(before).filter(|f| f.object == Customer::SPEC.object) {
        Some(field) => membership::field_changed(conn, &field.name, after.is_some(), context),
        None => Ok(()),
    }
}

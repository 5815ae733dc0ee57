//! Custom field declarations.
use crate::core::columns::{Json, Word};
use crate::schema::custom_fields;
use domain::core::text::fold;
use domain::customize::field::{CustomField, CustomKind};

row! { CustomFieldRow in custom_fields <=> CustomField {
    object: String,
    name: String,
    label_en: String,
    label_fa: String,
    kind: Word<CustomKind>,
    choices: Json<Vec<String>>,
    required: bool,
} hidden {
    search: String = |f: &CustomField| fold(&format!("{} {} {}", f.name, f.label_en, f.label_fa)),
} }
store! { CustomField, CustomFieldRow in custom_fields }

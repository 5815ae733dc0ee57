//! Custom field declarations.
use crate::{row, store};
use domain::core::text::fold;
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
store! { CustomField }

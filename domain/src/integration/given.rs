//! What an operator gives with an import: where columns go, what cells mean, what every row gets.
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Heading to target, or to null to leave the column out; what it does not name is guessed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ImportMapping(pub BTreeMap<String, Option<String>>);
impl PartialSchema for ImportMapping {
    fn schema() -> RefOr<Schema> {
        crate::core::schema::texts()
    }
}
impl ToSchema for ImportMapping {}

/// Heading to what its cells mean: a cell, letter by letter, to what is to be read instead, or to null for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ImportMeanings(pub BTreeMap<String, BTreeMap<String, Option<String>>>);
impl PartialSchema for ImportMeanings {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .additional_properties(Some(crate::core::schema::texts()))
            .into()
    }
}
impl ToSchema for ImportMeanings {}

/// Members that every row gets unless it says them itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ImportDefaults(pub Map<String, Value>);
impl PartialSchema for ImportDefaults {
    fn schema() -> RefOr<Schema> {
        crate::core::schema::anything()
    }
}
impl ToSchema for ImportDefaults {}

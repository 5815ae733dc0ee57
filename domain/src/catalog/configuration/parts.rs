//! What a configuration model is written in: groups of options, rules, computed attributes, components and operations.
use crate::catalog::product::Product;
use crate::core::exact::Exact;
use crate::core::id::Id;
use crate::core::money::UnitPrice;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

crate::choice! {
    /// What a rule asks of whoever chooses all of `options`: to choose at least one of `others` too, or none of them.
    pub enum RuleKind { Requires = "requires", Excludes = "excludes" }
}
crate::choice! {
    /// How the values that the chosen options have of an attribute become one.
    #[derive(Default)]
    pub enum Aggregate {
        /// They are added to `base`.
        #[default]
        Sum = "sum",
        /// The smallest of them and of `base`.
        Min = "min",
        /// The largest of them and of `base`.
        Max = "max",
    }
}

/// What an option adds to a computed attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionValue {
    /// The code of the attribute.
    #[schema(min_length = 1, max_length = 40, example = "power_w")]
    pub attribute: String,
    /// How much; below nothing for what it takes away.
    pub value: Exact,
}

/// Something that one unit of the product is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// What. A product that has a configuration model is taken with its own components and those of its options by default.
    #[schema(value_type = Id)]
    pub product_id: Id<Product>,
    /// How much of it one unit of the product has; above nothing.
    pub quantity: Exact,
    /// How many days it takes until it is there; null for what its own model comes to, else none.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 3650, example = 14)]
    pub lead_time_days: Option<i64>,
    /// The code of the operation that needs it; null where it must be there before anything begins.
    #[serde(default)]
    #[schema(max_length = 40)]
    pub operation: Option<String>,
}

/// A piece of work that making it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkStep {
    /// What it is known by in this model.
    #[schema(min_length = 1, max_length = 40, example = "assembly")]
    pub code: String,
    #[schema(min_length = 1, max_length = 200, example = "Assembly")]
    pub name_en: String,
    #[schema(min_length = 1, max_length = 200, example = "مونتاژ")]
    pub name_fa: String,
    /// Where, or by whom: what capacity is counted by.
    #[schema(min_length = 1, max_length = 100, example = "workshop")]
    pub resource: String,
    /// Hours of work for one unit of the product.
    pub hours: Exact,
    /// Hours of work whatever the quantity.
    #[serde(default)]
    #[schema(value_type = Option<Exact>)]
    pub setup_hours: Exact,
    /// Days from its beginning to its end, whatever the quantity.
    #[schema(minimum = 0, maximum = 3650, example = 2)]
    pub days: i64,
    /// The codes of the operations that must have ended before. One that the configuration does not have is not waited for.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 50, max_length = 40)]
    pub after: Vec<String>,
}

/// Something that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelOption {
    /// What it is known by in this model: small letters, digits and `_`.
    #[schema(min_length = 1, max_length = 40, example = "electric_legs")]
    pub code: String,
    #[schema(min_length = 1, max_length = 200, example = "Electric legs")]
    pub name_en: String,
    #[schema(min_length = 1, max_length = 200, example = "پایهٔ برقی")]
    pub name_fa: String,
    /// Whether it is chosen where nobody has said what is.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    pub default: bool,
    /// What it adds to the price of one unit, once per currency; below nothing for what makes it cheaper. Without any it costs nothing.
    #[serde(default)]
    #[schema(value_type = Option<Vec<UnitPrice>>, max_items = 20)]
    pub prices: Vec<UnitPrice>,
    /// What it adds to computed attributes.
    #[serde(default)]
    #[schema(value_type = Option<Vec<OptionValue>>, max_items = 50)]
    pub values: Vec<OptionValue>,
    /// What it is made of.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Component>>, max_items = 50)]
    pub components: Vec<Component>,
    /// The work that it takes.
    #[serde(default)]
    #[schema(value_type = Option<Vec<WorkStep>>, max_items = 20)]
    pub operations: Vec<WorkStep>,
}

/// Options of which so many are to be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionGroup {
    /// What it is known by in this model: small letters, digits and `_`.
    #[schema(min_length = 1, max_length = 40, example = "legs")]
    pub code: String,
    #[schema(min_length = 1, max_length = 200, example = "Legs")]
    pub name_en: String,
    #[schema(min_length = 1, max_length = 200, example = "پایه")]
    pub name_fa: String,
    /// The fewest that must be chosen.
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 0, maximum = 500)]
    pub min: u32,
    /// The most that can be chosen; null for all.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 500, example = 1)]
    pub max: Option<u32>,
    #[schema(min_items = 1, max_items = 500)]
    pub options: Vec<ModelOption>,
}

/// Which choices need each other, or do not go together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfigurationRule {
    /// What it is known by in this model: small letters, digits and `_`.
    #[schema(min_length = 1, max_length = 40, example = "electric_needs_power")]
    pub code: String,
    pub kind: RuleKind,
    /// The codes of the options that, all chosen together, make it hold.
    #[schema(min_items = 1, max_items = 50, min_length = 1, max_length = 40)]
    pub options: Vec<String>,
    /// The codes of the options of which at least one is required, or of which none is allowed. `excludes` without any says that `options`
    /// do not all go together.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 200, min_length = 1, max_length = 40)]
    pub others: Vec<String>,
    /// What is told to whoever breaks it; null for a sentence made of the names.
    #[serde(default)]
    #[schema(max_length = 300, example = "Electric legs need a power supply.")]
    pub text_en: Option<String>,
    #[serde(default)]
    #[schema(max_length = 300, example = "پایهٔ برقی منبع تغذیه لازم دارد.")]
    pub text_fa: Option<String>,
}

/// A value that an attribute has on a condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributeCase {
    /// When, as a condition on the choices and on attributes that stand before this one, such as `legs : "electric_legs" AND weight_kg > 40`.
    /// A group is the list of the codes chosen in it.
    #[schema(min_length = 1, max_length = 2000, example = "weight_kg > 40")]
    pub when: String,
    /// What it is then: a number is a decimal, anything else a text.
    #[schema(min_length = 1, max_length = 200, example = "heavy")]
    pub value: String,
}

/// Something that follows from the choices, such as weight, power or class of freight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ComputedAttribute {
    /// What it is known by in this model: small letters, digits and `_`.
    #[schema(min_length = 1, max_length = 40, example = "weight_kg")]
    pub code: String,
    #[schema(min_length = 1, max_length = 200, example = "Weight")]
    pub name_en: String,
    #[schema(min_length = 1, max_length = 200, example = "وزن")]
    pub name_fa: String,
    /// What it is counted in.
    #[serde(default)]
    #[schema(max_length = 20, example = "kg")]
    pub unit: Option<String>,
    /// How the values of the chosen options become one.
    #[serde(default)]
    #[schema(value_type = Option<Aggregate>)]
    pub aggregate: Aggregate,
    /// What it is without any option; null for 0 of a sum and for no value otherwise.
    #[serde(default)]
    pub base: Option<Exact>,
    /// The least that is allowed; of a sum alone. What a supply gives and others take is a sum that must not go below 0.
    #[serde(default)]
    pub min: Option<Exact>,
    /// The most that is allowed; of a sum alone.
    #[serde(default)]
    pub max: Option<Exact>,
    /// Instead of the values of options: the first case that holds says what it is, and none holds for no value.
    #[serde(default)]
    #[schema(value_type = Option<Vec<AttributeCase>>, max_items = 20)]
    pub cases: Vec<AttributeCase>,
}

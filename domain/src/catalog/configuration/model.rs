//! The configuration model of a product.
pub use super::parts::{
    Aggregate, AttributeCase, Component, ComputedAttribute, ConfigurationRule, ModelOption, OptionGroup, OptionValue, RuleKind, WorkStep,
};
use crate::catalog::product::Product;
use crate::core::base::Base;
use crate::core::id::Id;
use derive::Record;
use std::collections::BTreeMap;

/// What can be chosen of a product, which choices go together, and what they are made of. A product has at most one.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/configuration-models",
    one = "configuration_model",
    many = "configuration_models",
    tag = "Catalogue",
    fa = "مدل‌های پیکربندی"
)]
pub struct ConfigurationModel {
    #[record(base)]
    pub base: Base,
    /// The product that it configures.
    #[record(fixed, fa = "کالا")]
    pub product_id: Id<Product>,
    /// Whether it is in use: the product is sold only as it allows. True unless given.
    #[record(default = true, example = "true", fa = "فعال")]
    pub active: bool,
    /// What can be chosen, in the order in which it is shown. At most 2000 options in all.
    #[record(
        items = OptionGroup,
        max = 200,
        example = r#"[{"code": "legs", "name_en": "Legs", "name_fa": "پایه", "min": 1, "max": 1, "options": [{"code": "wooden_legs", "name_en": "Wooden legs", "name_fa": "پایهٔ چوبی", "default": true, "prices": [], "values": [], "components": [], "operations": []}]}]"#,
        fa = "گروه‌ها"
    )]
    pub groups: Vec<OptionGroup>,
    /// Which choices need each other, or do not go together.
    #[record(items = ConfigurationRule, max = 2000, example = "[]", fa = "قاعده‌ها")]
    pub rules: Vec<ConfigurationRule>,
    /// What follows from the choices.
    #[record(items = ComputedAttribute, max = 50, example = "[]", fa = "ویژگی‌های محاسبه‌شده")]
    pub attributes: Vec<ComputedAttribute>,
    /// What it is made of, whatever is chosen.
    #[record(items = Component, max = 200, example = "[]", fa = "اجزا")]
    pub components: Vec<Component>,
    /// The work that it takes, whatever is chosen.
    #[record(items = WorkStep, max = 100, example = "[]", fa = "کارها")]
    pub operations: Vec<WorkStep>,
}

/// The most options of one model.
pub const MAX_OPTIONS: usize = 2000;

impl ConfigurationModel {
    /// All options in the order of the model, each with its group's place and its own in it. A choice is told by the place in this list.
    pub fn options(&self) -> impl Iterator<Item = (usize, usize, &ModelOption)> {
        let groups = self.groups.iter().enumerate();
        groups.flat_map(|(g, group)| group.options.iter().enumerate().map(move |(o, option)| (g, o, option)))
    }

    /// Where each option stands in [`ConfigurationModel::options`], by its code.
    pub fn places(&self) -> BTreeMap<&str, usize> {
        self.options()
            .enumerate()
            .map(|(i, (_, _, option))| (option.code.as_str(), i))
            .collect()
    }

    /// The options that are chosen, in the order of the model.
    pub fn chosen<'a>(&'a self, choice: &'a [bool]) -> impl Iterator<Item = &'a ModelOption> {
        self.options()
            .zip(choice)
            .filter(|(_, chosen)| **chosen)
            .map(|((_, _, option), _)| option)
    }

    /// The codes that are chosen, in the order of the model.
    pub fn codes(&self, choice: &[bool]) -> Vec<String> {
        self.chosen(choice).map(|option| option.code.clone()).collect()
    }

    /// What is chosen where nobody has said what is.
    pub fn defaults(&self) -> Vec<bool> {
        self.options().map(|(_, _, option)| option.default).collect()
    }

    /// Every component, whatever is chosen, with its pointer.
    pub fn all_components(&self) -> impl Iterator<Item = (String, &Component)> {
        let own = self
            .components
            .iter()
            .enumerate()
            .map(|(i, component)| (format!("/components/{i}"), component));
        let of_options = self.options().flat_map(|(g, o, option)| {
            let parts = option.components.iter().enumerate();
            parts.map(move |(i, component)| (format!("/groups/{g}/options/{o}/components/{i}"), component))
        });
        own.chain(of_options)
    }

    /// Every operation, whatever is chosen, with its pointer.
    pub fn all_work(&self) -> impl Iterator<Item = (String, &WorkStep)> {
        let own = self
            .operations
            .iter()
            .enumerate()
            .map(|(i, step)| (format!("/operations/{i}"), step));
        let of_options = self.options().flat_map(|(g, o, option)| {
            let steps = option.operations.iter().enumerate();
            steps.map(move |(i, step)| (format!("/groups/{g}/options/{o}/operations/{i}"), step))
        });
        own.chain(of_options)
    }
}

//! What we sell: goods, services and bundles of them.
use super::category::{ProductCategory, named};
use super::gtin;
use super::tax::TaxCategory;
use super::unit::UnitOfMeasure;
use crate::access::user::Locale;
use crate::core::base::Base;
use crate::core::exact::Exact;
use crate::core::field::Choice;
use crate::core::id::Id;
use crate::core::money::UnitPrice;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use crate::core::text;
use derive::Record;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

crate::choice! {
    /// What kind of thing it is: one that is delivered, one that is done, or several sold as one.
    pub enum ProductKind { Good = "good", Service = "service", Bundle = "bundle" }
}
crate::choice! {
    /// Where a product is in its life: being prepared, sold, or no longer sold.
    #[derive(Default)]
    pub enum ProductStatus { #[default] Draft = "draft", Active = "active", Retired = "retired" }
}

/// A property of a product, such as its colour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductAttribute {
    /// What the property is called.
    #[schema(min_length = 1, max_length = 100, example = "رنگ")]
    pub name: String,
    /// What it is.
    #[schema(min_length = 1, max_length = 500, example = "گردویی")]
    pub value: String,
}

/// A part of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BundlePart {
    /// The good or service; never another bundle.
    /// The good or service; never another bundle.
    #[schema(value_type = Id)]
    pub product_id: Id<Product>,
    /// How much of it one bundle has.
    pub quantity: Exact,
}

/// Something we sell: a good, a service, or a bundle of them.
#[derive(Debug, Clone, Record)]
#[record(path = "/products", one = "product", many = "products", tag = "Catalogue", fa = "کالاها و خدمات")]
pub struct Product {
    #[record(base)]
    pub base: Base,
    /// The stock-keeping unit: our own number of it. No two products have the same.
    #[record(min = 1, max = 60, sort, search, example = r#""DESK-160-W""#, fa = "شناسهٔ کالا")]
    pub sku: String,
    /// What it is called among us.
    #[record(min = 1, max = 200, sort, search, example = r#""میز کار ۱۶۰""#, fa = "نام")]
    pub name: String,
    /// What English documents call it; null for the same.
    #[record(max = 200, search, example = r#""Desk 160""#, fa = "نام انگلیسی")]
    pub name_en: Option<String>,
    /// What Persian documents call it; null for the same.
    #[record(max = 200, search, fa = "نام فارسی")]
    pub name_fa: Option<String>,
    /// What it is, for whoever buys it.
    #[record(max = 5000, fa = "توضیح")]
    pub description: Option<String>,
    /// What kind of thing it is.
    #[record(fixed, example = r#""good""#, fa = "گونه")]
    pub kind: ProductKind,
    /// Where it is in its life. What was once sold is retired, never a draft again; what is retired can be sold again.
    #[record(default, example = r#""draft""#, fa = "وضعیت")]
    pub status: ProductStatus,
    /// The category it is sorted into.
    #[record(fa = "دسته")]
    pub category_id: Option<Id<ProductCategory>>,
    /// What a quantity of it counts; pieces unless given.
    #[record(default, example = r#""piece""#, fa = "واحد")]
    pub unit: UnitOfMeasure,
    /// Whether it is sold in whole units only.
    #[record(default, example = "true", fa = "فقط واحد کامل")]
    pub whole_units: bool,
    /// Whether its stock is kept; only a good has stock.
    #[record(default, example = "true", fa = "موجودی‌دار")]
    pub stocked: bool,
    /// What so many units of `price_quantity` cost us. Null without `products.cost:read`.
    #[record(like = UnitPrice, mask = hidden, example = r#"{"amount": "31000000.00", "currency": "IRR"}"#, fa = "بهای تمام‌شده")]
    pub cost: Option<UnitPrice>,
    /// What so many units of `price_quantity` cost whoever has no better price.
    #[record(like = UnitPrice, example = r#"{"amount": "48500000.00", "currency": "IRR"}"#, fa = "قیمت پایه")]
    pub list_price: Option<UnitPrice>,
    /// How many units `cost` and `list_price` are for; one unless given.
    #[record(default = Exact::ONE, example = r#""1""#, fa = "مقدار پایهٔ قیمت")]
    pub price_quantity: Exact,
    /// How it is taxed; the rate is found by place and date.
    #[record(default, example = r#""standard""#, fa = "گروه مالیاتی")]
    pub tax_category: TaxCategory,
    /// The number below its barcode (GTIN, 8 to 14 digits), its check digit checked.
    #[record(max = 20, search, example = r#""4006381333931""#, fa = "بارکد")]
    pub gtin: Option<String>,
    /// Its properties.
    #[record(items = ProductAttribute, max = 50, example = r#"[{"name": "رنگ", "value": "گردویی"}]"#, fa = "ویژگی‌ها")]
    pub attributes: Vec<ProductAttribute>,
    /// The properties in which its variants differ, such as colour and size. A product that has them is sold by its variants alone.
    #[record(max = 5, fa = "محورهای تنوع")]
    pub variant_by: Vec<String>,
    /// The product that this is a variant of; it has a value of each property that its variants differ in.
    #[record(fixed, fa = "کالای مادر")]
    pub parent_id: Option<Id<Product>>,
    /// What a bundle is made of.
    #[record(items = BundlePart, max = 50, fa = "اجزای بسته")]
    pub parts: Vec<BundlePart>,
}

impl Rules for Product {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        named(&mut problems, &mut self.name, &mut self.name_en, &mut self.name_fa);
        self.number(&mut problems);
        for (at, price) in [("/cost", self.cost), ("/list_price", self.list_price)] {
            problems.at_least(format!("{at}/amount"), price.map(UnitPrice::amount), Decimal::ZERO);
        }
        problems.at_least("/price_quantity", self.price_quantity, Exact::LEAST);
        if self.stocked && self.kind != ProductKind::Good {
            problems.with("/stocked", Code::Conflict, vec![("with", "/kind".to_owned())]);
        }
        self.describe(&mut problems);
        self.bundle(&mut problems);
        problems
    }
}

impl Product {
    fn number(&mut self, problems: &mut Problems) {
        self.sku = self.sku.trim().to_owned();
        if text::has_bidi_control(&self.sku) || self.sku.contains(['\n', '\t']) {
            problems.add("/sku", Code::Character);
        }
        match self.gtin.as_deref().map(gtin::parse) {
            Some(Ok(digits)) => self.gtin = Some(digits),
            Some(Err(Code::Format)) => problems.with("/gtin", Code::Format, vec![("format", "GTIN".to_owned())]),
            Some(Err(code)) => problems.add("/gtin", code),
            None => {}
        }
    }

    /// Properties have a name and a value, and each name stands once.
    fn describe(&mut self, problems: &mut Problems) {
        for (i, attribute) in self.attributes.iter_mut().enumerate() {
            let at = format!("/attributes/{i}");
            crate::core::input::length(&format!("{at}/name"), &attribute.name, 1, 100, problems);
            crate::core::input::length(&format!("{at}/value"), &attribute.value, 1, 500, problems);
            attribute.name = attribute.name.trim().to_owned();
            attribute.value = attribute.value.trim().to_owned();
        }
        for (i, attribute) in self.attributes.iter().enumerate() {
            if self.attributes[..i].iter().any(|a| a.name == attribute.name) {
                problems.add(format!("/attributes/{i}/name"), Code::Duplicate);
            }
        }
        for (i, name) in self.variant_by.iter().enumerate() {
            if self.variant_by[..i].contains(name) {
                problems.add(format!("/variant_by/{i}"), Code::Duplicate);
            }
        }
        if !self.variant_by.is_empty() {
            let with = |other: &str| vec![("with", other.to_owned())];
            if self.parent_id.is_some() {
                problems.with("/variant_by", Code::Conflict, with("/parent_id"));
            }
            if self.kind == ProductKind::Bundle {
                problems.with("/variant_by", Code::Conflict, with("/kind"));
            }
        }
    }

    /// A bundle has parts, each once; nothing else has.
    fn bundle(&self, problems: &mut Problems) {
        let bundle = self.kind == ProductKind::Bundle;
        if !bundle && !self.parts.is_empty() {
            problems.with("/parts", Code::Conflict, vec![("with", "/kind".to_owned())]);
        }
        if bundle && self.parts.is_empty() && self.status != ProductStatus::Draft {
            problems.add("/parts", Code::Required);
        }
        for (i, part) in self.parts.iter().enumerate() {
            problems.at_least(format!("/parts/{i}/quantity"), part.quantity, Exact::LEAST);
            if part.product_id.uuid() == self.base.id.uuid() {
                problems.with(format!("/parts/{i}/product_id"), Code::Conflict, vec![("with", "/id".to_owned())]);
            }
            if self.parts[..i].iter().any(|p| p.product_id == part.product_id) {
                problems.add(format!("/parts/{i}/product_id"), Code::Duplicate);
            }
        }
    }

    /// What is wrong with a change of its life: what was sold is never a draft again.
    pub fn moved(&self, before: ProductStatus) -> Problems {
        let mut problems = Problems::default();
        if self.status == ProductStatus::Draft && before != ProductStatus::Draft {
            let allowed = [ProductStatus::Active.word(), ProductStatus::Retired.word()].join(", ");
            problems.with("/status", Code::NotAllowed, vec![("allowed", allowed)]);
        }
        problems
    }

    /// Whether it can be put on a quote or an order: it is active, and not only the family of its variants.
    pub fn sellable(&self) -> bool {
        self.status == ProductStatus::Active && self.variant_by.is_empty()
    }

    /// What documents in a language call it.
    pub fn called(&self, language: Locale) -> &str {
        let own = match language {
            Locale::English => &self.name_en,
            Locale::Persian => &self.name_fa,
        };
        own.as_deref().unwrap_or(&self.name)
    }

    /// What is wrong with it as a variant of a product that has these other variants.
    pub fn varies(&self, parent: &Product, siblings: &[Product]) -> Problems {
        let mut problems = Problems::default();
        if parent.variant_by.is_empty() || parent.kind != self.kind {
            let with = if parent.kind != self.kind { "/kind" } else { "/variant_by" };
            problems.with("/parent_id", Code::Conflict, vec![("with", with.to_owned())]);
            return problems;
        }
        let value = |of: &Product, name: &str| of.attributes.iter().find(|a| a.name == name).map(|a| a.value.clone());
        for name in &parent.variant_by {
            if value(self, name).is_none() {
                problems.with("/attributes", Code::Required, vec![("name", name.clone())]);
            }
        }
        let same = |other: &Product| parent.variant_by.iter().all(|name| value(self, name) == value(other, name));
        if problems.0.is_empty() && siblings.iter().any(|s| s.base.id != self.base.id && same(s)) {
            problems.add("/attributes", Code::Duplicate);
        }
        problems
    }

    /// All that a search by text looks into.
    pub fn search_text(&self) -> String {
        let names = [
            Some(&self.name),
            Some(&self.sku),
            self.name_en.as_ref(),
            self.name_fa.as_ref(),
            self.gtin.as_ref(),
        ];
        let values = self.attributes.iter().map(|a| a.value.as_str());
        let all: Vec<&str> = names.into_iter().flatten().map(String::as_str).chain(values).collect();
        text::search_key(&all.join(" "))
    }
}

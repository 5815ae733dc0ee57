//! Categories of products, a tree.
use crate::core::base::Base;
use crate::core::id::Id;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use crate::core::text;
use derive::Record;

/// A category that products are sorted into. Categories form a tree.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/product-categories",
    one = "product_category",
    many = "product_categories",
    tag = "Catalogue",
    fa = "دسته‌های کالا"
)]
pub struct ProductCategory {
    #[record(base)]
    pub base: Base,
    /// What it is called among us.
    #[record(min = 1, max = 200, sort, search, example = r#""مبلمان اداری""#, fa = "نام")]
    pub name: String,
    /// What English documents call it; null for the same.
    #[record(max = 200, search, example = r#""Office furniture""#, fa = "نام انگلیسی")]
    pub name_en: Option<String>,
    /// What Persian documents call it; null for the same.
    #[record(max = 200, search, fa = "نام فارسی")]
    pub name_fa: Option<String>,
    /// The category that it is part of; null at the top.
    #[record(fa = "دستهٔ بالاتر")]
    pub parent_id: Option<Id<ProductCategory>>,
    /// What belongs in it.
    #[record(max = 2000, fa = "توضیح")]
    pub description: Option<String>,
}

impl Rules for ProductCategory {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        named(&mut problems, &mut self.name, &mut self.name_en, &mut self.name_fa);
        problems
    }
}

/// Brings the names of something into their form: no spaces around them, no controls of direction inside, and nothing rather than nothing
/// to read.
pub(super) fn named(problems: &mut Problems, name: &mut String, en: &mut Option<String>, fa: &mut Option<String>) {
    for (at, own) in [("/name_en", en), ("/name_fa", fa)] {
        *own = own.take().map(|n| n.trim().to_owned()).filter(|n| !n.is_empty());
        if own.as_deref().is_some_and(text::has_bidi_control) {
            problems.add(at, Code::Character);
        }
    }
    *name = name.trim().to_owned();
    if text::has_bidi_control(name) {
        problems.add("/name", Code::Character);
    }
}

impl ProductCategory {
    /// What a search by text looks into.
    pub fn search_text(&self) -> String {
        let names = [Some(&self.name), self.name_en.as_ref(), self.name_fa.as_ref()];
        text::search_key(&names.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" "))
    }
}

//! Warehouses: where goods lie.
use crate::core::base::Base;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use crate::core::text;
use derive::Record;

/// The highest priority number.
const LAST: i64 = 1000;

/// A place where goods lie.
#[derive(Debug, Clone, Record)]
#[record(path = "/warehouses", one = "warehouse", many = "warehouses", tag = "Stock", fa = "انبارها")]
pub struct Warehouse {
    #[record(base)]
    pub base: Base,
    /// What it is called in short. No two warehouses have the same.
    #[record(min = 1, max = 30, sort, search, example = r#""YZD-1""#, fa = "کد")]
    pub code: String,
    /// What it is called.
    #[record(min = 1, max = 200, sort, search, example = r#""انبار مرکزی یزد""#, fa = "نام")]
    pub name: String,
    /// Where it is.
    #[record(max = 100, example = r#""یزد""#, fa = "شهر")]
    pub city: Option<String>,
    /// Its address.
    #[record(max = 500, fa = "نشانی")]
    pub address: Option<String>,
    /// Which one orders are served from where they do not say: the lowest first, from 1 to 1000.
    #[record(default = 100, sort, range = 1..=LAST, example = "10", fa = "اولویت")]
    pub priority: i64,
    /// Whether goods can come in and be reserved.
    #[record(default = true, fa = "فعال")]
    pub active: bool,
}

impl Rules for Warehouse {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        self.code = self.code.trim().to_owned();
        if text::has_bidi_control(&self.code) || self.code.contains(['\n', '\t']) {
            problems.add("/code", Code::Character);
        }
        problems
    }
}

impl Warehouse {
    /// What a search by text looks into.
    pub fn search_text(&self) -> String {
        text::search_key(&format!("{} {}", self.code, self.name))
    }
}

//! What the condition of a promotion may ask: what is bought, by whom, where and when.
use crate::core::field::{Kind, Lookup};
use crate::core::resource::Resource;
use crate::customers::customer::Customer;

/// What there is to ask of an occasion on which something is bought.
#[derive(Debug, Clone, Copy)]
pub struct Occasions;

impl Lookup for Occasions {
    fn kind(&self, path: &str) -> Option<Kind> {
        if let Some(field) = path.strip_prefix("customer.") {
            // What is hidden from some can't be found out by prices either.
            Customer::SPEC.field(field).filter(|f| f.mask.is_none())?;
            return Customer::SPEC.kind(field);
        }
        Some(match path {
            "net" | "quantity" => Kind::Decimal,
            "lines" => Kind::Integer,
            "currency" => Kind::Text(3),
            "country" => Kind::Text(2),
            "province" => Kind::Text(100),
            "on" => Kind::Date,
            "product_ids" => Kind::References("products"),
            _ => return None,
        })
    }
}

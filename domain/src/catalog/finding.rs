//! Which price a product has for somebody: that of the price book that fits best, else its list price, else of a bundle the prices of its
//! parts.
use super::book::{PriceBook, PriceBookEntry};
use super::product::Product;
use super::quotation::{Buyer, Known};
use super::waterfall::{StepKind, Waterfall};
use super::{ratio, tier, valid};
use crate::core::exact::Exact;
use crate::core::money::{Money, MoneyError, UnitPrice};

/// A price, with how it came about.
#[derive(Debug, Clone)]
pub struct Priced {
    pub unit_price: UnitPrice,
    /// How many units it is for.
    pub price_quantity: Exact,
    /// From nothing to what the quantity costs.
    pub waterfall: Waterfall,
}

impl PriceBook {
    /// Whether it holds for somebody.
    pub fn holds(&self, buyer: &Buyer) -> bool {
        let fits = |own: &Option<String>, theirs: Option<&str>| own.is_none() || own.as_deref() == theirs;
        self.active
            && self.currency == buyer.currency.code()
            && valid::on(buyer.on, self.from_date, self.to_date)
            && fits(&self.country, Some(&buyer.country))
            && fits(&self.province, buyer.province.as_deref())
            && fits(&self.customer_group, buyer.customer_group.as_deref())
            && self.group_id.is_none_or(|group| buyer.groups.contains(&group.uuid()))
    }
}

/// The entry that a product's price is taken from, with its book.
fn entry<'a>(product: &Product, known: &'a Known, buyer: &Buyer) -> Option<(&'a PriceBook, &'a PriceBookEntry)> {
    let mut books: Vec<&PriceBook> = known.books.iter().filter(|book| book.holds(buyer)).collect();
    books.sort_by_key(|book| (std::cmp::Reverse((book.priority, book.narrowness())), book.base.id));
    books.into_iter().find_map(|book| {
        let of = |e: &&PriceBookEntry| {
            e.price_book_id.uuid() == book.base.id.uuid()
                && e.product_id.uuid() == product.base.id.uuid()
                && valid::on(buyer.on, e.from_date, e.to_date)
        };
        let last = known.entries.iter().filter(of).max_by_key(|e| e.from_date);
        last.filter(|e| e.price.is_some() || !e.tiers.is_empty()).map(|entry| (book, entry))
    })
}

/// What a quantity of a product costs somebody; none where it has no price in their currency.
///
/// # Errors
/// `OutOfRange` of a sum that is beyond what an amount can be.
pub fn price(product: &Product, quantity: Exact, known: &Known, buyer: &Buyer) -> Result<Option<Priced>, MoneyError> {
    let currency = buyer.currency;
    let mut waterfall = Waterfall::from(Money::zero(currency)?);
    let times = |price: UnitPrice, per: Exact| ratio::money(&[quantity.value(), price.amount()], per.value(), currency);
    let list = product.list_price.filter(|price| price.currency() == currency);
    if let Some(list) = list {
        let sum = times(list, product.price_quantity)?;
        waterfall.to(StepKind::ListPrice, None, None, sum);
    }
    if let Some((book, entry)) = entry(product, known, buyer) {
        let (rule, label) = (Some(entry.base.id.uuid()), Some(book.name.clone()));
        if let Some(price) = entry.price {
            let sum = times(price, entry.price_quantity)?;
            waterfall.to(StepKind::PriceBook, rule, label, sum);
            return Ok(Some(priced(price, entry.price_quantity, waterfall)));
        }
        let mode = entry.tier_mode;
        if let Some(sum) = tier::price(mode, &entry.tiers, quantity, entry.price_quantity)? {
            waterfall.to(StepKind::Tier, rule, label, sum);
            let parts = tier::parts(mode, &entry.tiers, quantity);
            return Ok(Some(match &parts[..] {
                [one] => priced(one.price, entry.price_quantity, waterfall),
                // Several prices in one line: the price of the whole quantity stands for them, exactly.
                _ => priced(sum.into(), quantity, waterfall),
            }));
        }
    }
    if let Some(list) = list {
        return Ok(Some(priced(list, product.price_quantity, waterfall)));
    }
    of_parts(product, quantity, known, buyer, waterfall)
}

fn priced(unit_price: UnitPrice, price_quantity: Exact, waterfall: Waterfall) -> Priced {
    Priced {
        unit_price,
        price_quantity,
        waterfall,
    }
}

/// A bundle without a price of its own costs what its parts cost.
fn of_parts(
    product: &Product,
    quantity: Exact,
    known: &Known,
    buyer: &Buyer,
    mut waterfall: Waterfall,
) -> Result<Option<Priced>, MoneyError> {
    if product.parts.is_empty() {
        return Ok(None);
    }
    for part in &product.parts {
        let many = part.quantity.value().checked_mul(quantity.value()).ok_or(MoneyError::OutOfRange)?;
        let many = Exact::new(many)?;
        let Some(own) = known.products.get(&part.product_id.uuid()).filter(|p| p.parts.is_empty()) else {
            return Ok(None);
        };
        let Some(priced) = price(own, many, known, buyer)? else {
            return Ok(None);
        };
        let after = waterfall.now().checked_add(priced.waterfall.now())?;
        waterfall.to(StepKind::Parts, Some(own.base.id.uuid()), Some(own.name.clone()), after);
    }
    let sum = waterfall.now();
    Ok(Some(priced(sum.into(), quantity, waterfall)))
}

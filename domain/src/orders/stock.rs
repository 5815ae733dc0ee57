//! How much of a product lies in a warehouse. Every change is an entry of the ledger of movements; the level is what they come to.
use super::warehouse::Warehouse;
use crate::catalog::product::Product;
use crate::core::base::Base;
use crate::core::error::{Error, Result};
use crate::core::exact::Exact;
use crate::core::id::Id;
use crate::core::resource::Rules;
use derive::Record;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// The most of anything that a warehouse holds: 10^12, so that millionths of it fit a whole number of 64 bits.
pub const MOST: i64 = 1_000_000_000_000;

/// What there is of a product in a warehouse.
#[derive(Debug, Clone, Record)]
#[record(path = "/stock", one = "stock_level", many = "stock", tag = "Stock", fa = "موجودی")]
pub struct StockLevel {
    #[record(base)]
    pub base: Base,
    /// What.
    #[record(fixed, fa = "کالا")]
    pub product_id: Id<Product>,
    /// Where.
    #[record(fixed, fa = "انبار")]
    pub warehouse_id: Id<Warehouse>,
    /// What lies there.
    #[record(server, sort, example = r#""120""#, fa = "موجود")]
    pub on_hand: Exact,
    /// What of it is promised to somebody.
    #[record(server, sort, example = r#""20""#, fa = "رزرو")]
    pub reserved: Exact,
    /// What of it is free: on hand, less what is reserved. Never below nothing.
    #[record(server, sort, example = r#""100""#, fa = "آزاد")]
    pub available: Exact,
    /// What is on its way here.
    #[record(server, sort, example = r#""50""#, fa = "در راه")]
    pub incoming: Exact,
}

impl Rules for StockLevel {}

/// What an entry of the ledger changes; each can be below nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StockChange {
    pub on_hand: Exact,
    pub reserved: Exact,
    pub incoming: Exact,
}

/// A quantity in millionths, as the database counts it; quantities within [`MOST`] are exact.
pub fn millionths(quantity: Exact) -> i64 {
    (quantity.value() * Decimal::from(1_000_000)).to_i64().unwrap_or(i64::MAX)
}

impl StockLevel {
    /// Takes a change over.
    ///
    /// # Errors
    /// `stock_insufficient` where it would take or promise what is not there, `stock_not_expected` where less is on its way than comes,
    /// `stock_out_of_range` above [`MOST`].
    pub fn change(&mut self, by: &StockChange) -> Result<()> {
        let most = Decimal::from(MOST);
        let sum = |now: Exact, by: Exact, below: &'static str| {
            let sum = now.value() + by.value();
            if sum < Decimal::ZERO {
                return Err(Error::Conflict(below));
            }
            match Exact::new(sum) {
                Ok(sum) if sum.value() <= most => Ok(sum),
                _ => Err(Error::Conflict("stock_out_of_range")),
            }
        };
        let on_hand = sum(self.on_hand, by.on_hand, "stock_insufficient")?;
        let reserved = sum(self.reserved, by.reserved, "stock_insufficient")?;
        let incoming = sum(self.incoming, by.incoming, "stock_not_expected")?;
        let minus = Exact::new(-reserved.value()).map_err(|e| Error::Internal(e.to_string()))?;
        self.available = sum(on_hand, minus, "stock_insufficient")?;
        (self.on_hand, self.reserved, self.incoming) = (on_hand, reserved, incoming);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
    use super::*;
    use crate::core::instant::Instant;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn level() -> StockLevel {
        StockLevel {
            base: Base::new(Uuid::nil(), Instant::UNSET),
            product_id: Id::from_uuid(Uuid::nil()),
            warehouse_id: Id::from_uuid(Uuid::nil()),
            on_hand: Exact::ZERO,
            reserved: Exact::ZERO,
            available: Exact::ZERO,
            incoming: Exact::ZERO,
        }
    }

    fn exact(text: &str) -> Exact {
        Exact::parse(text).unwrap()
    }

    fn by(on_hand: &str, reserved: &str, incoming: &str) -> StockChange {
        StockChange {
            on_hand: exact(on_hand),
            reserved: exact(reserved),
            incoming: exact(incoming),
        }
    }

    #[test]
    fn what_is_not_there_is_neither_taken_nor_promised() {
        let mut stock = level();
        stock.change(&by("100", "0", "0")).unwrap();
        stock.change(&by("0", "70.5", "20")).unwrap();
        assert_eq!(stock.available, exact("29.5"));
        for (change, code) in [
            (by("0", "29.500001", "0"), "stock_insufficient"),
            (by("-30", "0", "0"), "stock_insufficient"),
            (by("0", "-71", "0"), "stock_insufficient"),
            (by("1", "0", "-21"), "stock_not_expected"),
            (by("1000000000000", "0", "0"), "stock_out_of_range"),
        ] {
            let before = stock.clone();
            let refused = stock.change(&change);
            assert!(matches!(refused, Err(Error::Conflict(c)) if c == code), "{change:?}: {refused:?}");
            assert_eq!(
                (stock.on_hand, stock.reserved, stock.incoming),
                (before.on_hand, before.reserved, before.incoming)
            );
        }
        // What is reserved goes out with its reservation.
        stock.change(&by("-70.5", "-70.5", "0")).unwrap();
        assert_eq!(
            (stock.on_hand, stock.reserved, stock.available),
            (exact("29.5"), Exact::ZERO, exact("29.5"))
        );
        assert_eq!(millionths(exact("29.5")), 29_500_000);
        assert_eq!(millionths(Exact::new(Decimal::from(MOST)).unwrap()), 1_000_000_000_000_000_000);
    }

    proptest! {
        #[test]
        fn the_level_is_what_the_kept_changes_come_to(changes in prop::collection::vec((-50_i64..60, -30_i64..30, -20_i64..25), 1..60)) {
            let mut stock = level();
            let mut sums = [Decimal::ZERO; 3];
            for (on_hand, reserved, incoming) in changes {
                let of = |n: i64| Exact::new(Decimal::new(n, 1)).unwrap();
                let change = StockChange { on_hand: of(on_hand), reserved: of(reserved), incoming: of(incoming) };
                if stock.change(&change).is_ok() {
                    sums[0] += change.on_hand.value();
                    sums[1] += change.reserved.value();
                    sums[2] += change.incoming.value();
                }
                prop_assert_eq!([stock.on_hand.value(), stock.reserved.value(), stock.incoming.value()], sums);
                prop_assert_eq!(stock.available.value(), sums[0] - sums[1]);
                prop_assert!(stock.available >= Exact::ZERO && stock.reserved >= Exact::ZERO && stock.incoming >= Exact::ZERO);
            }
        }
    }
}

//! Reservations: stock that is promised, until it goes out, is released, or the promise runs out.
use super::movement;
use super::order::Order;
use super::warehouse::Warehouse;
use crate::catalog::product::Product;
use crate::core::base::Base;
use crate::core::error::{Error, Result};
use crate::core::exact::Exact;
use crate::core::id::Id;
use crate::core::instant::Instant;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use derive::Record;

crate::choice! {
    /// Where a reservation stands. From `active` it goes to one of the others, and stays there.
    #[derive(Default)]
    pub enum ReservationStatus {
        /// The goods are promised.
        #[default]
        Active = "active",
        /// The promise was taken back.
        Released = "released",
        /// The goods went out.
        Fulfilled = "fulfilled",
        /// The promise ran out.
        Expired = "expired",
    }
}

/// Stock that is promised. What is reserved can't be promised or taken by anybody else.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/stock-reservations",
    one = "stock_reservation",
    many = "stock_reservations",
    tag = "Stock",
    fa = "رزروهای موجودی"
)]
pub struct StockReservation {
    #[record(base)]
    pub base: Base,
    /// Of what.
    #[record(fixed, fa = "کالا")]
    pub product_id: Id<Product>,
    /// Where; the first active warehouse that has so much, by its priority, unless given.
    #[record(fixed, fa = "انبار")]
    pub warehouse_id: Option<Id<Warehouse>>,
    /// How much: above nothing, at most 10^12.
    #[record(fixed, example = r#""1""#, fa = "مقدار")]
    pub quantity: Exact,
    /// When the promise runs out; never where it is null.
    #[record(fixed, sort, fa = "پایان اعتبار")]
    pub expires_at: Option<Instant>,
    /// What for.
    #[record(fixed, max = 500, fa = "شرح")]
    pub note: Option<String>,
    /// How much of it is still promised.
    #[record(server, example = r#""1""#, fa = "مانده")]
    pub open_quantity: Exact,
    /// The order that it is for; none for one made by hand.
    #[record(server, fa = "سفارش")]
    pub order_id: Option<Id<Order>>,
    /// The number of the order's line.
    #[record(server, fa = "سطر سفارش")]
    pub order_line: Option<i64>,
    /// Where it stands.
    #[record(server, example = r#""active""#, fa = "وضعیت")]
    pub status: ReservationStatus,
}

impl Rules for StockReservation {
    fn check(&mut self, setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        movement::quantity(&mut problems, self.quantity, false);
        let made = self.base.version == 1 && self.status == ReservationStatus::Active;
        if made && self.expires_at.is_some_and(|at| at <= setting.now) {
            problems.with("/expires_at", Code::OutOfRange, vec![("min", setting.now.to_string())]);
        }
        problems
    }
}

impl StockReservation {
    /// Takes back what is still promised.
    ///
    /// # Errors
    /// `reservation_over` where it has ended already.
    pub fn end(&mut self, how: ReservationStatus) -> Result<()> {
        self.active()?;
        (self.status, self.open_quantity) = (how, Exact::ZERO);
        Ok(())
    }

    /// Hands out some of what is promised, or all of it.
    ///
    /// # Errors
    /// `reservation_over` where it has ended already; 422 at `/quantity` for more than is promised.
    pub fn fulfil(&mut self, quantity: Option<Exact>) -> Result<()> {
        self.active()?;
        let quantity = quantity.unwrap_or(self.open_quantity);
        let mut problems = Problems::default();
        if quantity <= Exact::ZERO || quantity > self.open_quantity {
            let bounds = vec![("min", "0.000001".to_owned()), ("max", self.open_quantity.to_string())];
            problems.with("/quantity", Code::OutOfRange, bounds);
        }
        problems.or(())?;
        self.open_quantity = Exact::new(self.open_quantity.value() - quantity.value()).map_err(|e| Error::Internal(e.to_string()))?;
        if self.open_quantity == Exact::ZERO {
            self.status = ReservationStatus::Fulfilled;
        }
        Ok(())
    }

    fn active(&self) -> Result<()> {
        match self.status {
            ReservationStatus::Active => Ok(()),
            _ => Err(Error::Conflict("reservation_over")),
        }
    }
}

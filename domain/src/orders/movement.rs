//! The ledger of stock: what came, went, was counted and was promised. Entries are never changed; what was wrong is put right by another.
use super::reservation::StockReservation;
use super::stock::{MOST, StockChange};
use super::warehouse::Warehouse;
use crate::catalog::product::Product;
use crate::core::base::Base;
use crate::core::exact::Exact;
use crate::core::id::Id;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use derive::Record;
use rust_decimal::Decimal;

crate::choice! {
    /// What moved. The last four come with transfers and reservations and can't be entered by themselves.
    pub enum MovementKind {
        /// Goods came in.
        Receipt = "receipt",
        /// Goods went out, not by a reservation: used up, broken, given away.
        Issue = "issue",
        /// Goods went to another warehouse; an entry `transfer_in` there belongs to it.
        Transfer = "transfer",
        /// They were counted: `quantity` is what there is.
        Count = "count",
        /// Goods are on their way here.
        Expect = "expect",
        /// They will not come after all.
        Unexpect = "unexpect",
        /// Goods came from another warehouse.
        TransferIn = "transfer_in",
        /// Goods were promised.
        Reserve = "reserve",
        /// The promise was taken back, or ran out.
        Release = "release",
        /// What was promised went out.
        Fulfil = "fulfil",
    }
}

impl MovementKind {
    /// Whether it can be entered by itself.
    pub const fn by_hand(self) -> bool {
        matches!(
            self,
            MovementKind::Receipt
                | MovementKind::Issue
                | MovementKind::Transfer
                | MovementKind::Count
                | MovementKind::Expect
                | MovementKind::Unexpect
        )
    }
}

/// An entry of the ledger of stock. It stays as it was entered; a mistake is put right by another entry, such as a count.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/stock-movements",
    one = "stock_movement",
    many = "stock_movements",
    tag = "Stock",
    fa = "گردش انبار"
)]
pub struct StockMovement {
    #[record(base)]
    pub base: Base,
    /// What moved.
    #[record(fixed, example = r#""receipt""#, fa = "نوع")]
    pub kind: MovementKind,
    /// Of what.
    #[record(fixed, fa = "کالا")]
    pub product_id: Id<Product>,
    /// Where.
    #[record(fixed, fa = "انبار")]
    pub warehouse_id: Id<Warehouse>,
    /// How much: above nothing, at most 10^12; of a count what there is, which may be nothing.
    #[record(fixed, example = r#""120""#, fa = "مقدار")]
    pub quantity: Exact,
    /// Where a transfer goes.
    #[record(fixed, fa = "انبار مقصد")]
    pub to_warehouse_id: Option<Id<Warehouse>>,
    /// Whether a receipt is of what was on its way: then less is.
    #[record(fixed, default, fa = "از محموله‌های در راه")]
    pub expected: bool,
    /// Why, or by which paper.
    #[record(fixed, max = 500, example = r#""حوالهٔ ۱۴۰۵/۲۳""#, fa = "شرح")]
    pub note: Option<String>,
    /// How it changed what is on hand.
    #[record(server, example = r#""120""#, fa = "تغییر موجود")]
    pub on_hand_change: Exact,
    /// How it changed what is reserved.
    #[record(server, example = r#""0""#, fa = "تغییر رزرو")]
    pub reserved_change: Exact,
    /// How it changed what is on its way.
    #[record(server, example = r#""0""#, fa = "تغییر در راه")]
    pub incoming_change: Exact,
    /// What was on hand after it.
    #[record(server, example = r#""120""#, fa = "موجود پس از آن")]
    pub on_hand_after: Exact,
    /// The entry in the other warehouse, of a transfer.
    #[record(server, fa = "سوی دیگر")]
    pub pair_id: Option<Id<StockMovement>>,
    /// The reservation that it belongs to.
    #[record(server, fa = "رزرو مربوط")]
    pub reservation_id: Option<Id<StockReservation>>,
}

impl Rules for StockMovement {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        quantity(&mut problems, self.quantity, self.kind == MovementKind::Count);
        match (self.kind, self.to_warehouse_id) {
            (MovementKind::Transfer, None) => problems.add("/to_warehouse_id", Code::Required),
            (MovementKind::Transfer, Some(to)) if to == self.warehouse_id => {
                problems.with("/to_warehouse_id", Code::Conflict, vec![("with", "/warehouse_id".to_owned())]);
            }
            (MovementKind::Transfer, _) | (_, None) => {}
            (_, Some(_)) => problems.with("/to_warehouse_id", Code::Conflict, vec![("with", "/kind".to_owned())]),
        }
        if self.expected && self.kind != MovementKind::Receipt {
            problems.with("/expected", Code::Conflict, vec![("with", "/kind".to_owned())]);
        }
        problems
    }
}

/// Holds a quantity to its bounds.
pub(super) fn quantity(problems: &mut Problems, quantity: Exact, zero: bool) {
    let fits = if zero { quantity >= Exact::ZERO } else { quantity > Exact::ZERO };
    if !fits || quantity.value() > Decimal::from(MOST) {
        let min = if zero { "0" } else { "0.000001" };
        problems.with(
            "/quantity",
            Code::OutOfRange,
            vec![("min", min.to_owned()), ("max", MOST.to_string())],
        );
    }
}

impl StockMovement {
    /// What it changes, where so much is on hand.
    pub fn change(&self, on_hand: Exact) -> StockChange {
        let (more, none) = (self.quantity, StockChange::default());
        let less = minus(more);
        match self.kind {
            MovementKind::Receipt if self.expected => StockChange {
                on_hand: more,
                incoming: less,
                ..none
            },
            MovementKind::Receipt | MovementKind::TransferIn => StockChange { on_hand: more, ..none },
            MovementKind::Issue | MovementKind::Transfer => StockChange { on_hand: less, ..none },
            MovementKind::Count => {
                let differs = Exact::new(more.value() - on_hand.value()).unwrap_or_default();
                StockChange { on_hand: differs, ..none }
            }
            MovementKind::Expect => StockChange { incoming: more, ..none },
            MovementKind::Unexpect => StockChange { incoming: less, ..none },
            MovementKind::Reserve => StockChange { reserved: more, ..none },
            MovementKind::Release => StockChange { reserved: less, ..none },
            MovementKind::Fulfil => StockChange {
                on_hand: less,
                reserved: less,
                ..none
            },
        }
    }

    /// Notes what it changed, and what was on hand then.
    pub fn note(&mut self, change: StockChange, on_hand_after: Exact) {
        self.on_hand_change = change.on_hand;
        self.reserved_change = change.reserved;
        self.incoming_change = change.incoming;
        self.on_hand_after = on_hand_after;
    }
}

/// The same quantity the other way.
fn minus(quantity: Exact) -> Exact {
    // What is within bounds is so with the other sign.
    Exact::new(-quantity.value()).unwrap_or_default()
}

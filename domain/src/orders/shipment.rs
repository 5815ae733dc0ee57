//! Shipments: what of an order is on its way, and that it arrived.
use super::order::Order;
use crate::core::base::Base;
use crate::core::error::{Error, Result};
use crate::core::exact::Exact;
use crate::core::id::Id;
use crate::core::instant::Instant;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use crate::core::text;
use crate::customers::customer::Customer;
use derive::Record;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

crate::choice! {
    /// Where a shipment stands.
    #[derive(Default)]
    pub enum ShipmentStatus { #[default] Shipped = "shipped", Delivered = "delivered" }
}

/// How much of a line of the order is on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShipmentLine {
    /// The number of the order's line.
    #[schema(minimum = 1, maximum = 10000, example = 1)]
    pub line: i64,
    /// Above nothing.
    #[schema(value_type = Exact)]
    pub quantity: Exact,
}

/// What of an order is on its way. What was reserved for it goes out of stock.
#[derive(Debug, Clone, Record)]
#[record(path = "/shipments", one = "shipment", many = "shipments", tag = "Orders", fa = "محموله‌ها")]
pub struct Shipment {
    #[record(base)]
    pub base: Base,
    /// Its number, from the series of shipments.
    #[record(server, max = 60, sort, search, example = r#""S-000017""#, fa = "شماره")]
    pub number: Option<String>,
    /// Of which order.
    #[record(fixed, fa = "سفارش")]
    pub order_id: Id<Order>,
    /// Whose order.
    #[record(server, fa = "مشتری")]
    pub customer_id: Option<Id<Customer>>,
    /// What; all that is left of the order unless given.
    #[record(fixed, items = ShipmentLine, max = 500, example = r#"[{"line": 1, "quantity": "2"}]"#, fa = "سطرها")]
    pub lines: Vec<ShipmentLine>,
    /// Who carries it.
    #[record(fixed, max = 100, example = r#""تیپاکس""#, fa = "حمل‌کننده")]
    pub carrier: Option<String>,
    /// What the carrier calls it.
    #[record(fixed, max = 100, search, example = r#""TPX-20931""#, fa = "کد رهگیری")]
    pub tracking_number: Option<String>,
    /// Anything else worth knowing.
    #[record(fixed, max = 1000, fa = "یادداشت")]
    pub notes: Option<String>,
    /// Where it stands.
    #[record(server, example = r#""shipped""#, fa = "وضعیت")]
    pub status: ShipmentStatus,
    /// When it arrived.
    #[record(server, sort, fa = "زمان تحویل")]
    pub delivered_at: Option<Instant>,
    /// Who took it.
    #[record(server, max = 200, fa = "تحویل‌گیرنده")]
    pub received_by: Option<String>,
}

impl Rules for Shipment {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        for (i, part) in self.lines.iter().enumerate() {
            if self.lines[..i].iter().any(|other| other.line == part.line) {
                problems.add(format!("/lines/{i}/line"), Code::Duplicate);
            }
        }
        problems
    }
}

impl Shipment {
    /// Notes that it arrived.
    ///
    /// # Errors
    /// `shipment_delivered` where it has already; 422 for a time before it was sent or yet to come.
    pub fn deliver(&mut self, at: Option<Instant>, by: Option<String>, now: Instant) -> Result<()> {
        if self.status == ShipmentStatus::Delivered {
            return Err(Error::Conflict("shipment_delivered"));
        }
        let at = at.unwrap_or(now);
        if at > now || at < self.base.created_at {
            let mut problems = Problems::default();
            let bounds = vec![("min", self.base.created_at.to_string()), ("max", now.to_string())];
            problems.with("/delivered_at", Code::OutOfRange, bounds);
            return Err(problems.into());
        }
        (self.status, self.delivered_at, self.received_by) = (ShipmentStatus::Delivered, Some(at), by);
        Ok(())
    }

    /// Its lines, as the order counts them.
    pub fn parts(&self) -> Vec<(i64, Exact)> {
        self.lines.iter().map(|part| (part.line, part.quantity)).collect()
    }

    /// Forgets what is personal in it.
    pub fn erase(&mut self) {
        (self.received_by, self.notes) = (None, None);
        (self.base.external_ids, self.base.custom) = Default::default();
    }

    /// What a search by text looks into.
    pub fn search_text(&self) -> String {
        let parts = [self.number.as_deref(), self.tracking_number.as_deref()];
        text::search_key(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }
}

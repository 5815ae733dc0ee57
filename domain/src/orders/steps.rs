//! What can be done to an order, and where it stands then: the states and the ways between them.
use super::line::{SalesAdjustment, SalesLine};
use super::order::{HoldReason, LineProgress, Order, OrderStatus};
use crate::access::user::User;
use crate::core::error::{Error, Result};
use crate::core::exact::Exact;
use crate::core::id::Id;
use crate::core::instant::Instant;
use crate::core::money::Money;
use crate::core::problem::{Code, Problems};

impl Order {
    /// Confirms a draft: it holds, or it waits for the reason given.
    ///
    /// # Errors
    /// `order_not_draft`; 422 for an order without lines.
    pub fn confirm(&mut self, hold: Option<HoldReason>, by: Option<Id<User>>, now: Instant) -> Result<()> {
        if self.status != OrderStatus::Draft {
            return Err(Error::Conflict("order_not_draft"));
        }
        if self.lines.is_empty() {
            return Err(Error::invalid("/lines", Code::Required));
        }
        (self.confirmed_at, self.confirmed_by) = (Some(now), by);
        self.wait(hold);
        Ok(())
    }

    /// Waits for a reason, or goes on from where it stopped.
    fn wait(&mut self, hold: Option<HoldReason>) {
        self.hold_reason = hold;
        self.status = match hold {
            Some(_) => OrderStatus::OnHold,
            None => self.stands(),
        };
    }

    /// Where it stands by what went out and arrived.
    fn stands(&self) -> OrderStatus {
        let all = |of: fn(&LineProgress) -> Exact| self.lines.iter().all(|line| self.of(line.line, of) >= line.quantity);
        let shipped = self.progress.iter().any(|p| p.shipped > Exact::ZERO);
        match () {
            () if shipped && all(|p| p.delivered) => OrderStatus::Delivered,
            () if shipped && all(|p| p.shipped) => OrderStatus::Shipped,
            () if shipped => OrderStatus::PartlyShipped,
            () => OrderStatus::Confirmed,
        }
    }

    fn of(&self, line: Option<i64>, of: fn(&LineProgress) -> Exact) -> Exact {
        self.progress.iter().find(|p| Some(p.line) == line).map_or(Exact::ZERO, of)
    }

    /// How much of a line went out.
    pub fn shipped(&self, line: i64) -> Exact {
        self.of(Some(line), |p| p.shipped)
    }

    /// Stops it by hand.
    ///
    /// # Errors
    /// `order_not_open` where there is nothing to stop.
    pub fn hold(&mut self, reason: String) -> Result<()> {
        match self.status {
            OrderStatus::Confirmed | OrderStatus::PartlyShipped => {
                self.reason = Some(reason);
                self.wait(Some(HoldReason::Manual));
                Ok(())
            }
            _ => Err(Error::Conflict("order_not_open")),
        }
    }

    /// Lets it go on. What waits for credit somebody else lets go on than who confirmed it or whose it is.
    ///
    /// # Errors
    /// `order_not_held`, `self_approval`.
    pub fn release(&mut self, by: Option<Id<User>>) -> Result<()> {
        if self.status != OrderStatus::OnHold {
            return Err(Error::Conflict("order_not_held"));
        }
        if self.hold_reason != Some(HoldReason::Manual) {
            if by.is_some() && (by == self.confirmed_by || by == self.base.owner_id || by == self.base.created_by) {
                return Err(Error::Conflict("self_approval"));
            }
            self.released_by = by;
        }
        self.wait(None);
        Ok(())
    }

    /// Cancels it, as long as nothing of it went out or was invoiced.
    ///
    /// # Errors
    /// `order_not_open`, `order_shipped`, `order_invoiced`.
    pub fn cancel(&mut self, reason: Option<String>) -> Result<()> {
        use OrderStatus::{Confirmed, Draft, OnHold};
        if self.progress.iter().any(|p| p.shipped > Exact::ZERO) {
            return Err(Error::Conflict("order_shipped"));
        }
        if self.invoiced.is_some_and(|m| !m.is_zero()) {
            return Err(Error::Conflict("order_invoiced"));
        }
        if !matches!(self.status, Draft | OnHold | Confirmed) {
            return Err(Error::Conflict("order_not_open"));
        }
        (self.status, self.hold_reason, self.reason) = (OrderStatus::Cancelled, None, reason);
        Ok(())
    }

    /// Ends it: after the delivery, or before, short of what did not go out.
    ///
    /// # Errors
    /// `order_not_open` for a draft and for what has ended; `order_not_shipped` where nothing went out: cancel that.
    pub fn close(&mut self, reason: Option<String>) -> Result<()> {
        use OrderStatus::{Delivered, OnHold, PartlyShipped, Shipped};
        if self.status == OrderStatus::Confirmed || self.status == OnHold && !self.progress.iter().any(|p| p.shipped > Exact::ZERO) {
            return Err(Error::Conflict("order_not_shipped"));
        }
        if !matches!(self.status, OnHold | PartlyShipped | Shipped | Delivered) {
            return Err(Error::Conflict("order_not_open"));
        }
        (self.status, self.hold_reason, self.reason) = (OrderStatus::Closed, None, reason.or(self.reason.take()));
        Ok(())
    }

    /// Changes what was agreed after it was confirmed: nothing that went out is taken back.
    ///
    /// # Errors
    /// `order_not_open`; 422 for less of a line than went out.
    pub fn amend(
        &mut self,
        lines: Option<Vec<SalesLine>>,
        adjustments: Option<Vec<SalesAdjustment>>,
        hold: Option<HoldReason>,
    ) -> Result<()> {
        use OrderStatus::{Confirmed, OnHold, PartlyShipped};
        if !matches!(self.status, Confirmed | OnHold | PartlyShipped) {
            return Err(Error::Conflict("order_not_open"));
        }
        let mut problems = Problems::default();
        if let Some(lines) = lines {
            for progress in self.progress.iter().filter(|p| p.shipped > Exact::ZERO) {
                let found = lines.iter().position(|line| line.line == Some(progress.line));
                let at = found.map_or("/lines".to_owned(), |i| format!("/lines/{i}/quantity"));
                let kept = found.and_then(|i| lines.get(i)).map_or(Exact::ZERO, |line| line.quantity);
                let product = |lines: &[SalesLine]| lines.iter().find(|l| l.line == Some(progress.line)).and_then(|l| l.product_id);
                if kept < progress.shipped {
                    problems.with(at, Code::OutOfRange, vec![("min", progress.shipped.to_string())]);
                } else if product(&lines) != product(&self.lines) {
                    problems.with(at.replace("quantity", "product_id"), Code::Fixed, Vec::new());
                }
            }
            self.lines = lines;
        }
        if let Some(adjustments) = adjustments {
            self.adjustments = adjustments;
        }
        if self.lines.is_empty() {
            problems.add("/lines", Code::Required);
        }
        problems.or(())?;
        self.revision += 1;
        if self.hold_reason != Some(HoldReason::Manual) {
            self.wait(hold);
        }
        Ok(())
    }

    /// Notes that so much more of it was invoiced; below nothing, that so much was credited.
    ///
    /// # Errors
    /// `order_invoiced` for more than it comes to.
    pub fn bill(&mut self, amount: Money) -> Result<()> {
        let (Some(total), before) = (self.total(), self.invoiced) else {
            return Err(Error::Conflict("order_not_open"));
        };
        if !amount.is_negative() && !self.is_open() && self.status != OrderStatus::Closed {
            return Err(Error::Conflict("order_not_open"));
        }
        let sum = match before {
            Some(before) => before.checked_add(amount),
            None => Ok(amount),
        };
        let sum = sum.map_err(|e| Error::invalid("/currency", e.code()))?;
        match total.checked_sub(sum) {
            Ok(left) if left.is_negative() => Err(Error::Conflict("order_invoiced")),
            Ok(_) => {
                self.invoiced = Some(sum);
                Ok(())
            }
            Err(e) => Err(Error::invalid("/currency", e.code())),
        }
    }

    /// Notes that so much of some lines went out.
    ///
    /// # Errors
    /// `order_not_open`; 422 at the line for more than is left of it, or one that is not there.
    pub fn ship(&mut self, parts: &[(i64, Exact)]) -> Result<()> {
        if !matches!(self.status, OrderStatus::Confirmed | OrderStatus::PartlyShipped) {
            return Err(Error::Conflict(match self.status {
                OrderStatus::OnHold => "order_held",
                _ => "order_not_open",
            }));
        }
        let mut problems = Problems::default();
        for (i, (line, quantity)) in parts.iter().enumerate() {
            let Some(ordered) = self.lines.iter().find(|l| l.line == Some(*line)) else {
                problems.add(format!("/lines/{i}/line"), Code::NotFound);
                continue;
            };
            let left = Exact::new(ordered.quantity.value() - self.shipped(*line).value()).unwrap_or_default();
            if *quantity <= Exact::ZERO || *quantity > left {
                let bounds = vec![("min", "0.000001".to_owned()), ("max", left.to_string())];
                problems.with(format!("/lines/{i}/quantity"), Code::OutOfRange, bounds);
                continue;
            }
            self.add(*line, *quantity, |p| &mut p.shipped);
        }
        problems.or(())?;
        self.status = self.stands();
        Ok(())
    }

    /// Notes that so much of some lines arrived.
    pub fn deliver(&mut self, parts: &[(i64, Exact)]) {
        for (line, quantity) in parts {
            self.add(*line, *quantity, |p| &mut p.delivered);
        }
        if matches!(self.status, OrderStatus::PartlyShipped | OrderStatus::Shipped) {
            self.status = self.stands();
        }
    }

    fn add(&mut self, line: i64, quantity: Exact, of: fn(&mut LineProgress) -> &mut Exact) {
        if !self.progress.iter().any(|p| p.line == line) {
            let none = LineProgress {
                line,
                shipped: Exact::ZERO,
                delivered: Exact::ZERO,
            };
            self.progress.push(none);
        }
        if let Some(progress) = self.progress.iter_mut().find(|p| p.line == line) {
            let part = of(progress);
            *part = Exact::new(part.value() + quantity.value()).unwrap_or(*part);
        }
    }
}

#[cfg(test)]
#[path = "steps_tests.rs"]
mod tests;

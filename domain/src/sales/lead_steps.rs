//! What becomes of leads: the steps from one state to the next, the customers they speak of, and how they are forgotten.
use super::lead::{DisqualifyReason, Lead, LeadStatus};
use super::opportunity::Opportunity;
use crate::core::error::{Error, Result};
use crate::core::id::Id;
use crate::core::instant::Instant;
use crate::core::problem::{Code, Problems};
use crate::customers::customer::Customer;
use crate::privacy::erasure::Treatment;
use chrono::NaiveDate;
use serde_json::{Map, Value, json};

impl Lead {
    fn from(&self, allowed: &[LeadStatus]) -> Result<()> {
        match self.status {
            LeadStatus::Converted => Err(Error::Conflict("lead_converted")),
            status if allowed.contains(&status) => Ok(()),
            LeadStatus::Disqualified => Err(Error::Conflict("lead_disqualified")),
            _ => Err(Error::Conflict("lead_open")),
        }
    }

    fn stand(&mut self, status: LeadStatus, note: Option<String>) {
        self.status = status;
        self.status_note = note;
        (self.nurture_until, self.disqualify_reason) = (None, None);
    }

    /// Takes it up.
    ///
    /// # Errors
    /// Where it was converted or turned down.
    pub fn work(&mut self, note: Option<String>) -> Result<()> {
        self.from(&[LeadStatus::New, LeadStatus::Working, LeadStatus::Nurturing])?;
        self.stand(LeadStatus::Working, note);
        Ok(())
    }

    /// Leaves it to ripen until a day.
    ///
    /// # Errors
    /// As [`work`](Self::work); `OutOfRange` for a day that has passed.
    pub fn nurture(&mut self, until: NaiveDate, today: NaiveDate, note: Option<String>) -> Result<()> {
        self.from(&[LeadStatus::New, LeadStatus::Working, LeadStatus::Nurturing])?;
        if until <= today {
            let mut problems = Problems::default();
            problems.with(
                "/until",
                Code::OutOfRange,
                vec![("min", today.succ_opt().unwrap_or(today).to_string())],
            );
            return Err(problems.into());
        }
        self.stand(LeadStatus::Nurturing, note);
        self.nurture_until = Some(until);
        Ok(())
    }

    /// Comes back from ripening.
    pub fn ripen(&mut self) {
        if self.status == LeadStatus::Nurturing {
            self.stand(LeadStatus::New, self.status_note.clone());
        }
    }

    /// Turns it down.
    ///
    /// # Errors
    /// As [`work`](Self::work).
    pub fn disqualify(&mut self, reason: DisqualifyReason, note: Option<String>) -> Result<()> {
        self.from(&[LeadStatus::New, LeadStatus::Working, LeadStatus::Nurturing])?;
        self.stand(LeadStatus::Disqualified, note);
        self.disqualify_reason = Some(reason);
        Ok(())
    }

    /// Takes up again what was turned down.
    ///
    /// # Errors
    /// Where it was not turned down.
    pub fn recycle(&mut self, note: Option<String>) -> Result<()> {
        self.from(&[LeadStatus::Disqualified])?;
        self.stand(LeadStatus::New, note);
        self.recycled += 1;
        Ok(())
    }

    /// Whether it may become a customer.
    ///
    /// # Errors
    /// As [`work`](Self::work).
    pub fn may_convert(&self) -> Result<()> {
        self.from(&[LeadStatus::New, LeadStatus::Working, LeadStatus::Nurturing])
    }

    /// Notes what it became.
    ///
    /// # Errors
    /// As [`work`](Self::work).
    pub fn convert(
        &mut self,
        now: Instant,
        customer: Id<Customer>,
        contact: Option<Id<Customer>>,
        deal: Option<Id<Opportunity>>,
    ) -> Result<()> {
        self.may_convert()?;
        self.stand(LeadStatus::Converted, None);
        self.converted_at = Some(now);
        (self.customer_id, self.contact_id, self.opportunity_id) = (Some(customer), contact, deal);
        Ok(())
    }

    /// Whether it names a person.
    pub fn is_person(&self) -> bool {
        self.given_name.is_some() || self.family_name.is_some()
    }

    /// The body of the organization it speaks of; none where it speaks of none.
    pub fn organization(&self) -> Option<Map<String, Value>> {
        let name = self.organization_name.as_deref().map(str::trim).filter(|name| !name.is_empty())?;
        let mut body = json!({"kind": "organization", "organization_name": name, "lifecycle_stage": "lead"});
        self.place(&mut body);
        if !self.is_person() {
            body["contact_points"] = self.points();
            body["interests"] = json!(self.interests);
        }
        body.as_object().cloned()
    }

    /// The body of the person it speaks of; none where it names an organization alone.
    pub fn person(&self) -> Option<Map<String, Value>> {
        if !self.is_person() && self.organization_name.is_some() {
            return None;
        }
        let mut body = json!({
            "kind": "person", "given_name": self.given_name, "family_name": self.family_name, "job_title": self.job_title,
            "organization_name": self.organization_name, "lifecycle_stage": "lead", "contact_points": self.points(), "interests": self.interests,
        });
        if !self.is_person() {
            body["display_name"] = json!(self.display_name);
        }
        self.place(&mut body);
        body.as_object().cloned()
    }

    fn points(&self) -> Value {
        let mut points = json!(self.contact_points);
        // What the server wrote beside them can't be given.
        for point in points.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
            point.remove("written");
        }
        points
    }

    fn place(&self, body: &mut Value) {
        for (name, value) in [("province", &self.province), ("city", &self.city), ("country", &self.country)] {
            body[name] = json!(value);
        }
        if let Some(owner) = self.base.owner_id {
            body["owner_id"] = json!(owner);
        }
    }

    /// What an erasure of somebody does with it: where customers come from is counted on, and a partner is only named.
    pub fn treatment(&self, whom: Id<Customer>) -> Treatment {
        match self.partner_id == Some(whom) && self.customer_id != Some(whom) && self.contact_id != Some(whom) {
            true => Treatment::Detach,
            false => Treatment::Anonymize,
        }
    }

    /// Forgets somebody: who it was, where it is of them, and else that they brought it.
    pub fn forget(&mut self, whom: Id<Customer>) {
        if self.treatment(whom) == Treatment::Anonymize {
            self.erase();
        }
        self.partner_id = self.partner_id.filter(|partner| *partner != whom);
    }

    /// Forgets who it was.
    fn erase(&mut self) {
        "—".clone_into(&mut self.display_name);
        (self.given_name, self.family_name, self.organization_name, self.job_title) = (None, None, None, None);
        (self.message, self.status_note) = (None, None);
        self.contact_points.clear();
        self.base.custom.clear();
        self.base.external_ids.clear();
    }
}

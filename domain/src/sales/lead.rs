//! Leads: interest from anywhere, of somebody who is no customer yet, until it is converted or turned down.
use super::assignment::AssignmentRule;
use super::opportunity::Opportunity;
use super::scoring::ScorePart;
use crate::access::user::User;
use crate::core::base::Base;
use crate::core::id::Id;
use crate::core::instant::Instant;
use crate::core::money::Money;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use crate::core::text::search_key;
use crate::customers::contact_point::{self, ContactPoint};
use crate::customers::customer::Customer;
use chrono::NaiveDate;
use derive::Record;
use rust_decimal::Decimal;

crate::choice! {
    /// How it reached us.
    #[derive(Default)]
    pub enum LeadChannel {
        Form = "form", Call = "call", Email = "email", Message = "message", Event = "event", Partner = "partner", Referral = "referral",
        Import = "import", #[default] Other = "other",
    }
}
crate::choice! {
    /// Where a lead stands: nobody has taken it up, somebody works on it, it is left to ripen, it was turned down, or it became a customer.
    #[derive(Default)]
    pub enum LeadStatus {
        #[default] New = "new", Working = "working", Nurturing = "nurturing", Disqualified = "disqualified", Converted = "converted",
    }
}
crate::choice! {
    /// Why a lead was turned down.
    pub enum DisqualifyReason {
        NotInterested = "not_interested", NoBudget = "no_budget", NoNeed = "no_need", Unreachable = "unreachable", Duplicate = "duplicate",
        Spam = "spam", Competitor = "competitor", OutOfArea = "out_of_area", Other = "other",
    }
}

/// Interest of somebody who is no customer yet: from a form, a call, a fair, a partner.
#[derive(Debug, Clone, Record)]
#[record(path = "/leads", one = "lead", many = "leads", tag = "Sales", fa = "سرنخ‌ها")]
pub struct Lead {
    #[record(base)]
    pub base: Base,
    /// What it is called in lists; made of the names unless given.
    #[record(max = 300, sort, search, default, example = r#""مریم اصفهانی""#, fa = "نام نمایشی")]
    pub display_name: String,
    /// The person's given name.
    #[record(max = 100, search, example = r#""مریم""#, fa = "نام")]
    pub given_name: Option<String>,
    /// The person's family name.
    #[record(max = 100, search, example = r#""اصفهانی""#, fa = "نام خانوادگی")]
    pub family_name: Option<String>,
    /// Where the person works, or who is interested.
    #[record(max = 200, search, example = r#""کاشی نقش جهان""#, fa = "نام سازمان")]
    pub organization_name: Option<String>,
    /// The person's position.
    #[record(max = 200, example = r#""مدیر خرید""#, fa = "سمت")]
    pub job_title: Option<String>,
    /// Ways to reach them.
    #[record(items = ContactPoint, max = 20, example = r#"[{"kind": "mobile", "value": "+989131234567", "label": "work", "primary": true, "verified": false, "valid_until": null, "do_not_use": false}]"#, fa = "راه‌های تماس")]
    pub contact_points: Vec<ContactPoint>,
    /// Where they are.
    #[record(max = 100, example = r#""اصفهان""#, fa = "استان")]
    pub province: Option<String>,
    /// Where they are.
    #[record(max = 100, example = r#""اصفهان""#, fa = "شهر")]
    pub city: Option<String>,
    /// Where they are, ISO 3166-1 alpha-2; telephones without country code are read in it.
    #[record(max = 2, example = r#""IR""#, fa = "کشور")]
    pub country: Option<String>,
    /// How it reached us.
    #[record(default, example = r#""form""#, fa = "راه ورود")]
    pub channel: LeadChannel,
    /// Where exactly it came from, such as the page of the form.
    #[record(max = 200, example = r#""صفحهٔ کاشی""#, fa = "منبع")]
    pub source: Option<String>,
    /// The campaign that it came of.
    #[record(max = 200, fa = "کارزار")]
    pub campaign: Option<String>,
    /// The partner who brought it.
    #[record(fa = "شریک")]
    pub partner_id: Option<Id<Customer>>,
    /// What they are interested in.
    #[record(max = 50, example = r#"["کاشی"]"#, fa = "علاقه‌مندی‌ها")]
    pub interests: Vec<String>,
    /// What they wrote or said.
    #[record(max = 10000, search, fa = "پیام")]
    pub message: Option<String>,
    /// What it may be worth.
    #[record(money, example = r#"{"amount": "400000000.00", "currency": "IRR"}"#, fa = "مبلغ")]
    pub amount: Option<Money>,
    /// What whoever takes it must know: languages, products. See the assignment rules.
    #[record(max = 20, example = r#"["انگلیسی"]"#, fa = "مهارت لازم")]
    pub needs_skills: Vec<String>,
    /// Whether the assignment rules give it to somebody when it is made.
    #[record(fixed, default, fa = "واگذاری خودکار")]
    pub auto_assign: bool,
    /// The assignment rule that gave it to its owner; null where somebody did.
    #[record(server, fa = "قاعدهٔ واگذاری")]
    pub assigned_by_id: Option<Id<AssignmentRule>>,
    /// When that was.
    #[record(server, fa = "زمان واگذاری")]
    pub assigned_at: Option<Instant>,
    /// Where it stands; actions change it.
    #[record(server, example = r#""new""#, fa = "وضعیت")]
    pub status: LeadStatus,
    /// The sum of the points of all scoring rules that it fits.
    #[record(server, sort, example = "35", fa = "امتیاز")]
    pub score: i64,
    /// What the score is made of.
    #[record(server, items = ScorePart, max = 200, fa = "اجزای امتیاز")]
    pub score_parts: Vec<ScorePart>,
    /// Until when it is left to ripen.
    #[record(server, fa = "پرورش تا")]
    pub nurture_until: Option<NaiveDate>,
    /// Why it was turned down.
    #[record(server, fa = "علت رد")]
    pub disqualify_reason: Option<DisqualifyReason>,
    /// What was said when it last changed where it stands.
    #[record(server, max = 2000, fa = "یادداشت وضعیت")]
    pub status_note: Option<String>,
    /// How often it was taken up again after it was turned down.
    #[record(server, example = "0", fa = "بازیافت")]
    pub recycled: i64,
    /// When it became a customer.
    #[record(server, fa = "زمان تبدیل")]
    pub converted_at: Option<Instant>,
    /// The customer it became.
    #[record(server, fa = "مشتری")]
    pub customer_id: Option<Id<Customer>>,
    /// The person at that customer, where the customer is an organization.
    #[record(server, fa = "طرف تماس")]
    pub contact_id: Option<Id<Customer>>,
    /// The deal it became.
    #[record(server, fa = "معامله")]
    pub opportunity_id: Option<Id<Opportunity>>,
}

impl Lead {
    /// What it is called unless somebody said otherwise.
    fn called(&self) -> String {
        let person = [self.given_name.as_deref(), self.family_name.as_deref()];
        let names: Vec<&str> = person.into_iter().flatten().map(str::trim).filter(|n| !n.is_empty()).collect();
        let organization = self.organization_name.as_deref().unwrap_or_default().trim();
        match self.contact_points.first() {
            _ if !names.is_empty() => names.join(" "),
            Some(first) if organization.is_empty() => first.value.clone(),
            _ => organization.to_owned(),
        }
    }

    /// All that a search by text looks into.
    pub fn search_text(&self) -> String {
        let organization = self.organization_name.as_deref().unwrap_or_default();
        let points = self.contact_points.iter().map(|p| p.value.as_str()).collect::<Vec<_>>().join(" ");
        let message = self.message.as_deref().unwrap_or_default();
        search_key(&format!("{} {organization} {points} {message}", self.display_name))
    }

    /// Gives it to whom an assignment rule says.
    pub fn give(&mut self, rule: Id<AssignmentRule>, to: Id<User>, now: Instant) {
        self.base.owner_id = Some(to);
        (self.assigned_by_id, self.assigned_at) = (Some(rule), Some(now));
    }

    /// Whether there is still something to be done with it.
    pub fn is_open(&self) -> bool {
        !matches!(self.status, LeadStatus::Converted | LeadStatus::Disqualified)
    }

    /// Whether it says something else than before of who it is about and what they want, which stays as it was once it became a customer.
    pub fn differs(&self, before: &Lead) -> bool {
        let names = |l: &Lead| {
            let all = [
                &l.given_name,
                &l.family_name,
                &l.organization_name,
                &l.job_title,
                &l.message,
                &l.source,
                &l.campaign,
            ];
            all.map(Clone::clone)
        };
        let places = |l: &Lead| [&l.province, &l.city, &l.country].map(Clone::clone);
        let words = |l: &Lead| (l.display_name.clone(), l.interests.clone(), l.needs_skills.clone());
        names(self) != names(before)
            || places(self) != places(before)
            || words(self) != words(before)
            || (self.channel, self.amount) != (before.channel, before.amount)
            || self.contact_points != before.contact_points
    }
}

impl Rules for Lead {
    fn given_by_rule(&self, before: Option<&Self>) -> bool {
        self.assigned_at.is_some() && self.assigned_at != before.and_then(|b| b.assigned_at)
    }
    fn check(&mut self, setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        if let Some(country) = &mut self.country {
            country.make_ascii_uppercase();
            if country.len() != 2 || !country.bytes().all(|b| b.is_ascii_uppercase()) {
                problems.with("/country", Code::Format, vec![("format", "ISO 3166-1 alpha-2".to_owned())]);
            }
        }
        let region = self.country.clone().unwrap_or_else(|| setting.default_region.clone());
        problems.extend(contact_point::settle(&mut self.contact_points, &region));
        problems.at_least("/amount/amount", self.amount.map(Money::amount), Decimal::ZERO);
        for (member, words) in [("interests", &self.interests), ("needs_skills", &self.needs_skills)] {
            for (i, word) in words.iter().enumerate().filter(|(i, word)| words[..*i].contains(word)) {
                problems.with(format!("/{member}/{i}"), Code::Duplicate, vec![("value", word.clone())]);
            }
        }
        if self.display_name.trim().is_empty() {
            self.display_name = self.called();
        }
        if self.display_name.is_empty() {
            problems.add("/family_name", Code::Required);
        }
        problems
    }
}

#[cfg(test)]
#[path = "lead_tests.rs"]
mod tests;

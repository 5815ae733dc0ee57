//! The party: a person or an organization we deal with, from first contact on.
use super::account_team::{self, AccountTeamMember};
use super::address::Address;
use super::bank_account::{self, BankAccount};
use super::contact_point::{self, ContactPoint};
use crate::access::user::User;
use crate::core::base::Base;
use crate::core::id::Id;
use crate::core::identifiers::iran;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use chrono::{Datelike, NaiveDate};
use derive::Record;

crate::choice! {
    /// Whether it is a person or an organization.
    pub enum CustomerKind { Person = "person", Organization = "organization" }
}
crate::choice! {
    /// How far along it is with us.
    #[derive(Default)]
    pub enum LifecycleStage { #[default] Prospect = "prospect", Lead = "lead", Customer = "customer", Former = "former" }
}
crate::choice! {
    /// Gender, where it was told.
    pub enum Gender { Female = "female", Male = "male", Other = "other" }
}
crate::choice! {
    /// How good a payer it is.
    pub enum CreditClass { A = "a", B = "b", C = "c", D = "d" }
}

/// A person or an organization we deal with, from first contact on.
#[derive(Debug, Clone, Record)]
#[record(path = "/customers", one = "customer", many = "customers", tag = "Customers", fa = "مشتریان")]
pub struct Customer {
    #[record(base)]
    pub base: Base,
    /// Whether it is a person or an organization.
    #[record(fixed, example = r#""person""#, fa = "نوع")]
    pub kind: CustomerKind,
    /// A person's given name.
    #[record(max = 100, search, example = r#""علی""#, fa = "نام")]
    pub given_name: Option<String>,
    /// A person's family name.
    #[record(max = 100, search, example = r#""کریمی""#, fa = "نام خانوادگی")]
    pub family_name: Option<String>,
    /// An organization's name; for a person, where they work.
    #[record(max = 200, search, example = r#""فولاد یزد""#, fa = "نام سازمان")]
    pub organization_name: Option<String>,
    /// What it is called in lists; made of the other names unless given.
    #[record(max = 300, sort, search, default, example = r#""علی کریمی""#, fa = "نام نمایشی")]
    pub display_name: String,
    /// A person's Iranian national id: ten digits, its check digit checked. Hidden but for four digits without `customers.national_id:read`.
    #[record(max = 20, mask = last4, fa = "کد ملی")]
    pub national_id: Option<String>,
    /// An organization's Iranian national id (شناسهٔ ملی): eleven digits, its check digit checked.
    #[record(max = 20, fa = "شناسهٔ ملی")]
    pub legal_id: Option<String>,
    #[record(example = r#""1984-05-12""#, fa = "تاریخ تولد")]
    /// When a person was born.
    pub birth_date: Option<NaiveDate>,
    /// A person's gender, where it was told.
    #[record(fa = "جنسیت")]
    pub gender: Option<Gender>,
    /// By what one would know them.
    #[record(max = 500, fa = "ویژگی‌های شناسایی")]
    pub identifying_features: Option<String>,
    /// How far along it is with us.
    #[record(default, example = r#""prospect""#, fa = "مرحلهٔ ارتباط")]
    pub lifecycle_stage: LifecycleStage,
    /// Where it is; taken from the first address unless given.
    #[record(max = 100, example = r#""یزد""#, fa = "استان")]
    pub province: Option<String>,
    /// Where it is; taken from the first address unless given.
    #[record(max = 100, search, example = r#""یزد""#, fa = "شهر")]
    pub city: Option<String>,
    /// Where it is; taken from the first address unless given.
    #[record(max = 100, fa = "منطقه")]
    pub district: Option<String>,
    /// Where it is, ISO 3166-1 alpha-2; telephones without country code are read in it.
    #[record(max = 2, example = r#""IR""#, fa = "کشور")]
    pub country: Option<String>,
    /// What it is interested in.
    #[record(max = 50, example = r#"["فولاد"]"#, fa = "علاقه‌مندی‌ها")]
    pub interests: Vec<String>,
    /// Words to find it by.
    #[record(max = 50, search, example = r#"["نمایشگاه"]"#, fa = "برچسب‌ها")]
    pub tags: Vec<String>,
    /// What it likes.
    #[record(max = 1000, fa = "سلیقه")]
    pub tastes: Option<String>,
    /// What it tends to.
    #[record(max = 1000, fa = "گرایش‌ها")]
    pub tendencies: Option<String>,
    /// How it buys.
    #[record(max = 1000, fa = "عادت‌های خرید")]
    pub buying_habits: Option<String>,
    /// What it does for a living.
    #[record(max = 200, fa = "زمینهٔ کاری")]
    pub field_of_work: Option<String>,
    /// The class of its work.
    #[record(max = 100, fa = "ردهٔ شغلی")]
    pub job_class: Option<String>,
    /// A person's position.
    #[record(max = 200, fa = "سمت")]
    pub job_title: Option<String>,
    /// How good a payer it is.
    #[record(fa = "ردهٔ اعتباری")]
    pub credit_class: Option<CreditClass>,
    /// Which services it has access to.
    #[record(max = 50, fa = "ردهٔ دسترسی")]
    pub access_class: Option<String>,
    /// Which group prices and campaigns count it to.
    #[record(max = 50, fa = "گروه مشتری")]
    pub customer_group: Option<String>,
    /// The language to address it in: `fa` or `en`.
    #[record(max = 10, default, example = r#""fa""#, fa = "زبان")]
    pub language: String,
    /// Anything else worth knowing.
    #[record(max = 10000, fa = "یادداشت")]
    pub notes: Option<String>,
    /// Who brought it to us.
    #[record(fa = "بازاریاب")]
    pub marketer_id: Option<Id<User>>,
    /// Which customer referred it to us.
    #[record(fa = "معرف")]
    pub referrer_id: Option<Id<Customer>>,
    /// Who of us keeps in touch.
    #[record(fa = "رابط")]
    pub liaison_id: Option<Id<User>>,
    /// Who of us works with it beside its owner; each of them sees it and may change it.
    #[record(items = AccountTeamMember, max = 50, fa = "همکاران مشتری")]
    pub account_team: Vec<AccountTeamMember>,
    /// Ways to reach it.
    #[record(items = ContactPoint, max = 50, example = r#"[{"kind": "mobile", "value": "+989121234567", "label": "work", "primary": true, "verified": false, "valid_until": null, "do_not_use": false}]"#, fa = "راه‌های تماس")]
    pub contact_points: Vec<ContactPoint>,
    /// Postal addresses.
    #[record(items = Address, max = 20, example = r#"[{"country": "IR", "province": "یزد", "city": "یزد", "district": null, "street": "خیابان کاشانی", "postal_code": "8916789101", "label": "home", "latitude": null, "longitude": null}]"#, fa = "نشانی‌ها")]
    pub addresses: Vec<Address>,
    /// Bank accounts; masked without `customers.bank_accounts:read`.
    #[record(items = BankAccount, max = 20, mask = "iban", fa = "حساب‌های بانکی")]
    pub bank_accounts: Vec<BankAccount>,
    /// How much of what counts is known, from 0 to 100, by the profile of its kind of customer (`/quality-profiles`).
    #[record(server, sort, example = "65", fa = "کامل بودن")]
    pub completeness: i64,
}

/// Nobody is alive who was born in an earlier year; one of another calendar, such as 1365, is not taken for one of this.
const BORN: i32 = 1850;

impl Rules for Customer {
    fn check(&mut self, setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        self.place(&mut problems);
        let region = self.country.clone().unwrap_or_else(|| setting.default_region.clone());
        problems.extend(contact_point::settle(&mut self.contact_points, &region));
        problems.extend(bank_account::settle(&mut self.bank_accounts));
        problems.extend(account_team::check(&self.account_team));
        self.identify(setting, &mut problems);
        self.name(&mut problems);
        if self.language.is_empty() {
            self.language = "fa".to_owned();
        } else if !matches!(self.language.as_str(), "fa" | "en") {
            problems.with("/language", Code::NotAllowed, vec![("allowed", "fa, en".to_owned())]);
        }
        for (member, words) in [("interests", &self.interests), ("tags", &self.tags)] {
            for (i, word) in words.iter().enumerate() {
                if words[..i].contains(word) {
                    problems.add(format!("/{member}/{i}"), Code::Duplicate);
                }
            }
        }
        problems
    }
}

impl Customer {
    /// Where it is, from its first address where nothing else was said.
    fn place(&mut self, problems: &mut Problems) {
        for (i, address) in self.addresses.iter_mut().enumerate() {
            problems.extend(address.settle(&format!("/addresses/{i}")));
        }
        if let Some(first) = self.addresses.first() {
            let from = [
                (&mut self.province, &first.province),
                (&mut self.city, &first.city),
                (&mut self.district, &first.district),
                (&mut self.country, &first.country),
            ];
            for (own, theirs) in from {
                if own.is_none() {
                    *own = theirs.clone();
                }
            }
        }
        if let Some(country) = &mut self.country {
            country.make_ascii_uppercase();
            if country.len() != 2 || !country.bytes().all(|b| b.is_ascii_uppercase()) {
                problems.with("/country", Code::Format, vec![("format", "ISO 3166-1 alpha-2".to_owned())]);
            }
        }
    }

    /// Keeps the name in lists and the place in step with the names and the first address that they were made of, where neither somebody
    /// else's word stood there before nor this change says otherwise.
    pub fn follow(&mut self, before: &Customer) {
        let called = self.called();
        if self.display_name == before.display_name && before.display_name == before.called() && !called.is_empty() {
            self.display_name = called;
        }
        let (old, new) = (before.addresses.first(), self.addresses.first().cloned());
        let moved = |own: &mut Option<String>, was: &Option<String>, of: fn(&Address) -> &Option<String>| {
            if own == was && was.is_some() && old.is_some_and(|a| of(a) == was) {
                *own = new.as_ref().and_then(|a| of(a).clone());
            }
        };
        moved(&mut self.province, &before.province, |a| &a.province);
        moved(&mut self.city, &before.city, |a| &a.city);
        moved(&mut self.district, &before.district, |a| &a.district);
        moved(&mut self.country, &before.country, |a| &a.country);
    }

    /// Ids by their published rules, and a birth that has happened.
    fn identify(&mut self, setting: &Setting, problems: &mut Problems) {
        let person = self.kind == CustomerKind::Person;
        let ids = [
            (
                "/national_id",
                &mut self.national_id,
                person,
                iran::national_id as fn(&str) -> Result<String, Code>,
            ),
            ("/legal_id", &mut self.legal_id, !person, iran::legal_id),
        ];
        for (at, id, fits, parse) in ids {
            let Some(text) = id else { continue };
            match parse(text) {
                _ if !fits => problems.with(at, Code::Conflict, vec![("with", "/kind".to_owned())]),
                Ok(normal) => *text = normal,
                Err(code) => problems.add(at, code),
            }
        }
        let today = setting.now.utc().date_naive();
        if self.birth_date.is_some_and(|d| d.year() < BORN || d > today) {
            let params = vec![("min", format!("{BORN}-01-01")), ("max", today.to_string())];
            problems.with("/birth_date", Code::OutOfRange, params);
        }
    }

    /// What a customer is called in lists unless somebody said otherwise: by their names, else by how they are reached.
    fn called(&self) -> String {
        let parts = match self.kind {
            CustomerKind::Person => [self.given_name.as_deref(), self.family_name.as_deref()],
            CustomerKind::Organization => [self.organization_name.as_deref(), None],
        };
        let names: Vec<&str> = parts.iter().flatten().map(|p| p.trim()).filter(|p| !p.is_empty()).collect();
        match self.contact_points.first() {
            Some(first) if names.is_empty() => first.value.clone(),
            _ => names.join(" "),
        }
    }

    /// A party has a name; the one in lists is made of the others unless given.
    fn name(&mut self, problems: &mut Problems) {
        if self.display_name.trim().is_empty() {
            self.display_name = self.called();
        }
        if self.display_name.is_empty() {
            let member = if self.kind == CustomerKind::Person {
                "/family_name"
            } else {
                "/organization_name"
            };
            problems.add(member, Code::Required);
        }
    }

    /// All that a search by text looks into.
    pub fn search_text(&self) -> String {
        let names = [
            &self.given_name,
            &self.family_name,
            &self.organization_name,
            &self.city,
            &self.legal_id,
        ];
        let mut text = self.display_name.clone();
        for part in names.into_iter().flatten().filter(|p| !self.display_name.contains(p.as_str())) {
            text.push(' ');
            text.push_str(part);
        }
        for part in self.tags.iter().chain(self.contact_points.iter().map(|p| &p.value)) {
            text.push(' ');
            text.push_str(part);
        }
        crate::core::text::search_key(&text)
    }
}

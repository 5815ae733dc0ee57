//! Which column of a file goes where: guessed from the header row, corrected by the operator.
use super::headings::{self, key};
use super::target::Target;
use super::value::DateOrder;
use crate::core::problem::{Code, Problems};
use std::collections::{BTreeMap, HashSet};

/// One column of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The heading as the file has it.
    pub header: String,
    /// Where its cells go, in the grammar of [`Target`]; none if they go nowhere, which is reported.
    pub target: Option<String>,
}

/// The columns in the order of the file.
pub type Mapping = Vec<Column>;

/// Whose export a header row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    GoogleContacts,
    Outlook,
    /// Outlook with German or French headings, and with dates that begin with the day.
    OutlookEurope,
    Hubspot,
    SalesforceContacts,
    SalesforceAccounts,
    Thunderbird,
    /// None that is known: headings are taken one by one.
    General,
}

impl Layout {
    /// The layout's name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Layout::GoogleContacts => "google_contacts",
            Layout::Outlook => "outlook",
            Layout::OutlookEurope => "outlook_europe",
            Layout::Hubspot => "hubspot",
            Layout::SalesforceContacts => "salesforce_contacts",
            Layout::SalesforceAccounts => "salesforce_accounts",
            Layout::Thunderbird => "thunderbird",
            Layout::General => "general",
        }
    }

    /// The layout of this name.
    pub fn of_name(name: &str) -> Option<Layout> {
        use Layout::*;
        [
            GoogleContacts,
            Outlook,
            OutlookEurope,
            Hubspot,
            SalesforceContacts,
            SalesforceAccounts,
            Thunderbird,
            General,
        ]
        .into_iter()
        .find(|layout| layout.as_str() == name)
    }

    /// Which number comes first in a date with slashes. Outlook and Salesforce write dates as the account's region does; their
    /// English headings are taken for the United States, and an operator may say otherwise.
    pub fn dates(self) -> DateOrder {
        match self {
            Layout::Outlook | Layout::SalesforceContacts | Layout::SalesforceAccounts => DateOrder::MonthFirst,
            Layout::OutlookEurope => DateOrder::DayFirst,
            _ => DateOrder::Unknown,
        }
    }

    /// What stands between several values in one cell of a contact point or an address.
    pub fn between(self) -> Option<&'static str> {
        match self {
            Layout::GoogleContacts => Some(" ::: "),
            Layout::Hubspot => Some(";"),
            _ => None,
        }
    }

    fn of(headers: &[String]) -> Layout {
        let keys: HashSet<String> = headers.iter().map(|h| key(h)).collect();
        let has = |names: &[&str]| names.iter().all(|name| keys.contains(&key(name)));
        let any = |names: &[&str]| names.iter().any(|name| keys.contains(&key(name)));
        let numbered = headers.iter().any(|h| headings::google(h).is_some());
        if numbered || has(&["Given Name", "Family Name", "Group Membership"]) || has(&["File As", "Labels", "First Name"]) {
            Layout::GoogleContacts
        } else if has(&["Primary Email", "Display Name"]) || has(&["Primary Email", "Secondary Email"]) {
            Layout::Thunderbird
        } else if has(&["Vorname", "Weitere Vornamen"]) || any(&["E-Mail 2: Adresse", "Adresse de messagerie"]) {
            Layout::OutlookEurope
        } else if any(&["Record ID", "Record ID - Contact", "Record ID - Company", "Contact ID"])
            && any(&["Lifecycle Stage", "Contact owner", "Company owner", "Lead Status", "Create Date"])
        {
            Layout::Hubspot
        } else if any(&["MailingStreet", "MailingCity", "Mailing Address Line 1"])
            || (has(&["LastName", "AccountId"]) || has(&["LastName", "AccountName", "Contact ID"]))
        {
            Layout::SalesforceContacts
        } else if any(&["BillingStreet", "BillingCity", "Billing Address Line 1"]) && any(&["Name", "Account Name"]) {
            Layout::SalesforceAccounts
        } else if has(&["E-mail Address", "First Name"])
            && any(&[
                "Business Phone",
                "Business Street",
                "E-mail Display Name",
                "E-mail 2 Address",
                "Home Street",
            ])
        {
            Layout::Outlook
        } else {
            Layout::General
        }
    }

    /// The target of one heading; an empty one for a heading that is known to have none.
    fn target(self, header: &str) -> Option<String> {
        let key = key(header);
        let own = match self {
            Layout::GoogleContacts => match headings::google(header) {
                Some(target) => return Some(target),
                None => headings::GOOGLE.get(&key),
            },
            Layout::Outlook | Layout::OutlookEurope => headings::OUTLOOK.get(&key),
            Layout::Hubspot => headings::HUBSPOT.get(&key),
            Layout::SalesforceAccounts if key == "name" => return Some("organization_name".to_owned()),
            Layout::SalesforceAccounts if key == "accountid" => return Some("external_ids.salesforce".to_owned()),
            Layout::SalesforceContacts | Layout::SalesforceAccounts => headings::SALESFORCE.get(&key),
            Layout::Thunderbird => headings::THUNDERBIRD.get(&key),
            Layout::General => None,
        };
        own.or_else(|| headings::GENERAL.get(&key)).map(|target| (*target).to_owned())
    }
}

/// Recognises whose export a header row is and what each of its columns means.
///
/// A heading that is itself a target with a dot or bracket (`custom.size`, `contact_points[email:work]`), or is exactly `id`,
/// means that target: so a file of our own reads back. Two columns never get one target that takes one value: the first in the
/// file has it, and the second stays without.
pub fn guess(headers: &[String]) -> (Layout, Mapping) {
    let layout = Layout::of(headers);
    let mut taken: Vec<(Target, String)> = Vec::new();
    let column = |header: &String| {
        let name = header.trim().trim_start_matches('\u{FEFF}');
        let ours = name == "id" || name.contains(['.', '[']);
        let parsed = ours.then(|| Target::parse(name).ok()).flatten();
        let target = parsed.or_else(|| layout.target(name).and_then(|t| Target::parse(&t).ok()));
        let key = key(name);
        let free = |target: &Target| {
            let many = target.repeats();
            let points = matches!(target, Target::Point { .. });
            !taken.iter().any(|(t, k)| t == target && (!many || (!points && *k == key)))
        };
        let target = target.filter(free);
        if let Some(target) = &target {
            taken.push((target.clone(), key));
        }
        Column {
            header: header.clone(),
            target: target.map(|t| t.to_string()),
        }
    };
    let mapping = headers.iter().map(column).collect();
    (layout, mapping)
}

/// Puts an operator's own choice over a guess: heading to target, or to none to leave the column out. A heading is looked up as
/// it is written, else without regard to case, accents, spaces and punctuation; every column that has it is meant.
///
/// # Errors
/// `unknown_field` at `/mapping/HEADING` for a heading the file has not; what [`Target::parse`] says of a target.
pub fn merge(mut guessed: Mapping, explicit: &BTreeMap<String, Option<String>>) -> Result<Mapping, Problems> {
    let mut problems = Problems::default();
    for (header, target) in explicit {
        let pointer = || format!("/mapping/{}", header.replace('~', "~0").replace('/', "~1"));
        if let Some(Err((code, params))) = target.as_deref().map(Target::parse) {
            problems.with(pointer(), code, params);
        }
        let folded = key(header);
        let exact = guessed.iter().any(|column| column.header == *header);
        let mut found = false;
        for column in &mut guessed {
            if if exact {
                column.header == *header
            } else {
                !folded.is_empty() && key(&column.header) == folded
            } {
                column.target.clone_from(target);
                found = true;
            }
        }
        if !found {
            problems.add(pointer(), Code::UnknownField);
        }
    }
    problems.or(guessed)
}

/// The columns whose cells go nowhere, by index from 0, for the report of an import.
pub fn unmapped(mapping: &Mapping) -> impl Iterator<Item = (usize, &str)> {
    mapping
        .iter()
        .enumerate()
        .filter(|(_, c)| c.target.is_none())
        .map(|(i, c)| (i, c.header.as_str()))
}

#[cfg(test)]
#[path = "mapping_tests.rs"]
mod tests;

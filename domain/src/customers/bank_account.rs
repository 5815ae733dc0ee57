//! Bank accounts, shown masked unless permitted.
use crate::core::identifiers::iban;
use crate::core::problem::{Code, Problems};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A bank account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BankAccount {
    /// The IBAN (in Iran the Sheba number), without spaces; its check digits are checked. All but the last four characters are
    /// hidden from those who lack `customers.bank_accounts:read`.
    #[schema(min_length = 15, max_length = 42, example = "IR820540102680020817909002")]
    pub iban: String,
    /// Whose account it is, as the bank has it.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub holder: Option<String>,
    #[serde(default)]
    #[schema(max_length = 50)]
    pub label: Option<String>,
}

/// Brings all into normal form.
pub fn settle(accounts: &mut [BankAccount]) -> Problems {
    let mut problems = Problems::default();
    for (i, account) in accounts.iter_mut().enumerate() {
        let at = format!("/bank_accounts/{i}");
        match iban::parse(&account.iban) {
            Ok(normal) => account.iban = normal,
            Err(code) => problems.add(format!("{at}/iban"), code),
        }
        for (name, text, max) in [("holder", &account.holder, 200), ("label", &account.label, 50)] {
            if text.as_ref().is_some_and(|t| t.chars().count() > max) {
                problems.with(format!("{at}/{name}"), Code::TooLong, vec![("max", max.to_string())]);
            }
        }
    }
    problems
}

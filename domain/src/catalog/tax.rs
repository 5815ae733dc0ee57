//! How a thing is taxed, apart from the rate: rates change by place and date, what a thing is does not.
use crate::core::exact::Exact;
use crate::core::problem::{Code, Problems};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

crate::choice! {
    /// How something is taxed. `standard` and `reduced` are taxed at the rates of the place; the others say why nothing is taken.
    #[derive(Default)]
    pub enum TaxCategory {
        /// At the usual rate (EN 16931: S).
        #[default]
        Standard = "standard",
        /// At a lower rate (EN 16931 knows it as S as well, by its percentage).
        Reduced = "reduced",
        /// Taxed, at nothing (Z).
        Zero = "zero",
        /// Exempt from tax (E).
        Exempt = "exempt",
        /// The buyer owes it (AE).
        ReverseCharge = "reverse_charge",
        /// A supply to another country of a common tax area (K).
        IntraCommunity = "intra_community",
        /// A free export (G).
        Export = "export",
        /// Not subject to tax at all (O).
        OutsideScope = "outside_scope",
    }
}

impl TaxCategory {
    /// The code of UNTDID 5305 that electronic invoices (EN 16931) write.
    pub const fn code(self) -> &'static str {
        match self {
            TaxCategory::Standard | TaxCategory::Reduced => "S",
            TaxCategory::Zero => "Z",
            TaxCategory::Exempt => "E",
            TaxCategory::ReverseCharge => "AE",
            TaxCategory::IntraCommunity => "K",
            TaxCategory::Export => "G",
            TaxCategory::OutsideScope => "O",
        }
    }

    /// Whether a rate above nothing can belong to it.
    pub const fn is_taxed(self) -> bool {
        matches!(self, TaxCategory::Standard | TaxCategory::Reduced)
    }
}

/// How something is taxed: the category and the rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaxRate {
    /// Why and how it is taxed.
    pub category: TaxCategory,
    /// The rate in hundredths; 0 of a category that is not taxed.
    pub percent: Exact,
}

impl TaxRate {
    /// Notes a rate that can't be.
    pub fn check(self, at: &str, problems: &mut Problems) {
        let percent = self.percent.value();
        if percent < Decimal::ZERO || percent > Decimal::ONE_HUNDRED {
            let params = vec![("min", "0".to_owned()), ("max", "100".to_owned())];
            problems.with(format!("{at}/percent"), Code::OutOfRange, params);
        } else if !self.category.is_taxed() && !percent.is_zero() {
            problems.with(format!("{at}/percent"), Code::Conflict, vec![("with", format!("{at}/category"))]);
        }
    }
}

//! Exact money: an amount never travels as a floating-point number, never loses its currency, and never gains or loses a cent
//! without a rule that says so.
//!
//! One rounding rule holds everywhere: half away from zero (2.345 becomes 2.35 and −2.345 becomes −2.35). It is the rule of
//! electronic invoices (EN 16931 as profiled by Peppol BIS Billing 3: "round half up") and of a hand calculation, so a total here
//! equals the total on paper, and a credit note cancels its invoice exactly. Half-even would spread the error better over many
//! roundings, and disagree with the invoice.
mod allocate;
mod wire;

pub use iso_currency::Currency;
use rust_decimal::{Decimal, RoundingStrategy};
use std::fmt;

use crate::core::problem::Code;
pub(crate) use wire::number;

/// Most digits before the decimal point. With the six decimals of a price they stay exact in a database column of 21 digits.
pub const MAX_INTEGER_DIGITS: usize = 15;
/// Most decimals of a price and of any other quantity.
pub const MAX_DECIMALS: u32 = 6;
/// The first amount that has too many digits: 10^15.
const LIMIT: Decimal = Decimal::from_parts(2_764_472_320, 232_830, 0, false, 0);

/// What is wrong with an amount or a calculation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyError {
    /// Not a plain decimal number such as `-1234.50`.
    Format,
    /// More decimals than the currency, or a price, has.
    Scale { max: u32 },
    /// More than 15 digits before the decimal point, in an input or a result.
    OutOfRange,
    /// Not a currency of ISO 4217 with a published number of decimals; gold (XAU) and test codes (XTS) have none.
    Currency,
    /// Two currencies in one calculation.
    Mixed { left: Currency, right: Currency },
    /// Nothing to divide by: no ratio, a negative one, or all zero.
    Ratios,
}

impl MoneyError {
    /// The code under which a violation reports it.
    pub const fn code(self) -> Code {
        match self {
            MoneyError::Format | MoneyError::Scale { .. } => Code::Format,
            MoneyError::OutOfRange | MoneyError::Ratios => Code::OutOfRange,
            MoneyError::Currency => Code::NotAllowed,
            MoneyError::Mixed { .. } => Code::Conflict,
        }
    }
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MoneyError::Format => f.write_str("an amount is a plain decimal number such as -1234.50, in a string"),
            MoneyError::Scale { max } => write!(f, "an amount of this kind has at most {max} decimals"),
            MoneyError::OutOfRange => write!(f, "an amount has at most {MAX_INTEGER_DIGITS} digits before the decimal point"),
            MoneyError::Currency => f.write_str("a currency is a code of ISO 4217 with a published number of decimals"),
            MoneyError::Mixed { left, right } => write!(f, "{} and {} cannot be added", left.code(), right.code()),
            MoneyError::Ratios => f.write_str("ratios are not negative, and at least one is above zero"),
        }
    }
}

impl std::error::Error for MoneyError {}

/// An amount of a currency, at exactly the currency's number of decimals (ISO 4217: 2 for IRR and EUR, 0 for JPY, 3 for KWD).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    amount: Decimal,
    currency: Currency,
}

/// The price of one unit: as [`Money`], but with up to six decimals, since a screw or a kilowatt hour costs fractions of a cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UnitPrice {
    amount: Decimal,
    currency: Currency,
}

/// The number of decimals that ISO 4217 publishes for a currency.
///
/// # Errors
/// `Currency` when it publishes none ("N.A.").
pub fn decimals(currency: Currency) -> Result<u32, MoneyError> {
    currency.exponent().map(u32::from).ok_or(MoneyError::Currency)
}

/// The currency of a code in capitals.
///
/// # Errors
/// `Currency` for an unknown code, or one without a published number of decimals.
pub fn currency(code: &str) -> Result<Currency, MoneyError> {
    let currency = Currency::from_code(code).ok_or(MoneyError::Currency)?;
    decimals(currency).map(|_| currency)
}

/// Whether the amount has few enough digits; zero without a sign.
fn bounded(amount: Decimal) -> Result<Decimal, MoneyError> {
    if amount.abs() >= LIMIT {
        Err(MoneyError::OutOfRange)
    } else if amount.is_zero() {
        Ok(amount.abs())
    } else {
        Ok(amount)
    }
}

impl Money {
    /// Exactly this amount.
    ///
    /// # Errors
    /// `Scale` when the amount is written with more decimals than the currency has, `OutOfRange`, `Currency`.
    pub fn new(amount: Decimal, currency: Currency) -> Result<Money, MoneyError> {
        let max = decimals(currency)?;
        if amount.scale() > max {
            Err(MoneyError::Scale { max })
        } else {
            Money::rounded(amount, currency)
        }
    }

    /// The amount at the currency's decimals, halves rounded away from zero.
    ///
    /// # Errors
    /// `OutOfRange`, `Currency`.
    pub fn rounded(amount: Decimal, currency: Currency) -> Result<Money, MoneyError> {
        let scale = decimals(currency)?;
        let mut amount = bounded(amount.round_dp_with_strategy(scale, RoundingStrategy::MidpointAwayFromZero))?;
        amount.rescale(scale);
        Ok(Money { amount, currency })
    }

    /// Reads an amount as the contract writes it (see [`MoneyError`]); exponents, signs other than `-`, grouping and leading zeros
    /// are refused.
    ///
    /// # Errors
    /// `Format`, `Scale`, `OutOfRange`, `Currency`.
    pub fn parse(amount: &str, code: &str) -> Result<Money, MoneyError> {
        Money::new(wire::number(amount)?, currency(code)?)
    }

    /// Nothing, in a currency.
    ///
    /// # Errors
    /// `Currency`.
    pub fn zero(currency: Currency) -> Result<Money, MoneyError> {
        Money::rounded(Decimal::ZERO, currency)
    }

    /// The amount, at the currency's number of decimals.
    pub const fn amount(self) -> Decimal {
        self.amount
    }

    pub const fn currency(self) -> Currency {
        self.currency
    }

    pub fn is_zero(self) -> bool {
        self.amount.is_zero()
    }

    /// Whether it is below zero.
    pub fn is_negative(self) -> bool {
        self.amount < Decimal::ZERO
    }

    /// The same amount owed the other way.
    pub fn negated(self) -> Money {
        let amount = if self.is_zero() { self.amount } else { -self.amount };
        Money { amount, ..self }
    }

    fn same(self, other: Money) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::Mixed {
                left: self.currency,
                right: other.currency,
            })
        }
    }

    /// The sum, exact.
    ///
    /// # Errors
    /// `Mixed`, `OutOfRange`.
    pub fn checked_add(self, other: Money) -> Result<Money, MoneyError> {
        self.same(other)?;
        let amount = bounded(self.amount.checked_add(other.amount).ok_or(MoneyError::OutOfRange)?)?;
        Ok(Money { amount, ..self })
    }

    /// The difference, exact.
    ///
    /// # Errors
    /// `Mixed`, `OutOfRange`.
    pub fn checked_sub(self, other: Money) -> Result<Money, MoneyError> {
        self.checked_add(other.negated())
    }

    /// The amount times a factor, such as a tax rate, at the currency's decimals; halves away from zero.
    ///
    /// # Errors
    /// `OutOfRange`.
    pub fn checked_mul(self, factor: Decimal) -> Result<Money, MoneyError> {
        product(self.amount, factor).and_then(|amount| Money::rounded(amount, self.currency))
    }

    /// The sum of amounts of one currency; zero when there are none.
    ///
    /// # Errors
    /// `Mixed` at the first amount of another currency, `OutOfRange`, `Currency`.
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Money>) -> Result<Money, MoneyError> {
        amounts.into_iter().try_fold(Money::zero(currency)?, Money::checked_add)
    }

    /// Which of two amounts of one currency is larger.
    ///
    /// # Errors
    /// `Mixed`.
    pub fn compare(self, other: Money) -> Result<std::cmp::Ordering, MoneyError> {
        self.same(other).map(|()| self.amount.cmp(&other.amount))
    }
}

impl UnitPrice {
    /// Exactly this price; at most six decimals.
    ///
    /// # Errors
    /// `Scale`, `OutOfRange`, `Currency`.
    pub fn new(amount: Decimal, currency: Currency) -> Result<UnitPrice, MoneyError> {
        let least = decimals(currency)?;
        if amount.scale() > MAX_DECIMALS {
            return Err(MoneyError::Scale { max: MAX_DECIMALS });
        }
        let mut amount = bounded(amount)?.normalize();
        if amount.scale() < least {
            amount.rescale(least);
        }
        Ok(UnitPrice { amount, currency })
    }

    /// Reads a price as the contract writes it.
    ///
    /// # Errors
    /// `Format`, `Scale`, `OutOfRange`, `Currency`.
    pub fn parse(amount: &str, code: &str) -> Result<UnitPrice, MoneyError> {
        UnitPrice::new(wire::number(amount)?, currency(code)?)
    }

    /// The price, without needless zeros beyond the currency's decimals.
    pub const fn amount(self) -> Decimal {
        self.amount
    }

    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// What so many units cost: price times quantity, rounded once.
    ///
    /// # Errors
    /// `OutOfRange`.
    pub fn times(self, quantity: Decimal) -> Result<Money, MoneyError> {
        product(self.amount, quantity).and_then(|amount| Money::rounded(amount, self.currency))
    }
}

impl From<Money> for UnitPrice {
    fn from(Money { amount, currency }: Money) -> Self {
        UnitPrice { amount, currency }
    }
}

/// The exact product. A product of more than 28 digits would be rounded twice, once here and once to the currency, so it is refused.
fn product(a: Decimal, b: Decimal) -> Result<Decimal, MoneyError> {
    let (a, b) = (a.normalize(), b.normalize());
    let mantissa = a.mantissa().checked_mul(b.mantissa()).ok_or(MoneyError::OutOfRange)?;
    Decimal::try_from_i128_with_scale(mantissa, a.scale() + b.scale()).map_err(|_| MoneyError::OutOfRange)
}

#[cfg(test)]
mod tests;

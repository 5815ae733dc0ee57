//! Money in columns: what conditions compare and sums add. The amount itself is kept as JSON, exactly as it was given; a record whose money
//! is asked for keeps three hidden columns beside it: `X_units` and `X_micros`, its whole part and its millionths with the same sign, and
//! `X_currency`. Two whole numbers, because both databases add them exactly, whatever the currency and however many there are.
use super::cell::Cells;
use domain::core::error::{Error, Result};
use domain::core::money::{Currency, Money, currency};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Millionths in one.
const MILLION: i64 = 1_000_000;

/// The whole part of a number and its millionths, both with its sign: compared as a pair they are in the order of the numbers.
pub fn split(number: Decimal) -> (i64, i64) {
    let whole = number.trunc();
    let rest = ((number - whole) * Decimal::from(MILLION)).trunc();
    (whole.to_i64().unwrap_or_default(), rest.to_i64().unwrap_or_default())
}

/// The number of such a pair, or of sums of such pairs.
pub fn join(units: i64, micros: i64) -> Decimal {
    Decimal::from(units) + Decimal::from(micros) / Decimal::from(MILLION)
}

/// The column `X_units`.
pub fn units(money: Option<Money>) -> Option<i64> {
    money.map(|money| split(money.amount()).0)
}

/// The column `X_micros`.
pub fn micros(money: Option<Money>) -> Option<i64> {
    money.map(|money| split(money.amount()).1)
}

/// The column `X_currency`.
pub fn code(money: Option<Money>) -> Option<String> {
    money.map(|money| money.currency().code().to_owned())
}

/// What sums a column of money over `table`, to be selected beside `X_currency` and grouped by it: see [`sum`].
pub fn sums(table: &str, name: &str) -> String {
    format!("CAST(COALESCE(SUM({table}.{name}_units), 0) AS BIGINT), CAST(COALESCE(SUM({table}.{name}_micros), 0) AS BIGINT)")
}

/// The same of a column of `first` and, where that is null, of `table`.
pub fn sums_or(first: &str, table: &str, name: &str) -> String {
    let part = |part: &str| format!("CAST(COALESCE(SUM(COALESCE({first}.{name}_{part}, {table}.{name}_{part})), 0) AS BIGINT)");
    format!("{}, {}", part("units"), part("micros"))
}

/// A sum that [`sums`] selected, from the column it begins at.
///
/// # Errors
/// When the columns hold something else.
pub fn sum(row: &dyn Cells, at: usize) -> Result<Decimal> {
    Ok(join(row.integer(at)?, row.integer(at + 1)?))
}

/// A currency as a column names it.
///
/// # Errors
/// When it names none.
pub fn currency_of(row: &dyn Cells, at: usize) -> Result<Option<Currency>> {
    let code = row.text(at)?;
    code.map(|code| currency(&code).map_err(|e| Error::Internal(e.to_string())))
        .transpose()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
    use super::*;

    #[test]
    fn pairs_are_in_the_order_of_the_numbers_and_add_up_to_their_sum() {
        let texts = ["-1.5", "-1", "-0.000001", "0", "0.5", "1", "999999999999999.999999"];
        let numbers: Vec<Decimal> = texts.iter().map(|t| t.parse().unwrap()).collect();
        let pairs: Vec<(i64, i64)> = numbers.iter().map(|n| split(*n)).collect();
        assert!(pairs.is_sorted());
        let (units, micros) = pairs.iter().fold((0, 0), |sum, pair| (sum.0 + pair.0, sum.1 + pair.1));
        assert_eq!(join(units, micros), numbers.iter().sum::<Decimal>());
        assert!(pairs.iter().zip(&numbers).all(|(pair, number)| join(pair.0, pair.1) == *number));
    }
}

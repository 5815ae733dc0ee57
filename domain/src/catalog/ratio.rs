//! Products and quotients that become money: worked out in whole numbers and rounded once, halves away from zero, so that nothing is
//! rounded twice on the way.
use crate::core::exact::Exact;
use crate::core::money::{Currency, Money, MoneyError, decimals};
use rust_decimal::Decimal;

/// The product of some factors divided by a number that is not nothing, at the currency's decimals.
///
/// # Errors
/// `OutOfRange` when the result or what leads to it has too many digits, or the divisor is nothing; `Currency`.
pub fn money(factors: &[Decimal], divisor: Decimal, currency: Currency) -> Result<Money, MoneyError> {
    let scale = decimals(currency)?;
    let units = rounded(factors, divisor, scale)?;
    let amount = Decimal::try_from_i128_with_scale(units, scale).map_err(|_| MoneyError::OutOfRange)?;
    Money::rounded(amount, currency)
}

/// So many hundredths of an amount, at the currency's decimals.
///
/// # Errors
/// `OutOfRange`.
pub fn percent(of: Money, percent: Exact) -> Result<Money, MoneyError> {
    money(&[of.amount(), percent.value()], Decimal::ONE_HUNDRED, of.currency())
}

/// The multiple of a step that is nearest to an amount; of two as near, the one further from nothing.
///
/// # Errors
/// `OutOfRange`, also of a step that is not above nothing or is no whole number of the currency's smallest units.
pub fn to_step(amount: Money, step: Exact) -> Result<Money, MoneyError> {
    if *step <= Decimal::ZERO {
        return Err(MoneyError::OutOfRange);
    }
    let steps = Decimal::try_from_i128_with_scale(rounded(&[amount.amount()], step.value(), 0)?, 0).map_err(|_| MoneyError::OutOfRange)?;
    Money::new(
        steps.checked_mul(step.value()).ok_or(MoneyError::OutOfRange)?.normalize(),
        amount.currency(),
    )
}

/// The quotient in units of `10^-scale`, rounded half away from zero.
fn rounded(factors: &[Decimal], divisor: Decimal, scale: u32) -> Result<i128, MoneyError> {
    let (mut above, mut exponent) = (1_i128, i64::from(scale));
    for factor in factors.iter().map(Decimal::normalize) {
        above = above.checked_mul(factor.mantissa()).ok_or(MoneyError::OutOfRange)?;
        exponent -= i64::from(factor.scale());
    }
    let divisor = divisor.normalize();
    exponent += i64::from(divisor.scale());
    let mut below = divisor.mantissa();
    let power = u32::try_from(exponent.abs()).ok().and_then(|e| 10_i128.checked_pow(e));
    let power = power.ok_or(MoneyError::OutOfRange)?;
    let side = if exponent >= 0 { &mut above } else { &mut below };
    *side = side.checked_mul(power).ok_or(MoneyError::OutOfRange)?;
    let whole = above.checked_div(below).ok_or(MoneyError::OutOfRange)?;
    let rest = above.checked_rem(below).ok_or(MoneyError::OutOfRange)?;
    let half = rest.unsigned_abs() >= below.unsigned_abs() - rest.unsigned_abs();
    let away = if (above < 0) == (below < 0) { 1 } else { -1 };
    Ok(if half && rest != 0 { whole + away } else { whole })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn quotients_are_rounded_once() {
        let rows = [
            // 3 × 10 ÷ 7 = 4.2857…
            (&["3", "10"][..], "7", "EUR", "4.29"),
            (&["1", "0.005"], "1", "EUR", "0.01"),
            (&["-1", "0.005"], "1", "EUR", "-0.01"),
            (&["1", "0.004999"], "1", "EUR", "0.00"),
            // 0.0045 would be 0.005 rounded to three decimals, and 0.01 after that.
            (&["0.0045"], "1", "EUR", "0.00"),
            (&["1", "2.5"], "1", "JPY", "3"),
            (&["7"], "-2", "JPY", "-4"),
            (&["1", "1"], "3", "KWD", "0.333"),
            (&["999999999.999999", "1000"], "1", "IRR", "1000000000000.00"),
        ];
        for (factors, divisor, code, expected) in rows {
            let factors: Vec<Decimal> = factors.iter().map(|f| decimal(f)).collect();
            let currency = Currency::from_code(code).unwrap();
            let got = money(&factors, decimal(divisor), currency).unwrap();
            assert_eq!(got.amount().to_string(), expected, "{factors:?} / {divisor} {code}");
        }
        assert_eq!(money(&[Decimal::ONE], Decimal::ZERO, Currency::EUR), Err(MoneyError::OutOfRange));
        let much = decimal("999999999999999");
        assert_eq!(money(&[much, much, much], Decimal::ONE, Currency::EUR), Err(MoneyError::OutOfRange));
    }

    #[test]
    fn steps_of_cash() {
        let rows = [
            ("12.32", "CHF", "0.05", "12.30"),
            ("12.325", "KWD", "0.05", "12.350"),
            ("12.33", "CHF", "0.05", "12.35"),
            ("-12.33", "CHF", "0.05", "-12.35"),
            ("1499.99", "IRR", "1000", "1000.00"),
            ("1500.00", "IRR", "1000", "2000.00"),
        ];
        for (amount, code, step, expected) in rows {
            let got = to_step(Money::parse(amount, code).unwrap(), Exact::parse(step).unwrap()).unwrap();
            assert_eq!(got.amount().to_string(), expected, "{amount} {code} {step}");
        }
        assert!(to_step(Money::parse("1", "JPY").unwrap(), Exact::parse("0.3").unwrap()).is_err());
        assert!(to_step(Money::parse("1", "JPY").unwrap(), Exact::ZERO).is_err());
    }
}

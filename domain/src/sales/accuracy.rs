//! How far forecasts were from what was won. Of one group it is the error and its share of what was won, as a percentage (the absolute
//! percentage error, whose mean over groups is the MAPE). Of all groups it is the WAPE, the sum of the absolute errors over the sum of what
//! was won: unlike the MAPE it is not ruled by groups that won little, and is there though some won nothing. The bias says whether too
//! much was forecast or too little.
//!
//! R. J. Hyndman, G. Athanasopoulos: Forecasting: Principles and Practice, 3rd edition, section 5.8 (MAPE); S. Kolassa, W. Schütz:
//! Advantages of the MAD/Mean ratio over the MAPE, Foresight 6 (2007), 40-43 (the WAPE under its other name).
use rust_decimal::{Decimal, RoundingStrategy};

/// A forecast, and what was won.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pair {
    pub forecast: Decimal,
    pub actual: Decimal,
}

/// What pairs come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Accuracy {
    /// Mean absolute percentage error over the groups that won anything; none where none did.
    pub mape: Option<Decimal>,
    /// Weighted absolute percentage error; none where nothing was won.
    pub wape: Option<Decimal>,
    /// What was forecast too much (above nothing) or too little, over what was won, as a percentage.
    pub bias: Option<Decimal>,
}

/// A share as a percentage with two decimals, halves away from zero; none of nothing.
fn percent(part: Decimal, whole: Decimal) -> Option<Decimal> {
    let share = (part * Decimal::ONE_HUNDRED).checked_div(whole)?;
    let mut share = share.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    share.rescale(2);
    Some(share)
}

impl Pair {
    /// What was forecast too much; below nothing, too little.
    pub fn error(self) -> Decimal {
        self.forecast - self.actual
    }
    /// The absolute percentage error; none where nothing was won.
    pub fn absolute_percent(self) -> Option<Decimal> {
        percent(self.error().abs(), self.actual)
    }
}

/// How accurate forecasts of several groups were.
pub fn accuracy(pairs: &[Pair]) -> Accuracy {
    let sum = |of: fn(&Pair) -> Decimal| pairs.iter().map(of).sum::<Decimal>();
    let (won, errors) = (sum(|p| p.actual), sum(|p| p.error()));
    let shares: Vec<Decimal> = pairs.iter().filter_map(|p| p.error().abs().checked_div(p.actual)).collect();
    Accuracy {
        mape: percent(shares.iter().sum(), Decimal::from(shares.len())),
        wape: percent(sum(|p| p.error().abs()), won),
        bias: percent(errors, won),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_measures_are_those_of_the_books() {
        let pair = |forecast: i64, actual: i64| Pair {
            forecast: forecast.into(),
            actual: actual.into(),
        };
        let text = |d: Option<Decimal>| d.map(|d| d.to_string());
        // By hand: errors 10, -50, 5, 20; of 100, 200, 10 and nothing.
        let all = [pair(110, 100), pair(150, 200), pair(15, 10), pair(20, 0)];
        let told = accuracy(&all);
        // MAPE: (10 % + 25 % + 50 %) / 3. WAPE: 85 / 310. Bias: -15 / 310.
        assert_eq!(
            [told.mape, told.wape, told.bias].map(text),
            ["28.33", "27.42", "-4.84"].map(|t| Some(t.to_owned()))
        );
        assert_eq!(
            all.map(|p| text(p.absolute_percent())),
            [Some("10.00"), Some("25.00"), Some("50.00"), None].map(|t| t.map(ToOwned::to_owned))
        );
        assert_eq!(accuracy(&[]), Accuracy::default());
        assert_eq!(accuracy(&[pair(5, 0)]), Accuracy::default());
    }
}

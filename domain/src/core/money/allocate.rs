//! Splitting an amount so that nothing is lost.
use super::{Money, MoneyError};
use rust_decimal::Decimal;

impl Money {
    /// Splits the amount by ratios, such as percentages or the net amounts of lines. Each part is the exact share cut to the
    /// currency's smallest unit; the units left over go, one each, to the parts that lost most by the cut, the earlier one first
    /// where two lost the same (largest remainder method). The parts add up to the whole exactly; a ratio of zero gets zero.
    ///
    /// # Errors
    /// `Ratios` when there are none, one is negative or all are zero; `OutOfRange` when the ratios have too many digits to divide
    /// by exactly (about 19 between the largest ratio's first and the smallest's last are always fine).
    pub fn allocate(self, ratios: &[Decimal]) -> Result<Vec<Money>, MoneyError> {
        let weights = whole(ratios)?;
        let total = weights
            .iter()
            .try_fold(0_u128, |sum, w| sum.checked_add(*w))
            .ok_or(MoneyError::OutOfRange)?;
        if total == 0 {
            return Err(MoneyError::Ratios);
        }
        let units = self.amount.mantissa().unsigned_abs();
        let mut shares = Vec::with_capacity(weights.len());
        for weight in &weights {
            let exact = units.checked_mul(*weight).ok_or(MoneyError::OutOfRange)?;
            shares.push((exact / total, exact % total));
        }
        let mut left = units - shares.iter().map(|(share, _)| share).sum::<u128>();
        let mut order: Vec<usize> = (0..shares.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse(shares.get(*at).map(|(_, rest)| *rest)));
        for at in order {
            if let (1.., Some((share, _))) = (left, shares.get_mut(at)) {
                *share += 1;
                left -= 1;
            }
        }
        shares.into_iter().map(|(share, _)| self.of_units(share)).collect()
    }

    /// So many of the smallest units, with the sign of `self`.
    fn of_units(self, units: u128) -> Result<Money, MoneyError> {
        let units = i128::try_from(units).map_err(|_| MoneyError::OutOfRange)?;
        let amount = Decimal::try_from_i128_with_scale(units, self.amount.scale()).map_err(|_| MoneyError::OutOfRange)?;
        let part = Money { amount, ..self };
        Ok(if self.is_negative() { part.negated() } else { part })
    }
}

/// The ratios as whole numbers in the same proportion.
fn whole(ratios: &[Decimal]) -> Result<Vec<u128>, MoneyError> {
    let ratios: Vec<Decimal> = ratios.iter().map(Decimal::normalize).collect();
    let scale = ratios.iter().map(Decimal::scale).max().ok_or(MoneyError::Ratios)?;
    ratios
        .iter()
        .map(|ratio| {
            let mantissa = u128::try_from(ratio.mantissa()).map_err(|_| MoneyError::Ratios)?;
            10_u128
                .checked_pow(scale - ratio.scale())
                .and_then(|by| mantissa.checked_mul(by))
                .ok_or(MoneyError::OutOfRange)
        })
        .collect()
}

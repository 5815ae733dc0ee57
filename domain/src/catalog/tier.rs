//! Prices by quantity.
use super::ratio;
use crate::core::exact::Exact;
use crate::core::money::{Money, MoneyError, UnitPrice};
use crate::core::problem::{Code, Problems};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

crate::choice! {
    /// How steps are read: each part of a quantity at the price of its own step, or the whole at the price of the step it reaches.
    #[derive(Default)]
    pub enum TierMode { Graduated = "graduated", #[default] Volume = "volume" }
}

/// A step of a price by quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// Up to how many units, these included; null for all the rest. Only the last step is open, and it has to be.
    #[serde(default)]
    #[schema(value_type = Option<Exact>)]
    pub up_to: Option<Exact>,
    /// What so many units of the price's quantity cost in this step.
    pub price: UnitPrice,
}

/// A part of a quantity at one price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub quantity: Exact,
    pub price: UnitPrice,
}

/// Notes what is wrong with steps: they rise, the last alone is open, all are of one currency and none is below nothing.
pub fn check(tiers: &[Tier], at: &str, problems: &mut Problems) {
    let mut reached = Exact::ZERO;
    for (i, tier) in tiers.iter().enumerate() {
        let up_to = format!("{at}/{i}/up_to");
        match tier.up_to {
            Some(_) if i + 1 == tiers.len() => problems.with(up_to, Code::NotAllowed, vec![("allowed", "null".to_owned())]),
            None if i + 1 < tiers.len() => problems.add(up_to, Code::Required),
            Some(to) if to <= reached => problems.with(up_to, Code::OutOfRange, vec![("min", reached.to_string())]),
            Some(to) => reached = to,
            None => {}
        }
        problems.at_least(format!("{at}/{i}/price/amount"), tier.price.amount(), Decimal::ZERO);
        if tiers[0].price.currency() != tier.price.currency() {
            let with = vec![("with", format!("{at}/0/price/currency"))];
            problems.with(format!("{at}/{i}/price/currency"), Code::Conflict, with);
        }
    }
}

/// A quantity in parts, each at its price. A quantity of nothing or below is priced at the first step. Empty where there are no steps.
pub fn parts(mode: TierMode, tiers: &[Tier], quantity: Exact) -> Vec<Part> {
    let reached = |tier: &&Tier| tier.up_to.is_none_or(|to| quantity <= to);
    let mut parts = Vec::new();
    match mode {
        TierMode::Volume => parts.extend(tiers.iter().find(reached).map(|tier| Part {
            quantity,
            price: tier.price,
        })),
        TierMode::Graduated => {
            let mut from = Exact::ZERO;
            for tier in tiers {
                let to = tier.up_to.filter(|to| *to < quantity).unwrap_or(quantity);
                // Both are exact to six decimals, and so is what lies between them.
                parts.extend(Exact::new(to.value() - from.value()).ok().map(|quantity| Part {
                    quantity,
                    price: tier.price,
                }));
                if to == quantity {
                    break;
                }
                from = to;
            }
        }
    }
    parts
}

/// What a quantity costs by its steps, each part rounded by itself; none where there are no steps.
///
/// # Errors
/// Those of [`ratio::money`]; `Mixed`.
pub fn price(mode: TierMode, tiers: &[Tier], quantity: Exact, price_quantity: Exact) -> Result<Option<Money>, MoneyError> {
    let mut sum: Option<Money> = None;
    for part in parts(mode, tiers, quantity) {
        let one = ratio::money(
            &[part.quantity.value(), part.price.amount()],
            price_quantity.value(),
            part.price.currency(),
        )?;
        sum = Some(sum.map_or(Ok(one), |sum| sum.checked_add(one))?);
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;
    use proptest::prelude::*;

    fn tiers(steps: &[(Option<u32>, &str)]) -> Vec<Tier> {
        let tier = |(to, price): &(Option<u32>, &str)| Tier {
            up_to: to.map(Exact::from),
            price: UnitPrice::parse(price, "EUR").unwrap(),
        };
        steps.iter().map(tier).collect()
    }

    fn costs(mode: TierMode, tiers: &[Tier], quantity: &str) -> String {
        let of = price(mode, tiers, Exact::parse(quantity).unwrap(), Exact::ONE).unwrap();
        of.unwrap().amount().to_string()
    }

    #[test]
    fn steps_are_read_in_two_ways() {
        let steps = tiers(&[(Some(100), "1.00"), (Some(200), "0.90"), (None, "0.80")]);
        let rows = [
            ("1", "1.00", "1.00"),
            ("100", "100.00", "100.00"),
            ("100.5", "100.45", "90.45"),
            ("150", "145.00", "135.00"),
            ("200", "190.00", "180.00"),
            ("250", "230.00", "200.00"),
        ];
        for (quantity, graduated, volume) in rows {
            assert_eq!(costs(TierMode::Graduated, &steps, quantity), graduated, "{quantity}");
            assert_eq!(costs(TierMode::Volume, &steps, quantity), volume, "{quantity}");
        }
        assert_eq!(price(TierMode::Volume, &[], Exact::ONE, Exact::ONE), Ok(None));
    }

    #[test]
    fn steps_that_are_none() {
        let wrong = |steps: &[(Option<u32>, &str)]| {
            let mut problems = Problems::default();
            check(&tiers(steps), "/tiers", &mut problems);
            problems.0.iter().map(|v| v.pointer.clone()).collect::<Vec<_>>()
        };
        assert!(wrong(&[(Some(1), "1"), (None, "2")]).is_empty());
        assert_eq!(wrong(&[(Some(1), "1")]), ["/tiers/0/up_to"]);
        assert_eq!(wrong(&[(None, "1"), (None, "1")]), ["/tiers/0/up_to"]);
        assert_eq!(wrong(&[(Some(5), "1"), (Some(5), "1"), (None, "1")]), ["/tiers/1/up_to"]);
        assert_eq!(wrong(&[(Some(0), "1"), (None, "1")]), ["/tiers/0/up_to"]);
        assert_eq!(wrong(&[(None, "-1")]), ["/tiers/0/price/amount"]);
    }

    proptest! {
        #[test]
        fn parts_are_the_whole_and_graduated_prices_never_fall(
            steps in prop::collection::btree_set(1_u32..1000, 0..5), prices in prop::collection::vec(0_i64..100_000, 6), quantity in 1_i64..2_000_000, more in 0_i64..1_000_000,
        ) {
            let price_of = |n: i64| UnitPrice::new(Decimal::new(n, 3), crate::core::money::Currency::EUR).unwrap();
            let mut tiers: Vec<Tier> = steps.iter().zip(&prices).map(|(to, n)| Tier { up_to: Some(Exact::from(*to)), price: price_of(*n) }).collect();
            tiers.push(Tier { up_to: None, price: price_of(prices[5]) });
            let exact = |n: i64| Exact::new(Decimal::new(n, 3)).unwrap();
            for mode in [TierMode::Graduated, TierMode::Volume] {
                let whole: Decimal = parts(mode, &tiers, exact(quantity)).iter().map(|p| p.quantity.value()).sum();
                prop_assert_eq!(whole, exact(quantity).value());
            }
            let of = |n: i64| price(TierMode::Graduated, &tiers, exact(n), Exact::ONE).unwrap().unwrap();
            // Each part is rounded by itself, so that a quantity split anew may differ by half a cent for each step.
            let slack = Decimal::new(tiers.len() as i64, 2);
            prop_assert!(of(quantity).amount() <= of(quantity + more).amount() + slack);
        }
    }
}

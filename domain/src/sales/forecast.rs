//! What deals are forecast to bring: added up by how surely one counts on them. The categories are those of Salesforce's collaborative
//! forecasts (pipeline, best case, commit, closed, omitted), each by itself and rolled up into the three numbers that are usually
//! committed to; the weighted pipeline is HubSpot's: each open deal times its probability.
use super::opportunity::OpportunityStatus;
use super::stage::ForecastCategory;
use rust_decimal::Decimal;
use std::ops::AddAssign;

crate::choice! {
    /// What a forecast is told apart by.
    pub enum ForecastDimension {
        /// Whose deals they are.
        Owner = "owner",
        /// The unit of their owner.
        Unit = "unit",
        /// Who leads that unit, or the next one above it that somebody leads.
        Manager = "manager",
        /// The region of that unit, or of the next one above it that has any.
        Region = "region",
        /// The province of the customer.
        Province = "province",
        /// What would be sold, by the lines; deals without lines are told apart from all products.
        Product = "product",
        /// The pipeline they go through.
        Pipeline = "pipeline",
        /// The period that they close in.
        Period = "period",
    }
}

/// How many deals, and what they are worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sum {
    pub deals: i64,
    pub amount: Decimal,
}

impl AddAssign for Sum {
    fn add_assign(&mut self, other: Sum) {
        self.deals += other.deals;
        self.amount += other.amount;
    }
}

/// What deals of one currency come to. Each deal is in exactly one of the sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Numbers {
    pub won: Sum,
    pub commit: Sum,
    pub best_case: Sum,
    pub pipeline: Sum,
    /// Open deals that nobody counts on.
    pub omitted: Sum,
    pub lost: Sum,
    /// Open deals, each times its probability; without those that are omitted.
    pub weighted: Decimal,
}

impl Numbers {
    /// Adds deals of one fate. `percents` is the sum of their amounts, each times its probability in percent.
    pub fn add(&mut self, status: OpportunityStatus, category: ForecastCategory, sum: Sum, percents: Decimal) {
        let slot = match (status, category) {
            (OpportunityStatus::Won, _) => &mut self.won,
            (OpportunityStatus::Lost, _) => &mut self.lost,
            (OpportunityStatus::Open, ForecastCategory::Omitted) => &mut self.omitted,
            (OpportunityStatus::Open, ForecastCategory::Pipeline) => &mut self.pipeline,
            (OpportunityStatus::Open, ForecastCategory::BestCase) => &mut self.best_case,
            // As good as done is still to be done.
            (OpportunityStatus::Open, ForecastCategory::Commit | ForecastCategory::Closed) => &mut self.commit,
        };
        *slot += sum;
        if status == OpportunityStatus::Open && category != ForecastCategory::Omitted {
            self.weighted += percents / Decimal::ONE_HUNDRED;
        }
    }

    /// Adds what others come to.
    pub fn merge(&mut self, other: &Numbers) {
        self.won += other.won;
        self.commit += other.commit;
        self.best_case += other.best_case;
        self.pipeline += other.pipeline;
        self.omitted += other.omitted;
        self.lost += other.lost;
        self.weighted += other.weighted;
    }

    /// What was won, and what is expected of the rest by its probability.
    pub fn expected(&self) -> Decimal {
        self.won.amount + self.weighted
    }
    /// What was won, and what is committed to.
    pub fn commit_forecast(&self) -> Decimal {
        self.won.amount + self.commit.amount
    }
    /// The same and the best case.
    pub fn best_case_forecast(&self) -> Decimal {
        self.commit_forecast() + self.best_case.amount
    }
    /// The same and the rest of the pipeline.
    pub fn open_forecast(&self) -> Decimal {
        self.best_case_forecast() + self.pipeline.amount
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ForecastCategory as C;
    use OpportunityStatus as S;

    #[test]
    fn each_deal_counts_once_and_the_forecasts_are_rolled_up() {
        let cases = [
            (S::Won, C::Closed, 100, 100),
            (S::Open, C::Commit, 40, 90),
            (S::Open, C::BestCase, 20, 60),
            (S::Open, C::Pipeline, 10, 20),
            (S::Open, C::Omitted, 5, 50),
            (S::Lost, C::Omitted, 3, 0),
        ];
        let (mut all, mut halves) = (Numbers::default(), [Numbers::default(), Numbers::default()]);
        for (i, (status, category, amount, percent)) in cases.into_iter().enumerate() {
            let sum = Sum {
                deals: 1,
                amount: amount.into(),
            };
            all.add(status, category, sum, Decimal::from(amount * percent));
            halves[i % 2].add(status, category, sum, Decimal::from(amount * percent));
        }
        let told = [all.expected(), all.commit_forecast(), all.best_case_forecast(), all.open_forecast()];
        // 90 % of 40, 60 % of 20 and 20 % of 10 are 50; nothing of what is omitted, though it is likely.
        assert_eq!(told, [150, 140, 160, 170].map(Decimal::from));
        let sums = [all.won, all.commit, all.best_case, all.pipeline, all.omitted, all.lost];
        assert_eq!(sums.map(|s| s.amount), [100, 40, 20, 10, 5, 3].map(Decimal::from));
        assert!(sums.iter().all(|sum| sum.deals == 1));
        let [mut one, other] = halves;
        one.merge(&other);
        assert_eq!(one, all);
    }
}

//! Market indicators.
use crate::{row, store};
use domain::sales::market_indicator::MarketIndicator;

row! { MarketIndicator in market_indicators {
    indicator: Plain,
    region: Maybe,
    from_date: Plain,
    to_date: Plain,
    value: Plain,
    unit: Maybe,
    source: Maybe,
} hidden {
    search = MarketIndicator::search_text,
} }
store! { MarketIndicator }

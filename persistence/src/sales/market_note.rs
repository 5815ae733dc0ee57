//! Market notes.
use crate::{row, store};
use domain::sales::market_note::MarketNote;

row! { MarketNote in market_notes {
    title: Plain,
    body: Plain,
    region: Maybe,
    from_date: Plain,
    to_date: Maybe,
    source: Maybe,
    competitor_id: Maybe,
} hidden {
    search = MarketNote::search_text,
} }
store! { MarketNote }

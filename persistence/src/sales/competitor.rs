//! Competitors.
use crate::{row, store};
use domain::sales::competitor::Competitor;

row! { Competitor in competitors {
    name: Plain,
    website: Maybe,
    threat: Word,
    strengths: Json,
    weaknesses: Json,
    prices: Json,
    how_to_win: Maybe,
    notes: Maybe,
} hidden {
    search = Competitor::search_text,
} }
store! { Competitor }

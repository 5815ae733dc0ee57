//! Price books, their entries, tax rates and payment terms.
use crate::core::conn::Conn;
use crate::core::record::live;
use crate::{row, sql, store};
use domain::catalog::book::{PriceBook, PriceBookEntry};
use domain::catalog::levy::Tax;
use domain::catalog::terms::PaymentTerm;
use domain::core::error::{Error, Result};
use domain::core::pipeline::{Context, Storage as _};
use domain::core::problem::Problems;
use domain::core::text::search_key;

row! { PriceBook in price_books {
    name: Plain,
    currency: Plain,
    country: Maybe,
    province: Maybe,
    customer_group: Maybe,
    group_id: Maybe,
    from_date: Maybe,
    to_date: Maybe,
    priority: Plain,
    active: Plain,
} hidden {
    search = |b: &PriceBook| search_key(&b.name),
} }
store! { PriceBook, derive |conn, before, after, _context| unused(conn, before, after) }

row! { PriceBookEntry in price_book_entries {
    price_book_id: Plain,
    product_id: Plain,
    price: Json,
    tier_mode: Word,
    tiers: Json,
    price_quantity: Plain,
    from_date: Maybe,
    to_date: Maybe,
} }
store! { PriceBookEntry, settle |conn, _before, after, context| fits(conn, after, context) }

row! { Tax in taxes {
    name: Plain,
    country: Plain,
    province: Maybe,
    category: Word,
    percent: Plain,
    from_date: Maybe,
    to_date: Maybe,
} }
store! { Tax }

row! { PaymentTerm in payment_terms {
    name: Plain,
    name_en: Maybe,
    name_fa: Maybe,
    net_days: Plain,
    instalments: Json,
    active: Plain,
} hidden {
    search = |t: &PaymentTerm| search_key(&t.name),
} }
store! { PaymentTerm }

/// The prices of an entry are in the currency of its book. A book out of sight is not there, where references are looked at.
fn fits(conn: &mut Conn, entry: &PriceBookEntry, context: &Context<'_>) -> Result<Problems> {
    let book = entry.price_book_id.uuid();
    let seen = conn.reaches(context.actor, "price_books", "read", book)?;
    let book = live::<PriceBook>(conn, book)?.filter(|_| seen);
    Ok(book.map(|book| entry.fits(&book.currency)).unwrap_or_default())
}

/// No book goes while it has prices.
fn unused(conn: &mut Conn, before: Option<&PriceBook>, after: Option<&PriceBook>) -> Result<()> {
    let (Some(book), None) = (before, after) else { return Ok(()) };
    let entry = sql!(
        "SELECT 1 FROM price_book_entries WHERE price_book_id = ? AND deleted_at IS NULL LIMIT 1",
        book.base.id.uuid()
    );
    match conn.row(&entry, |_| Ok(()))? {
        Some(()) => Err(Error::Conflict("in_use")),
        None => Ok(()),
    }
}

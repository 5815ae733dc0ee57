//! The catalogue: products, their variants and bundles.
mod prices;
mod products;
mod quotes;
mod samples;

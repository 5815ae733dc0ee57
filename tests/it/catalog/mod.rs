//! The catalogue: products, their variants and bundles.
mod products;
mod samples;

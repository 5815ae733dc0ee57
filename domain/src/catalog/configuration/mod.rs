//! Configurable products: what may be chosen, which choices go together, and what follows from them.
pub mod answer;
pub mod attribute;
pub mod bill;
mod budget;
mod check;
pub mod constraint;
pub mod lead;
pub mod model;
pub mod parts;
pub mod quoted;
pub mod solver;

#[cfg(test)]
mod tests;

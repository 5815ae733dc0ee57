//! The contract: that it is what is served, and that what is served keeps it.
mod drift;
mod told;

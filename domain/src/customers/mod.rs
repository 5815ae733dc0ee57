//! Whom we deal with.

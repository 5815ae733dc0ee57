//! Signing in, and proving afterwards that one has: the primitives under the sessions, tokens and keys of the API.
//!
//! These modules know no HTTP and no database. They compute and decide; what they decide is stored and answered by their
//! callers. Time and randomness come in as arguments, so that a test can hold them. Everything shown to a client once (a refresh
//! token, an API key, a recovery code) is a [`secret::Secret`] and is kept as a [`secret::Digest`] only.
pub mod api_key;
mod api_keys;
pub mod authenticate;
pub mod device;
mod explain;
pub mod form;
pub mod hashing;
mod invite;
pub mod key_rounds;
pub mod keys;
pub mod links;
pub mod lockout;
pub mod mailed;
mod oauth;
pub mod oauth_routes;
mod own_account;
mod own_routes;
pub mod password;
pub mod refresh;
mod refreshing;
mod reset;
pub mod routes;
pub mod second_factor;
pub mod secret;
mod sessions;
pub mod signing_in;
pub mod token;
pub mod totp;
mod users;
pub mod vault;

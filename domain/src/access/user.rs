//! The people who sign in.
use super::role::Role;
use super::unit::Unit;
use crate::core::base::Base;
use crate::core::id::Id;
use crate::core::resource::Rules;
use derive::Record;

/// Someone who works here and signs in.
#[derive(Debug, Clone, Record)]
#[record(path = "/users", one = "user", many = "users", tag = "Access", fa = "کاربران")]
pub struct User {
    #[record(base)]
    pub base: Base,
    /// What they are called.
    #[record(min = 1, max = 200, sort, search, example = r#""Sara Ahmadi""#, fa = "نام")]
    pub name: String,
    /// The address they sign in with.
    #[record(min = 3, max = 254, search, example = r#""sara@yazd.example""#, fa = "رایانامه")]
    pub email: String,
    /// The unit they work in.
    #[record(fa = "واحد کاری")]
    pub works_in_id: Option<Id<Unit>>,
    /// The roles they hold. Nobody can give a role that reaches further than their own.
    #[record(max = 50, fa = "نقش‌ها")]
    pub role_ids: Vec<Id<Role>>,
    /// The language they are answered in where a request does not say: `fa` or `en`.
    #[record(max = 2, default, example = r#""fa""#, fa = "زبان")]
    pub locale: String,
    /// Whether they may sign in. False ends their sessions and keys at once.
    #[record(default, fa = "فعال")]
    pub active: bool,
}

impl Rules for User {}

//! The people who sign in.
use super::role::Role;
use super::unit::Unit;
use crate::core::base::Base;
use crate::core::id::Id;
use crate::core::identifiers::email;
use crate::core::instant::Instant;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Place, Rules, Setting};
use derive::Record;

crate::choice! {
    /// A language that people are answered in.
    pub enum Locale {
        Persian = "fa",
        English = "en",
    }
}

/// Someone who works here and signs in.
#[derive(Debug, Clone, Record)]
#[record(path = "/users", one = "user", many = "users", tag = "Access", fa = "کاربران")]
pub struct User {
    #[record(base)]
    pub base: Base,
    /// What they are called.
    #[record(min = 1, max = 200, sort, search, example = r#""Sara Ahmadi""#, fa = "نام")]
    pub name: String,
    /// The address they sign in with, in lower case. No two users have the same.
    #[record(min = 3, max = 254, search, example = r#""sara@yazd.example""#, fa = "رایانامه")]
    pub email: String,
    /// The unit they work in. Their records and they themselves belong to it.
    #[record(fa = "واحد کاری")]
    pub works_in_id: Option<Id<Unit>>,
    /// The roles they hold. Nobody can give a role that reaches further than their own.
    #[record(max = 50, fa = "نقش‌ها")]
    pub role_ids: Vec<Id<Role>>,
    /// The language they are answered in where a request does not say.
    #[record(default = Locale::Persian, example = r#""fa""#, fa = "زبان")]
    pub locale: Locale,
    /// Whether they may sign in; true unless a create says otherwise. False ends their sessions and keys at once.
    #[record(default = true, example = "true", fa = "فعال")]
    pub active: bool,
    /// When they were last sent an invitation; null for who never was.
    #[record(server, fa = "دعوت")]
    pub invited_at: Option<Instant>,
    /// When they last chose or were given a password; null for who has none yet.
    #[record(server, fa = "تعیین گذرواژه")]
    pub password_set_at: Option<Instant>,
}

impl Rules for User {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        match email::parse(&self.email) {
            Ok(address) => self.email = email::key(&address),
            Err(Code::Format) => problems.with("/email", Code::Format, vec![("format", "email".to_owned())]),
            Err(code) => problems.add("/email", code),
        }
        for (i, role) in self.role_ids.iter().enumerate() {
            if self.role_ids[..i].contains(role) {
                problems.add(format!("/role_ids/{i}"), Code::Duplicate);
            }
        }
        problems
    }
    fn place(&self) -> Option<Place> {
        Some(Place {
            unit: self.works_in_id,
            member: "works_in_id",
            named: self.works_in_id,
        })
    }
}

//! Teams: people who work together across units.
use super::user::User;
use crate::core::base::Base;
use crate::core::id::Id;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use derive::Record;

/// People who work together. A permission of scope `team` reaches the records of all of them.
#[derive(Debug, Clone, Record)]
#[record(path = "/teams", one = "team", many = "teams", tag = "Access", fa = "تیم‌ها")]
pub struct Team {
    #[record(base)]
    pub base: Base,
    /// What the team is called.
    #[record(fa = "نام", min = 1, max = 200, sort, search, example = r#""Key accounts""#)]
    pub name: String,
    /// Who is in it.
    #[record(fa = "اعضا", max = 500)]
    pub member_ids: Vec<Id<User>>,
}

impl Rules for Team {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        for (i, member) in self.member_ids.iter().enumerate() {
            if self.member_ids[..i].contains(member) {
                problems.add(format!("/member_ids/{i}"), Code::Duplicate);
            }
        }
        problems
    }
}

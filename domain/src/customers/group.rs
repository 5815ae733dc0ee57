//! Groups: named lists of customers, for sharing, assignment, pricing and campaigns. A list is kept by hand, or by a condition.
use super::customer::Customer;
use crate::core::base::Base;
use crate::core::condition::Condition;
use crate::core::id::Id;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use derive::Record;

crate::choice! {
    /// How a group gets its members: by hand, or by its condition.
    #[derive(Default)]
    pub enum GroupKind { #[default] Static = "static", Dynamic = "dynamic" }
}
crate::choice! {
    /// What happened to a membership.
    pub enum Membership { Joined = "joined", Left = "left" }
}
crate::choice! {
    /// Why it happened: somebody said so, the customer came to fit the condition or no longer does, or the condition itself changed.
    pub enum Cause { Hand = "hand", Rule = "rule", Rebuild = "rebuild" }
}

/// A named list of customers.
#[derive(Debug, Clone, Record)]
#[record(path = "/groups", one = "group", many = "groups", tag = "Customers", fa = "گروه‌ها")]
pub struct Group {
    #[record(base)]
    pub base: Base,
    /// What the group is called.
    #[record(min = 1, max = 200, sort, search, example = r#""باشگاه مشتریان""#, fa = "نام")]
    pub name: String,
    /// What it is for.
    #[record(max = 1000, fa = "توضیح")]
    pub description: Option<String>,
    /// Who is in it, as a filter of customers, such as `city = "یزد" AND lifecycle_stage = "customer"`; null for a group kept by hand. It may
    /// change; when it is cleared, who is in stays in, by hand from then on. A group kept by hand never gets one.
    #[record(max = 4096, hidden, fa = "شرط")]
    pub condition: Option<String>,
    /// How it gets its members.
    #[record(server, example = r#""static""#, fa = "گونه")]
    pub kind: GroupKind,
}

impl Rules for Group {
    fn check(&mut self, _setting: &Setting) -> Problems {
        self.kind = match self.condition {
            Some(_) => GroupKind::Dynamic,
            None => GroupKind::Static,
        };
        self.rule().err().unwrap_or_default()
    }
}

impl Group {
    /// Where what is wrong with the condition is told.
    pub const CONDITION: &'static str = "/condition";

    /// The condition, not yet held against the fields of customers; none of a group kept by hand.
    ///
    /// # Errors
    /// What is wrong with its text.
    pub fn rule(&self) -> Result<Option<Condition>, Problems> {
        let read = self.condition.as_deref().map(str::parse::<Condition>).transpose();
        read.map_err(|wrong| wrong.at(Self::CONDITION))
    }

    /// That a group kept by hand gets a condition, which would put out whom somebody put in.
    pub fn fixed(before: &Group, after: &Group) -> Problems {
        let mut problems = Problems::default();
        if before.kind == GroupKind::Static && after.kind == GroupKind::Dynamic {
            problems.add(Self::CONDITION, Code::Fixed);
        }
        problems
    }
}

/// That a customer is in a group.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/group-members",
    one = "group_member",
    many = "group_members",
    tag = "Customers",
    fa = "اعضای گروه‌ها"
)]
pub struct GroupMember {
    #[record(base)]
    pub base: Base,
    /// The group.
    #[record(fixed, fa = "گروه")]
    pub group_id: Id<Group>,
    /// Who is in it.
    #[record(fixed, fa = "مشتری")]
    pub customer_id: Id<Customer>,
}

impl Rules for GroupMember {}

//! Groups: named lists of customers, for sharing, assignment, pricing and campaigns.
use super::customer::Customer;
use crate::core::base::Base;
use crate::core::id::Id;
use crate::core::resource::Rules;
use derive::Record;

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
}

impl Rules for Group {}

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

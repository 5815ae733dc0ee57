//! Shares: one record shown to one user, team or unit beyond what their roles reach.
use crate::core::base::Base;
use crate::core::id::Id;
use crate::core::resource::{Named, Rules};
use derive::Record;

crate::choice! {
    /// Whom a share is for.
    pub enum GranteeKind {
        User = "user",
        Team = "team",
        Unit = "unit",
    }
}

crate::choice! {
    /// What a share allows. To update is also to read.
    pub enum ShareAction {
        Read = "read",
        Update = "update",
    }
}

/// A record of an object that another member names.
#[derive(Debug, Clone, Copy)]
pub struct AnyRecord;
impl Named for AnyRecord {
    const OBJECT: &'static str = "";
}

/// One record, shown to someone beyond what their roles reach. Only who may update a record can share it. Whom it is for must hold the
/// permission itself, such as `customers:read`, in some scope.
#[derive(Debug, Clone, Record)]
#[record(path = "/shares", one = "share", many = "shares", tag = "Access", fa = "اشتراک‌ها")]
pub struct Share {
    #[record(base)]
    pub base: Base,
    /// The object of the record, such as `customers`.
    #[record(fa = "شیء", fixed, min = 1, max = 50, example = r#""customers""#)]
    pub object: String,
    /// The record.
    #[record(fa = "رکورد", fixed)]
    pub record_id: Id<AnyRecord>,
    /// Whether it is for a user, a team or a unit.
    #[record(fa = "نوع گیرنده", fixed, example = r#""user""#)]
    pub grantee_kind: GranteeKind,
    /// The user, team or unit. Nobody gets the same record twice.
    #[record(fa = "گیرنده", fixed)]
    pub grantee_id: Id<AnyRecord>,
    /// What it allows.
    #[record(fa = "اجازه", example = r#""read""#)]
    pub action: ShareAction,
}

impl Rules for Share {}

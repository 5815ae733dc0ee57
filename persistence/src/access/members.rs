//! Who works with a record beside its owner, such as the team of a deal: they see and change it, by a share that comes and goes with the
//! membership.
use crate::core::conn::Conn;
use crate::core::external;
use crate::core::record::Row;
use crate::sql;
use domain::access::share::{Share, ShareAction};
use domain::core::error::{Error, Result};
use domain::core::pipeline::{self, Context, Expect, Storage as _};
use domain::core::problem::{Code, Problems};
use domain::customers::customer::Customer;
use domain::sales::opportunity::Opportunity;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A record that several people work with.
pub(crate) trait Shared: Row {
    /// Under what the shares of its members are known, to be told from those that somebody made by hand.
    const SYSTEM: &'static str;
    /// What the list of its members is called.
    const MEMBERS: &'static str;
    /// Those who are in it, in its order.
    fn members(&self) -> Vec<Uuid>;
}

impl Shared for Opportunity {
    const SYSTEM: &'static str = "deal_team";
    const MEMBERS: &'static str = "team";
    fn members(&self) -> Vec<Uuid> {
        self.team.iter().map(|member| member.user_id.uuid()).collect()
    }
}

impl Shared for Customer {
    const SYSTEM: &'static str = "account_team";
    const MEMBERS: &'static str = "account_team";
    fn members(&self) -> Vec<Uuid> {
        self.account_team.iter().map(|member| member.user_id.uuid()).collect()
    }
}

fn members<R: Shared>(record: Option<&R>) -> BTreeSet<Uuid> {
    record.into_iter().flat_map(Shared::members).collect()
}

/// That everyone who is new among the members is one of us.
pub(crate) fn known<R: Shared>(conn: &mut Conn, before: Option<&R>, after: &R) -> Result<Problems> {
    let mut problems = Problems::default();
    let old = members(before);
    for (i, user) in after.members().into_iter().enumerate() {
        if !old.contains(&user) && conn.unit_of(user)?.is_none() {
            problems.add(format!("/{}/{i}/user_id", R::MEMBERS), Code::NotFound);
        }
    }
    Ok(problems)
}

/// Keeps the shares of the members in step with them.
pub(crate) fn keep<R: Shared>(conn: &mut Conn, before: Option<&R>, after: Option<&R>, context: &Context<'_>) -> Result<()> {
    let (old, new) = (members(before), members(after));
    let Some(record) = after.or(before).map(|r| r.base().id.uuid()).filter(|_| old != new) else {
        return Ok(());
    };
    context.by_server(|context| {
        for user in new.difference(&old) {
            join::<R>(conn, context, record, *user)?;
        }
        for user in old.difference(&new) {
            if let Some(share) = external::find(conn, "shares", R::SYSTEM, &name(record, *user))? {
                pipeline::delete::<Share>(conn, context, share, Expect::Any)?;
            }
        }
        Ok(())
    })
}

fn name(record: Uuid, user: Uuid) -> String {
    format!("{record}:{user}")
}

fn join<R: Shared>(conn: &mut Conn, context: &Context<'_>, record: Uuid, user: Uuid) -> Result<()> {
    let there = sql!(
        "SELECT id FROM shares WHERE deleted_at IS NULL AND object = ? AND record_id = ? AND grantee_id = ?",
        R::TABLE,
        record,
        user
    );
    if let Some(share) = conn.row(&there, |row| row.uuid(0))?.flatten() {
        // Somebody has shown it to them by hand; now they may change it too.
        pipeline::change::<Share>(conn, context, share, Expect::Any, "update", |share| {
            share.action = ShareAction::Update;
            Ok(())
        })?;
        return Ok(());
    }
    let body: Value = json!({
        "object": R::TABLE, "record_id": record, "grantee_kind": "user", "grantee_id": user, "action": "update",
        "external_ids": {R::SYSTEM: name(record, user)},
    });
    let body: Map<String, Value> = body
        .as_object()
        .cloned()
        .ok_or_else(|| Error::Internal("a share is an object".to_owned()))?;
    pipeline::create::<Share>(conn, context, None, body)?;
    Ok(())
}

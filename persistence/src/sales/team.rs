//! The team of a deal: whoever is in it sees and changes the deal, by a share that comes and goes with the membership.
use super::pipeline::server;
use crate::core::conn::Conn;
use crate::core::external;
use crate::sql;
use domain::access::share::{Share, ShareAction};
use domain::core::error::{Error, Result};
use domain::core::pipeline::{self, Context, Expect};
use domain::sales::opportunity::{Opportunity, TeamMember};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Under what the shares of deal teams are known, to be told from those that somebody made by hand.
const SYSTEM: &str = "deal_team";

fn members(deal: Option<&Opportunity>) -> BTreeSet<Uuid> {
    let users = deal
        .into_iter()
        .flat_map(|d| &d.team)
        .map(|member: &TeamMember| member.user_id.uuid());
    users.collect()
}

/// Keeps the shares of the team in step with it.
pub(super) fn keep(conn: &mut Conn, before: Option<&Opportunity>, after: Option<&Opportunity>, context: &Context<'_>) -> Result<()> {
    let (old, new) = (members(before), members(after));
    let Some(deal) = after.or(before).map(|d| d.base.id.uuid()).filter(|_| old != new) else {
        return Ok(());
    };
    server(context, |context| {
        for user in new.difference(&old) {
            join(conn, context, deal, *user)?;
        }
        for user in old.difference(&new) {
            if let Some(share) = external::find(conn, "shares", SYSTEM, &name(deal, *user))? {
                pipeline::delete::<Share>(conn, context, share, Expect::Any)?;
            }
        }
        Ok(())
    })
}

fn name(deal: Uuid, user: Uuid) -> String {
    format!("{deal}:{user}")
}

fn join(conn: &mut Conn, context: &Context<'_>, deal: Uuid, user: Uuid) -> Result<()> {
    let there = sql!(
        "SELECT id FROM shares WHERE deleted_at IS NULL AND object = 'opportunities' AND record_id = ? AND grantee_id = ?",
        deal,
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
        "object": "opportunities", "record_id": deal, "grantee_kind": "user", "grantee_id": user, "action": "update",
        "external_ids": {SYSTEM: name(deal, user)},
    });
    let body: Map<String, Value> = body
        .as_object()
        .cloned()
        .ok_or_else(|| Error::Internal("a share is an object".to_owned()))?;
    pipeline::create::<Share>(conn, context, None, body)?;
    Ok(())
}

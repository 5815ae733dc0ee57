//! Shares. Only who may update a record can show it to others.
use crate::core::conn::Conn;
use crate::core::{object, read};
use crate::{row, sql, store};
use domain::access::share::{GranteeKind, Share};
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::problem::{Code, Problems};

row! { Share in shares {
    object: Plain,
    record_id: Plain,
    grantee_kind: Word,
    grantee_id: Plain,
    action: Word,
} }
store! { Share, derive |conn, _before, after, context| after.map_or(Ok(()), |share| check(conn, share, context.actor)) }

fn check(conn: &mut Conn, share: &Share, actor: &Actor) -> Result<()> {
    let mut problems = Problems::default();
    // Who may do what is given by roles, never record by record.
    match object::named(&share.object).map(|o| o.spec()).filter(|spec| spec.tag != "Access") {
        None => problems.add("/object", Code::NotFound),
        Some(spec) => {
            let sight = actor
                .sight(spec.object, "update")
                .ok_or_else(|| Error::Forbidden(format!("{}:update", spec.object)))?;
            if !read::exists(conn, &sight, spec.object, share.record_id.uuid())? {
                problems.add("/record_id", Code::NotFound);
            }
        }
    }
    let grantee = share.grantee_id.uuid();
    let there = match share.grantee_kind {
        GranteeKind::User => sql!("SELECT 1 FROM users WHERE deleted_at IS NULL AND id = ?", grantee),
        GranteeKind::Team => sql!("SELECT 1 FROM teams WHERE deleted_at IS NULL AND id = ?", grantee),
        GranteeKind::Unit => sql!("SELECT 1 FROM units WHERE deleted_at IS NULL AND id = ?", grantee),
    };
    if conn.row(&there, |_| Ok(()))?.is_none() {
        problems.add("/grantee_id", Code::NotFound);
    }
    Ok(problems.or(())?)
}

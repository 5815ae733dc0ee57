//! Documents, and what is kept in step with them: the records they belong to, and what searches look into.
use super::texts;
use crate::core::conn::Conn;
use crate::core::object;
use crate::{row, sql, store};
use domain::core::error::{Error, Result};
use domain::core::pipeline::{Context, Storage as _};
use domain::core::problem::{Code, Problems};
use domain::documents::document::{Document, DocumentLink, Extraction};
use std::collections::BTreeSet;
use uuid::Uuid;

// The column `search` is no part of the row: it holds the text of the content as well, which must not be written with every change.
row! { Document in documents {
    name: Plain,
    description: Maybe,
    tags: Json,
    customer_id: Maybe,
    links: Json,
    media_type: Maybe,
    size_bytes: Maybe,
    digest: Maybe,
    content_version: Plain,
    extraction: Word,
    retention_until: Maybe,
    legal_hold: Plain,
} }
store! { Document, derive |conn, before, after, context| keep(conn, before, after, context) }

fn keep(conn: &mut Conn, before: Option<&Document>, after: Option<&Document>, context: &Context<'_>) -> Result<()> {
    match (before, after) {
        (Some(before), None) => before.deletable(context.now())?,
        (Some(before), Some(after)) => {
            may_loosen(before, after, context)?;
            check_links(conn, &before.links, after, context)?;
        }
        // What comes back from the trash keeps the links it went there with.
        (None, Some(after)) if after.base.version == 1 => check_links(conn, &[], after, context)?,
        _ => {}
    }
    keep_links(conn, before, after)?;
    // A reading that ended while it was in the trash had nowhere to go.
    if let (None, Some(back)) = (before, after)
        && back.extraction == Extraction::Pending
    {
        texts::put_off(conn, back.base.id.uuid(), back.content_version, context)?;
    }
    if let Some(after) = after {
        let key = after.search_text();
        if before.is_none_or(|b| b.search_text() != key) {
            texts::index(conn, after.base.id.uuid(), &key)?;
        }
    }
    Ok(())
}

/// What keeps a document from being deleted is ended only by those who may.
fn may_loosen(before: &Document, after: &Document, context: &Context<'_>) -> Result<()> {
    if !after.loosened(before) {
        return Ok(());
    }
    let sight = context.sight("documents", "hold")?;
    match sight.covers(before.base.owner_id.map(|id| id.uuid()), before.base.unit_id.map(|id| id.uuid())) {
        true => Ok(()),
        false => Err(Error::Forbidden("documents:hold".to_owned())),
    }
}

/// A record that a document is newly linked to exists, in the caller's sight.
fn check_links(conn: &mut Conn, before: &[DocumentLink], after: &Document, context: &Context<'_>) -> Result<()> {
    let mut problems = Problems::default();
    for (i, link) in after.links.iter().enumerate().filter(|(_, link)| !before.contains(link)) {
        match object::named(&link.object).map(|o| o.spec()) {
            None => problems.add(format!("/links/{i}/object"), Code::NotFound),
            Some(spec) => {
                if !conn.reaches(context.actor, spec.object, "read", link.record_id)? {
                    problems.add(format!("/links/{i}/record_id"), Code::NotFound);
                }
            }
        }
    }
    Ok(problems.or(())?)
}

fn linked(document: Option<&Document>) -> BTreeSet<(String, Uuid)> {
    let Some(document) = document else {
        return BTreeSet::new();
    };
    let customer = document.customer_id.map(|id| ("customers".to_owned(), id.uuid()));
    let links = document.links.iter().map(|link| (link.object.clone(), link.record_id));
    customer.into_iter().chain(links).collect()
}

fn keep_links(conn: &mut Conn, before: Option<&Document>, after: Option<&Document>) -> Result<()> {
    let Some(id) = after.or(before).map(|d| d.base.id.uuid()) else {
        return Ok(());
    };
    let (old, new) = (linked(before), linked(after));
    for (object, record) in old.difference(&new) {
        conn.execute(&sql!(
            "DELETE FROM document_links WHERE object = ? AND record_id = ? AND document_id = ?",
            object,
            *record,
            id
        ))?;
    }
    for (object, record) in new.difference(&old) {
        conn.execute(&sql!(
            "INSERT INTO document_links (object, record_id, document_id) VALUES (?, ?, ?)",
            object,
            *record,
            id
        ))?;
    }
    Ok(())
}

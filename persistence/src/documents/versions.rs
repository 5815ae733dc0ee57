//! The contents that documents have had. Rows are added and read, never changed; they go with their document.
use crate::core::cell::Cells;
use crate::core::conn::Conn;
use crate::core::read;
use crate::core::sql::{Bind, Sql};
use crate::sql;
use domain::core::actor::Sight;
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use std::collections::HashSet;
use uuid::Uuid;

/// One content of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// From 1, without gaps.
    pub number: i64,
    /// Where its bytes are.
    pub content_id: Uuid,
    pub media_type: String,
    pub size_bytes: i64,
    /// SHA-256 as RFC 9530 writes it.
    pub digest: String,
    /// The version whose content it is again.
    pub restored_from: Option<i64>,
    pub created_at: Instant,
    /// None for the server itself.
    pub created_by: Option<Uuid>,
}

const COLUMNS: &str = "v.number, v.content_id, v.media_type, v.size_bytes, v.digest, v.restored_from, v.created_at, v.created_by";

fn version(row: &dyn Cells) -> Result<Version> {
    let broken = || Error::Internal("a version without its content or date".to_owned());
    let mut restored_from = None;
    row.at(5, &mut |cell| {
        restored_from = Some(cell.integer()?);
        Ok(())
    })?;
    Ok(Version {
        number: row.integer(0)?,
        content_id: row.uuid(1)?.ok_or_else(broken)?,
        media_type: row.text(2)?.unwrap_or_default(),
        size_bytes: row.integer(3)?,
        digest: row.text(4)?.unwrap_or_default(),
        restored_from,
        created_at: row.instant(6)?.ok_or_else(broken)?,
        created_by: row.uuid(7)?,
    })
}

/// Adds a version.
///
/// # Errors
/// Those of the database.
pub fn add(conn: &mut Conn, document: Uuid, version: &Version) -> Result<()> {
    conn.execute(&sql!(
        "INSERT INTO document_versions (document_id, number, content_id, media_type, size_bytes, digest, restored_from, created_at, \
         created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        document,
        version.number,
        version.content_id,
        &version.media_type,
        version.size_bytes,
        &version.digest,
        version.restored_from,
        version.created_at,
        version.created_by
    ))?;
    Ok(())
}

/// A document's version; none where there is no such number. The caller has seen the document.
///
/// # Errors
/// Those of the database.
pub fn get(conn: &mut Conn, document: Uuid, number: i64) -> Result<Option<Version>> {
    let sql = Sql::new(format!("SELECT {COLUMNS} FROM document_versions v WHERE v.document_id = ")).bind(document);
    conn.row(&sql.text(" AND v.number = ").bind(number), version)
}

/// What a document is called, and its version: the latest where no number is given.
#[derive(Debug, Clone)]
pub struct Named {
    pub name: String,
    pub version: Version,
}

/// A version of a document within a sight; none where the document, or the version, is not there.
///
/// # Errors
/// Those of the database.
pub fn seen(conn: &mut Conn, sight: &Sight<'_>, document: Uuid, number: Option<i64>) -> Result<Option<Named>> {
    let mut sql = Sql::new(format!(
        "SELECT {COLUMNS}, t0.name FROM documents t0 JOIN document_versions v ON v.document_id = t0.id WHERE t0.deleted_at IS NULL AND t0.id = "
    ))
    .bind(document);
    sql = match number {
        Some(number) => sql.text(" AND v.number = ").bind(number),
        None => sql.text(" AND v.number = t0.content_version"),
    };
    sql = sql.also(read::sight(sight));
    conn.row(&sql, |row| {
        Ok(Named {
            name: row.text(8)?.unwrap_or_default(),
            version: version(row)?,
        })
    })
}

/// A document's versions below a number, the latest first.
///
/// # Errors
/// Those of the database.
pub fn below(conn: &mut Conn, document: Uuid, number: i64, limit: usize) -> Result<Vec<Version>> {
    let sql = Sql::new(format!("SELECT {COLUMNS} FROM document_versions v WHERE v.document_id = ")).bind(document);
    let sql = sql.text(" AND v.number < ").bind(number).text(" ORDER BY v.number DESC LIMIT ");
    let mut found = Vec::new();
    conn.rows(&sql.bind(limit as i64), |row| {
        found.push(version(row)?);
        Ok(())
    })?;
    Ok(found)
}

/// Those of some contents that a version still has.
///
/// # Errors
/// Those of the database.
pub fn kept(conn: &mut Conn, contents: &[Uuid]) -> Result<HashSet<Uuid>> {
    let sql = Sql::new("SELECT content_id FROM document_versions WHERE content_id IN ").list(contents.iter().map(|id| Bind::from(*id)));
    Ok(conn.ids(&sql)?.into_iter().collect())
}

//! Documents in what is shown of other records: the view of a customer, and the timeline.
use crate::core::conn::Conn;
use crate::core::sql::{Bind, Sql};
use crate::core::{read, search};
use crate::customers::overview::reads;
use crate::customers::timeline::{Ask, Source, tie};
use crate::sql;
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use uuid::Uuid;

/// A document as the view of a record shows it.
#[derive(Debug, Clone)]
pub struct Shown {
    pub id: Uuid,
    pub name: String,
    pub media_type: Option<String>,
    pub size_bytes: Option<i64>,
    pub updated_at: Instant,
}

/// The documents that belong to a record and that the actor may see, the latest made first.
///
/// # Errors
/// `Error::Forbidden` where the actor may read no documents at all.
pub fn of_record(conn: &mut Conn, actor: &Actor, object: &'static str, record: Uuid, limit: usize) -> Result<Vec<Shown>> {
    let sight = reads(actor, "documents")?;
    let mut sql = sql!(
        "SELECT t0.id, t0.name, t0.media_type, t0.size_bytes, t0.updated_at FROM document_links l JOIN documents t0 ON t0.id = l.document_id \
         WHERE t0.deleted_at IS NULL AND l.object = ? AND l.record_id = ?",
        object,
        record
    );
    sql = sql.also(read::sight(&sight));
    let sql = sql.text(" ORDER BY l.document_id DESC LIMIT ").bind(limit as i64);
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        let mut size_bytes = None;
        row.at(3, &mut |cell| {
            size_bytes = Some(cell.integer()?);
            Ok(())
        })?;
        found.push(Shown {
            id: row.uuid(0)?.unwrap_or_default(),
            name: row.text(1)?.unwrap_or_default(),
            media_type: row.text(2)?,
            size_bytes,
            updated_at: row
                .instant(4)?
                .ok_or_else(|| Error::Internal("a document without a date".to_owned()))?,
        });
        Ok(())
    })?;
    Ok(found)
}

/// Documents in a timeline: when they were made.
#[derive(Debug)]
pub struct Documents;
impl Source for Documents {
    fn kind(&self) -> &'static str {
        "document"
    }
    fn select(&self, ask: &Ask<'_>) -> Option<Sql> {
        let sight = ask.actor.sight("documents", "read").filter(|_| ask.channel.is_none())?;
        let customers = || ask.customers.iter().map(|id| Bind::from(*id));
        let mut all = vec![
            Sql::new("l.object = 'customers' AND l.record_id IN ").list(customers()),
            Sql::new("t0.deleted_at IS NULL"),
        ];
        if ask.customers.len() > 1 {
            // One that belongs to several of them stands there once.
            all.push(
                Sql::new("NOT EXISTS (SELECT 1 FROM document_links o WHERE o.document_id = l.document_id AND o.object = l.object AND o.record_id < l.record_id AND o.record_id IN ")
                    .list(customers())
                    .text(")"),
            );
        }
        all.extend(read::sight(&sight));
        all.extend(search::in_row(&ask.terms, ask.sqlite));
        all.extend(ask.person.map(|person| Sql::new("t0.created_by = ").bind(person)));
        let tie = tie("t0.id", ask.sqlite);
        let sql = Sql::new(format!(
            "SELECT t0.created_at AS at, {tie} AS tie, t0.id AS record_id, l.record_id AS customer_id, coalesce(t0.media_type, '') AS word, \
             CAST(NULL AS TEXT) AS channel, CAST(NULL AS TEXT) AS direction, t0.name AS title, substr(t0.description, 1, 300) AS summary, \
             t0.created_by AS actor_id FROM document_links l JOIN documents t0 ON t0.id = l.document_id WHERE "
        ));
        Some(sql.and(Sql::join(all, " AND ", "TRUE")))
    }
}

//! The text of documents, folded as searches are. A search looks into one column: the name and what else describes the document, and
//! behind it the text of its latest content.
use crate::core::conn::Conn;
use crate::core::jobs;
use crate::sql;
use domain::core::error::Result;
use domain::core::pipeline::Context;
use serde_json::json;
use uuid::Uuid;

/// The kind of the jobs that read texts.
pub const KIND: &str = "extract_text";

/// Puts the reading of a version's text off to a job, in the transaction that makes it needed.
///
/// # Errors
/// Those of the database.
pub fn put_off(conn: &mut Conn, document: Uuid, number: i64, context: &Context<'_>) -> Result<()> {
    let job = jobs::New {
        kind: KIND,
        key: format!("{document}:{number}"),
        payload: json!({ "document": document, "number": number }),
        run_at: context.now(),
        max_attempts: jobs::ATTEMPTS,
        created_by: None,
        origin: context.origin,
    };
    jobs::enqueue(conn, context.ids.next(), &job, context.now()).map(|_| ())
}

/// Lets searches look into a document by its key, and by the text of its content where there is one.
///
/// # Errors
/// Those of the database.
pub fn index(conn: &mut Conn, document: Uuid, key: &str) -> Result<()> {
    let text = conn.row(&sql!("SELECT folded FROM document_texts WHERE document_id = ?", document), |row| {
        row.text(0)
    })?;
    let search = match text.flatten() {
        Some(text) => format!("{key}\n{text}"),
        None => key.to_owned(),
    };
    conn.execute(&sql!("UPDATE documents SET search = ? WHERE id = ?", search, document))?;
    Ok(())
}

/// Keeps the folded text of a version in the place of an earlier one's, or none; [`index`] is for the caller.
///
/// # Errors
/// Those of the database.
pub fn keep(conn: &mut Conn, document: Uuid, number: i64, folded: Option<&str>) -> Result<()> {
    conn.execute(&sql!("DELETE FROM document_texts WHERE document_id = ?", document))?;
    if let Some(folded) = folded {
        conn.execute(&sql!(
            "INSERT INTO document_texts (document_id, number, folded) VALUES (?, ?, ?)",
            document,
            number,
            folded
        ))?;
    }
    Ok(())
}

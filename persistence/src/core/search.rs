//! Search by text, Persian-aware: the record's searchable fields are folded into one column when it is written, a query is folded
//! the same way, and every term must be found anywhere in it. SQLite answers with a trigram index (FTS5), PostgreSQL with pg_trgm.
use super::sql::Sql;
use domain::core::resource::Spec;

/// The fewest characters a trigram index can look for.
const TRIGRAM: usize = 3;

/// A condition for each term; terms are folded already.
pub fn sql(spec: &Spec, terms: &[String], sqlite: bool) -> Vec<Sql> {
    if terms.is_empty() {
        return Vec::new();
    }
    if !spec.fields.iter().any(|f| f.searchable) {
        return vec![Sql::new("FALSE")];
    }
    if !sqlite {
        return terms.iter().map(|t| like(t)).collect();
    }
    let (long, short): (Vec<&String>, Vec<&String>) = terms.iter().partition(|t| t.chars().count() >= TRIGRAM);
    let mut all: Vec<Sql> = short.into_iter().map(|t| like(t)).collect();
    if !long.is_empty() {
        // Quoted, each term is a literal: nothing in it is an operator.
        let query = long
            .iter()
            .map(|t| format!("\"{}\"", t.replace('"', "\"\"")))
            .collect::<Vec<_>>()
            .join(" AND ");
        let table = format!("{}_search", spec.object);
        all.push(
            Sql::new(format!("t0.rowid IN (SELECT rowid FROM {table} WHERE {table} MATCH "))
                .bind(query)
                .text(")"),
        );
    }
    all
}

/// The term anywhere in the text, literally.
fn like(term: &str) -> Sql {
    let escaped = term.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    Sql::new("t0.search LIKE ").bind(format!("%{escaped}%")).text(" ESCAPE '\\'")
}

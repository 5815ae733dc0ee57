//! Search by text, Persian-aware: the record's searchable fields are folded into one column when it is written, a query is folded
//! the same way, and every term must be found anywhere in it. SQLite answers with a trigram index (FTS5), PostgreSQL with pg_trgm.
//!
//! The index of SQLite says which rows hold which three letters in a row, not where. A query asks it for the rarest few of a term's
//! trigrams and looks for the term itself in the rows that are left: `912` is in every mobile number of a country, and to read its list
//! of rows takes longer than all else. How rare they are follows from a sample of the rows.
use super::conn::Conn;
use super::sql::Sql;
use crate::sql;
use domain::core::error::Result;
use domain::core::resource::Spec;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The fewest characters a trigram index can look for.
const TRIGRAM: usize = 3;
/// Trigrams that a query asks the index for at most.
const ASKED: usize = 4;
/// How much more common than the rarest another trigram may be that is asked for too: beyond, it costs more than it rules out.
const COMMONER: u32 = 8;

type Trigram = [char; TRIGRAM];

/// What a search asks of a row.
#[derive(Debug, Default)]
pub struct Search {
    /// Conditions on the row `t0` itself, that say it all.
    pub row: Vec<Sql>,
    /// What the text index of SQLite is asked, to come by few rows; none where it can't help.
    pub index: Option<String>,
}

impl Search {
    /// The rows that the index offers, as a condition on `t0`.
    pub fn offered(&self, spec: &Spec) -> Option<Sql> {
        let query = self.index.clone()?;
        let table = format!("{}_search", spec.object);
        let text = format!("t0.rowid IN (SELECT rowid FROM {table} WHERE {table} MATCH ");
        Some(Sql::new(text).bind(query).text(")"))
    }
}

/// Conditions for each term; terms are folded already.
pub fn search(conn: &mut Conn, spec: &'static Spec, terms: &[String]) -> Result<Search> {
    if terms.is_empty() {
        return Ok(Search::default());
    }
    if !spec.fields.iter().any(|f| f.searchable) {
        let row = vec![Sql::new("FALSE")];
        return Ok(Search { row, index: None });
    }
    let row = in_row(terms, conn.is_sqlite());
    let index = if conn.is_sqlite() && terms.iter().any(|t| t.chars().count() >= TRIGRAM) {
        let sample = sample(conn, spec)?;
        Some(query(terms, &sample))
    } else {
        None
    };
    Ok(Search { row, index })
}

/// That each term is somewhere in the row `t0`: all that a search needs where few rows are looked at.
pub fn in_row(terms: &[String], sqlite: bool) -> Vec<Sql> {
    let within = |t: &String| match sqlite {
        true => Sql::new("instr(t0.search, ").bind(t).text(") > 0"),
        false => like(t),
    };
    terms.iter().map(within).collect()
}

/// The term anywhere in the text, literally.
fn like(term: &str) -> Sql {
    let escaped = term.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    Sql::new("t0.search LIKE ").bind(format!("%{escaped}%")).text(" ESCAPE '\\'")
}

fn trigrams(text: &str) -> impl Iterator<Item = Trigram> {
    let letters: Vec<char> = text.chars().collect();
    let found: Vec<Trigram> = letters.windows(TRIGRAM).filter_map(|w| w.try_into().ok()).collect();
    found.into_iter()
}

/// The rarest trigrams of some terms, as the index is asked for them: the rarest first, which the others are then looked up by.
fn query(terms: &[String], sample: &Sample) -> String {
    let all: BTreeSet<Trigram> = terms.iter().flat_map(|t| trigrams(t)).collect();
    let mut all: Vec<(u32, Trigram)> = all.into_iter().map(|t| (sample.rows_with(t), t)).collect();
    all.sort_unstable();
    let most = all.first().map_or(0, |(rows, _)| rows.max(&1) * COMMONER);
    let asked = all.into_iter().take(ASKED).take_while(|(rows, _)| *rows <= most);
    // Quoted, each is a literal: nothing in it is an operator.
    let asked = asked.map(|(_, t)| format!("\"{}\"", t.iter().collect::<String>().replace('"', "\"\"")));
    asked.collect::<Vec<_>>().join(" AND ")
}

/// In how many of some rows, picked evenly, each trigram stands; those of a single row are left out.
#[derive(Debug, Default)]
struct Sample(HashMap<Trigram, u32>);

impl Sample {
    /// How many rows are looked at.
    const ROWS: i64 = 256;
    /// How long a sample is good for: what is common changes slowly.
    const GOOD: Duration = Duration::from_secs(600);

    fn rows_with(&self, trigram: Trigram) -> u32 {
        self.0.get(&trigram).copied().unwrap_or(1)
    }
    fn of(texts: &[String]) -> Sample {
        let mut found = HashMap::new();
        for text in texts {
            for trigram in trigrams(text).collect::<HashSet<_>>() {
                *found.entry(trigram).or_default() += 1;
            }
        }
        found.retain(|_, rows| *rows > 1);
        found.shrink_to_fit();
        Sample(found)
    }
}

/// When each object's sample was taken, and the sample.
type Samples = HashMap<&'static str, (Instant, Arc<Sample>)>;

/// Samples by object. A process serves one database; where it opens several, a sample of another one makes a search slower, never wrong.
static SAMPLES: LazyLock<Mutex<Samples>> = LazyLock::new(Mutex::default);

fn sample(conn: &mut Conn, spec: &'static Spec) -> Result<Arc<Sample>> {
    let mut samples = SAMPLES.lock().unwrap_or_else(PoisonError::into_inner);
    match samples.get_mut(spec.object) {
        Some((taken, sample)) if taken.elapsed() < Sample::GOOD => return Ok(sample.clone()),
        // The others go on with the old one meanwhile.
        Some((taken, _)) => *taken = Instant::now(),
        None => {}
    }
    drop(samples);
    let sql = Sql::new("WITH RECURSIVE picked (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM picked WHERE n + 1 < ")
        .bind(Sample::ROWS)
        .text(format!("), last (place) AS (SELECT coalesce(max(rowid), 0) FROM {}) ", spec.object))
        .text(format!("SELECT t.search FROM picked CROSS JOIN last JOIN {} t ", spec.object))
        .text("ON t.rowid = last.place - last.place * picked.n / ")
        .bind(Sample::ROWS);
    let mut texts = Vec::new();
    conn.rows(&sql, |row| {
        texts.extend(row.text(0)?);
        Ok(())
    })?;
    let sample = Arc::new(Sample::of(&texts));
    let mut samples = SAMPLES.lock().unwrap_or_else(PoisonError::into_inner);
    samples.insert(spec.object, (Instant::now(), sample.clone()));
    Ok(sample)
}

/// Brings the text indexes of SQLite up to date with the rows of this transaction. Every commit is preceded by it; rows written past it
/// wait for the next.
pub fn settle(conn: &mut Conn) -> Result<()> {
    if !conn.is_sqlite() {
        return Ok(());
    }
    let mut objects = Vec::new();
    let pending = sql!("SELECT object, max(old IS NOT NULL) FROM pending_search GROUP BY object");
    conn.rows(&pending, |row| {
        objects.push((row.text(0)?.unwrap_or_default(), row.integer(1)? > 0));
        Ok(())
    })?;
    if objects.is_empty() {
        return Ok(());
    }
    // The names are those that the triggers of our own tables wrote.
    for (object, changed) in objects {
        if changed {
            let text = format!(
                "INSERT INTO {object}_search ({object}_search, rowid, search) \
                 SELECT 'delete', place, old FROM pending_search WHERE old IS NOT NULL AND object = "
            );
            conn.execute(&Sql::new(text).bind(&object))?;
        }
        let text = format!(
            "INSERT INTO {object}_search (rowid, search) \
             SELECT t.rowid, t.search FROM pending_search p CROSS JOIN {object} t ON t.rowid = p.place WHERE p.object = "
        );
        conn.execute(&Sql::new(text).bind(&object))?;
    }
    conn.execute(&sql!("DELETE FROM pending_search"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(all: &[&str]) -> Vec<String> {
        all.iter().map(|t| (*t).to_owned()).collect()
    }

    #[test]
    fn the_rarest_trigrams_are_asked_for_and_common_ones_left_out() {
        let texts: Vec<String> = (0..100).map(|n| format!("+98912{:03} abc", n * 7)).collect();
        let sample = Sample::of(&texts);
        assert_eq!(sample.rows_with(['9', '1', '2']), 100);
        assert_eq!(query(&terms(&["912343"]), &sample), "\"234\" AND \"343\"");
        // Nothing rarer is left: a common one is still better than none.
        assert_eq!(query(&terms(&["912"]), &sample), "\"912\"");
        // A term too short for the index is left to the rows.
        assert_eq!(query(&terms(&["ab", "xyz"]), &sample), "\"xyz\"");
    }

    #[test]
    fn a_trigram_is_a_literal() {
        assert_eq!(query(&terms(&["a\"b"]), &Sample::default()), "\"a\"\"b\"");
        assert_eq!(query(&terms(&["کتاب"]), &Sample::default()), "\"تاب\" AND \"کتا\"");
    }
}

//! Search by text, Persian-aware: the record's searchable fields are folded into one column when it is written, a query is folded
//! the same way, and every term must be found anywhere in it. SQLite answers with a text index ([`super::text_index`]), PostgreSQL with
//! pg_trgm.
//!
//! The index of SQLite says which rows hold which three letters in a row, not where. A query asks it for the rarest few of a term's
//! trigrams and looks for the term itself in the rows that are left: `912` is in every mobile number of a country, and to read its list
//! of rows takes longer than all else. How rare they are follows from a sample of the rows.
use super::conn::Conn;
use super::sql::Sql;
use super::text_index::{TRIGRAM, Trigram, is_of_five, trigrams};
use domain::core::error::Result;
use domain::core::resource::Spec;
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Trigrams that a query asks the index for at most.
const ASKED: usize = 4;
/// Of these, those of one term that hardly a row holds: where one of them is, the others mostly are as well.
const UNSEEN: usize = 2;

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
        let text = format!("t0.rowid IN (SELECT -rowid FROM {table} WHERE {table} MATCH ");
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

/// What the index is asked for some terms: trigrams that hardly a row holds, or else the rarest, the rarest first, each where it rules
/// out half of what is left: more would cost more than they save.
fn query(terms: &[String], sample: &Sample) -> String {
    let (mut asked, mut seen) = (Vec::new(), BTreeSet::new());
    for term in terms {
        let all: BTreeSet<Trigram> = trigrams(term).into_iter().collect();
        // Those of five digits first: their codes are behind all letters.
        let (unseen, known): (Vec<_>, Vec<_>) = all.into_iter().rev().partition(|t| sample.rows(*t).count() == 0);
        asked.extend(unseen.into_iter().take(UNSEEN));
        seen.extend(known.into_iter().map(|t| (sample.rows(t).count(), t)));
    }
    asked.sort_unstable_by_key(|t| Reverse(*t));
    asked.dedup();
    asked.truncate(ASKED);
    // Five digits that the sample does not hold are in so few rows that nothing else is needed.
    if !asked.first().is_some_and(is_of_five) {
        let mut left = sample.all;
        for (_, trigram) in seen {
            let both = left.and(sample.rows(trigram));
            if asked.is_empty() || (asked.len() < ASKED && both.count() * 2 <= left.count()) {
                asked.push(trigram);
                left = both;
            }
        }
    }
    // Quoted, each is a literal: nothing in it is an operator.
    let quoted = |t: &Trigram| format!("\"{}\"", t.iter().collect::<String>().replace('"', "\"\""));
    asked.iter().map(quoted).collect::<Vec<_>>().join(" AND ")
}

/// Which rows of a sample.
#[derive(Debug, Default, Clone, Copy)]
struct Rows([u64; Sample::ROWS / 64]);

impl Rows {
    fn add(&mut self, row: usize) {
        self.0[row / 64] |= 1 << (row % 64);
    }
    fn and(mut self, other: Rows) -> Rows {
        self.0.iter_mut().zip(other.0).for_each(|(mine, theirs)| *mine &= theirs);
        self
    }
    fn count(self) -> u32 {
        self.0.iter().map(|bits| bits.count_ones()).sum()
    }
}

/// Which of some rows, picked evenly, each trigram stands in; those of a single row are left out.
#[derive(Debug, Default)]
struct Sample {
    all: Rows,
    by_trigram: HashMap<Trigram, Rows>,
}

impl Sample {
    /// How many rows are looked at.
    const ROWS: usize = 256;
    /// How long a sample is good for: what is common changes slowly.
    const GOOD: Duration = Duration::from_secs(600);

    fn rows(&self, trigram: Trigram) -> Rows {
        self.by_trigram.get(&trigram).copied().unwrap_or_default()
    }
    fn of(texts: &[String]) -> Sample {
        let mut sample = Sample::default();
        for (row, text) in texts.iter().enumerate().take(Sample::ROWS) {
            sample.all.add(row);
            for trigram in trigrams(text) {
                sample.by_trigram.entry(trigram).or_default().add(row);
            }
        }
        sample.by_trigram.retain(|_, rows| rows.count() > 1);
        sample.by_trigram.shrink_to_fit();
        sample
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
        .bind(Sample::ROWS as i64)
        .text(format!("), last (place) AS (SELECT coalesce(max(rowid), 0) FROM {}) ", spec.object))
        .text(format!("SELECT t.search FROM picked CROSS JOIN last JOIN {} t ", spec.object))
        .text("ON t.rowid = last.place - last.place * picked.n / ")
        .bind(Sample::ROWS as i64);
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
        assert_eq!(sample.rows(['9', '1', '2']).count(), 100);
        assert_eq!(query(&terms(&["x912a"]), &sample), "\"x91\" AND \"12a\"");
        // Nothing rarer is left: a common one is still better than none.
        assert_eq!(query(&terms(&["912"]), &sample), "\"912\"");
        // A term too short for the index is left to the rows.
        assert_eq!(query(&terms(&["ab", "xyz"]), &sample), "\"xyz\"");
    }

    #[test]
    fn of_words_that_many_rows_hold_one_trigram_each_is_asked_for() {
        let texts: Vec<String> = (0..100)
            .map(|n| format!("{} {}", ["maryam", "sara"][n % 2], ["rahimi", "karimi"][n / 2 % 2]))
            .collect();
        let sample = Sample::of(&texts);
        assert_eq!(query(&terms(&["maryam"]), &sample), "\"ary\"");
        assert_eq!(query(&terms(&["maryam", "rahimi"]), &sample), "\"ahi\" AND \"ary\"");
    }

    #[test]
    fn five_digits_are_asked_for_as_one() {
        let texts: Vec<String> = (0..100).map(|n| format!("+98912{:07} علی", n * 7919)).collect();
        let sample = Sample::of(&texts);
        let asked = query(&terms(&["9124567", "علی"]), &sample);
        let asked: Vec<Trigram> = asked.split(" AND ").flat_map(trigrams).filter(|t| !t.contains(&'"')).collect();
        assert!(asked.len() == UNSEEN && asked.iter().all(is_of_five), "{asked:?}");
    }

    #[test]
    fn a_trigram_is_a_literal() {
        assert_eq!(query(&terms(&["a\"b"]), &Sample::default()), "\"a\"\"b\"");
        assert_eq!(query(&terms(&["کتاب"]), &Sample::default()), "\"کتا\" AND \"تاب\"");
    }
}

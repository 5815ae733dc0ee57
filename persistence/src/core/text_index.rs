//! The text index of SQLite (FTS5): which rows hold which three characters in a row, a table of entries beside each table whose records
//! are searched, written in the transaction that writes the rows.
//!
//! What it is given of a row is not quite the row's text. To three digits in a row there are a thousand, each in so many more rows as
//! there are more rows; so a run of digits, as telephone numbers and addresses have, is written once more in codes of three digits each,
//! of which three in a row are five digits ([`entries`]). And an entry's number is that of its row, negative: a list is read from the
//! newest on, and FTS5 reads its own in rising order with the least effort. What no query needs is not kept: the text, its length, and
//! where in it something stands (`content = ''`, `columnsize = 0`, `detail = 'none'`, <https://sqlite.org/fts5.html>).
use super::conn::{Conn, fault};
use super::sql::Sql;
use crate::sql;
use diesel::SqliteConnection;
use domain::core::error::Result;

/// The fewest characters the index can look for.
pub(super) const TRIGRAM: usize = 3;

pub(super) type Trigram = [char; TRIGRAM];

/// The code of three digits that are noughts, and of all others in their order: characters that Unicode leaves to private use.
const CODES: u32 = 0xE000;
/// Digits that three codes in a row stand for, which is the shortest run that has any.
const FIVE: usize = 5;

/// The runs of five digits and more in a text, each in codes.
fn fives(text: &str) -> impl Iterator<Item = String> {
    let runs = text.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() >= FIVE);
    let code = |digits: &[u8]| digits.iter().fold(0, |n, digit| n * 10 + u32::from(digit - b'0'));
    runs.map(move |run| {
        run.as_bytes()
            .windows(TRIGRAM)
            .filter_map(|w| char::from_u32(CODES + code(w)))
            .collect()
    })
}

fn windows(text: &str) -> Vec<Trigram> {
    let letters: Vec<char> = text.chars().collect();
    letters.windows(TRIGRAM).filter_map(|w| w.try_into().ok()).collect()
}

/// All that the index says of a text, or could: of a term, what is said of every row that the term stands in.
pub(super) fn trigrams(text: &str) -> Vec<Trigram> {
    let mut all = windows(text);
    all.extend(fives(text).flat_map(|codes| windows(&codes)));
    all
}

/// Whether it stands for five digits.
pub(super) fn is_of_five(trigram: &Trigram) -> bool {
    trigram.iter().all(|c| (CODES..CODES + 1000).contains(&u32::from(*c)))
}

/// What the index is given of a text: the text, and its runs of digits in codes. In SQL this is the function `entries` of every
/// connection.
pub fn entries(text: &str) -> String {
    fives(text).fold(text.to_owned(), |mut all, codes| {
        all.push(' ');
        all.push_str(&codes);
        all
    })
}

mod function {
    use diesel::sql_types::Text;

    #[diesel::declare_sql_function]
    extern "SQL" {
        /// See [`super::entries`].
        fn entries(text: Text) -> Text;
    }

    pub use entries_utils::register_impl;
}

/// Makes the function `entries` known to a connection.
pub(super) fn register(conn: &mut SqliteConnection) -> Result<()> {
    function::register_impl(conn, |text: String| entries(&text)).map_err(fault)
}

/// Entries are written in the order of their numbers: for one that is out of order FTS5 would begin a new segment.
const RISING: &str = " ORDER BY p.place DESC";

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
                 SELECT 'delete', -place, entries(old) FROM pending_search p WHERE old IS NOT NULL AND object = "
            );
            conn.execute(&Sql::new(text).bind(&object).text(RISING))?;
        }
        let text = format!(
            "INSERT INTO {object}_search (rowid, search) \
             SELECT -t.rowid, entries(t.search) FROM pending_search p CROSS JOIN {object} t ON t.rowid = p.place WHERE p.object = "
        );
        conn.execute(&Sql::new(text).bind(&object).text(RISING))?;
    }
    conn.execute(&sql!("DELETE FROM pending_search"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_five_digits_are_written_once_more_in_codes() {
        assert_eq!(entries("علی 1234"), "علی 1234");
        let codes: String = [120, 204, 45].into_iter().filter_map(|n| char::from_u32(CODES + n)).collect();
        assert_eq!(entries("a12045b"), format!("a12045b {codes}"));
        assert_eq!(entries("12045 x 12045"), format!("12045 x 12045 {codes} {codes}"));
        assert!(windows(&codes).iter().all(is_of_five));
        assert!(!windows("12045").iter().any(is_of_five));
    }

    #[test]
    fn codes_of_a_part_are_among_those_of_the_whole() {
        let of = |text: &str| trigrams(text).into_iter().filter(is_of_five).collect::<Vec<_>>();
        let whole = of("+989123456789");
        assert_eq!(whole.len(), 8);
        assert!(of("9123456").iter().all(|code| whole.contains(code)));
        assert!(of("98765").iter().all(|code| !whole.contains(code)));
    }
}

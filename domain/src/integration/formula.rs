//! Cells that a spreadsheet would run as a formula (CSV injection: OWASP, ASVS 1.2.10). Records keep such text as it was given;
//! an export disarms it, and an import of that export restores it to the character.
use std::borrow::Cow;

/// The characters that start a formula in a spreadsheet, among them those which vanish before one and the full-width forms.
const TRIGGERS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}'];

/// What a spreadsheet shows as text: a cell that would start a formula gets an apostrophe in front, and so does one that
/// already has apostrophes in front of such a start. Without the second rule `'=1` and `=1` would be exported alike.
pub fn guard(cell: &str) -> Cow<'_, str> {
    if dangerous(cell.trim_start_matches('\'')) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// Undoes [`guard`]: `unguard(&guard(x)) == x` for every text. Text that starts with an apostrophe and no formula stays as it is.
pub fn unguard(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if dangerous(rest.trim_start_matches('\'')) => rest,
        _ => cell,
    }
}

fn dangerous(cell: &str) -> bool {
    cell.starts_with(TRIGGERS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_formula_is_disarmed_and_text_is_left_alone() {
        for formula in ["=HYPERLINK(\"http://x\")", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"] {
            assert_eq!(guard(formula), format!("'{formula}"));
        }
        for text in ["", "Nasrin", "'tis", "O'Reilly", "''", "a=b", " =1", "کارخانه"] {
            assert_eq!(guard(text), text);
            assert_eq!(unguard(text), text);
        }
    }

    #[test]
    fn an_apostrophe_that_was_there_before_survives() {
        assert_eq!(guard("'=1"), "''=1");
        assert_eq!(unguard("''=1"), "'=1");
        assert_eq!(unguard("'=1"), "=1");
    }

    proptest! {
        #[test]
        fn what_is_exported_comes_back_and_never_runs(text in "'{0,3}[-=+@\t\r\n＝a-zم ]{0,4}.{0,5}") {
            let out = guard(&text);
            prop_assert_eq!(unguard(&out), text.as_str());
            prop_assert!(!dangerous(&out));
        }
    }
}

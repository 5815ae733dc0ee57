//! Keys under which text is found again, whatever keyboard and habit wrote it. Persian is written with Arabic and Persian
//! letters and digits, with and without vowel marks, with and without half-spaces; a search must not care. Only keys are folded:
//! what the user wrote is stored as written, half-spaces (ZWNJ, U+200C) included.
//!
//! # Half-spaces
//! «می‌روم» is written with a half-space, joined (میروم) and apart (می روم), and names likewise (علی‌رضا, علیرضا, علی رضا). Three rules
//! together make every spelling find every other:
//! 1. [`fold`] removes the half-space, so the key of the first is the key of the second: «میروم».
//! 2. [`terms`] cuts a query at spaces and at half-spaces, and every piece must occur somewhere in the key: «می» and «روم» occur in
//!    «میروم» and in «می روم».
//! 3. [`search_key`] appends each run of Persian words once more, joined, so that the whole word «میروم» occurs in the key of
//!    «می روم» too.
//!
//! The price is a little precision: pieces are found apart from each other, and a word may be found across a space.
use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;
use std::borrow::Cow;

/// Zero width non-joiner, the Persian half-space.
const ZWNJ: char = '\u{200C}';

const NORMALIZER: DecomposingNormalizerBorrowed<'static> = DecomposingNormalizerBorrowed::new_nfkd();
const COMBINING: CanonicalCombiningClassMapBorrowed<'static> = CanonicalCombiningClassMapBorrowed::new();

/// The key of a text: two texts that read the same have the same key.
///
/// Compatibility forms are resolved (Unicode normalization, UAX #15), marks are dropped («مُحَمَّد» is «محمد», `José` is `jose`),
/// Arabic letters become the Persian ones (ي ى ئ to ی, ك to ک, ة ۀ to ه, أ إ آ ٱ to ا, ؤ to و), tatweel, half-spaces and other
/// invisible characters go, Persian and Arabic digits become ASCII, letters become lower-case, and white space becomes single
/// spaces with none at the ends. Folding a key gives the same key. The marks of Indic and Japanese scripts that make other
/// syllables are kept.
///
/// The decomposed form NFKD stands in for NFKC: it is the same text, and its marks are already apart from their letters.
pub fn fold(text: &str) -> String {
    let mut key = Key::new(text.len());
    if text.is_ascii() {
        text.chars().for_each(|c| key.push(c.to_ascii_lowercase()));
    } else {
        NORMALIZER.normalize_iter(text.chars()).for_each(|c| key.letter(c));
    }
    key.text
}

/// The key of a text to search in: its [`fold`], and each run of neighbouring words in Arabic script once more without the spaces
/// between them (see the module's rule 3). Meant for names, titles and other short text: a wholly Persian text grows to twice
/// its size.
pub fn search_key(text: &str) -> String {
    let mut key = fold(text);
    if key.is_ascii() {
        return key;
    }
    let mut joined = String::new();
    let mut run: Vec<&str> = Vec::new();
    for word in key.split(' ').map(Some).chain([None]) {
        match word {
            Some(word) if word.chars().all(arabic_script) => run.push(word),
            _ => {
                if run.len() > 1 {
                    joined.push(' ');
                    joined.extend(run.iter().copied());
                }
                run.clear();
            }
        }
    }
    key.push_str(&joined);
    key
}

/// The terms of a query, folded, each once, in the order written. A record is found when every one of them occurs in its key, as
/// part of a word or as the whole. Punctuation around a term is not part of it. Empty when there is nothing to search for. A query that is
/// a telephone number is found however it was typed, with 0 or 00 before it and with whatever stands between its digits.
pub fn terms(query: &str) -> Vec<String> {
    let mut found: Vec<String> = telephone(&fold(query));
    if !found.is_empty() {
        return found;
    }
    for piece in query.split(ZWNJ) {
        for word in fold(piece).split(' ') {
            let term = word.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '+' | '#' | '@'));
            if !term.is_empty() && !found.iter().any(|f| f == term) {
                found.push(term.to_owned());
            }
        }
    }
    found
}

/// The parts of a folded query that is a telephone number with what is dialled before it: what they leave out, such as 0 or 00, is not
/// written in the international form, and what stands between the digits may be anything. None where it is something else.
fn telephone(query: &str) -> Vec<String> {
    const SHORTEST: usize = 7;
    let between = |c: char| matches!(c, ' ' | '-' | '.' | '(' | ')');
    let dialled = query.trim_start_matches(between).starts_with(['0', '+']);
    let digits = query.chars().filter(char::is_ascii_digit).count();
    if !dialled || digits < SHORTEST || !query.chars().all(|c| c.is_ascii_digit() || c == '+' || between(c)) {
        return Vec::new();
    }
    let mut found: Vec<String> = Vec::new();
    for (i, part) in query.split(between).filter(|p| !p.is_empty()).enumerate() {
        let part = if i == 0 { part.trim_start_matches('0') } else { part };
        if !part.is_empty() && !found.iter().any(|f| f == part) {
            found.push(part.to_owned());
        }
    }
    found
}

/// The text with Persian (U+06F0–9) and Arabic (U+0660–9) digits as ASCII digits, all else unchanged; borrowed when there are none.
pub fn digits(text: &str) -> Cow<'_, str> {
    if text.chars().any(|c| ascii_digit(c) != c) {
        Cow::Owned(text.chars().map(ascii_digit).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether the text holds a character that turns the direction of what follows (U+202A–E, U+2066–9). With these, an identifier can
/// be made to look like another one (Unicode UTS #55), so they are refused in identifiers, e-mail addresses and file names.
pub fn has_bidi_control(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'))
}

/// Whether the text holds a control character (C0, DEL or C1) other than line feed and tab.
pub fn has_control(text: &str) -> bool {
    text.chars().any(|c| c.is_control() && c != '\n' && c != '\t')
}

fn ascii_digit(c: char) -> char {
    let zero = match c {
        '\u{06F0}'..='\u{06F9}' => 0x06F0,
        '\u{0660}'..='\u{0669}' => 0x0660,
        _ => return c,
    };
    char::from_digit(u32::from(c) - zero, 10).unwrap_or(c)
}

/// The Arabic block without its digits and punctuation, which are not letters.
fn arabic_script(c: char) -> bool {
    matches!(c, '\u{0600}'..='\u{06FF}') && c.is_alphabetic()
}

/// A key under construction.
struct Key {
    text: String,
    /// White space was seen since the last letter.
    gap: bool,
}

impl Key {
    fn new(capacity: usize) -> Self {
        Key {
            text: String::with_capacity(capacity),
            gap: false,
        }
    }

    /// Appends a character that is already decomposed.
    fn letter(&mut self, c: char) {
        match c {
            // Yeh, kaf and heh of Arabic, Urdu and Kurdish keyboards. Hamza and madda are marks by now, except in alef wasla.
            'ي' | 'ى' => self.push('ی'),
            'ك' | 'ڪ' => self.push('ک'),
            'ة' | 'ە' | 'ہ' | 'ۃ' | 'ھ' => self.push('ه'),
            'ٱ' => self.push('ا'),
            'ß' | 'ẞ' => {
                self.push('s');
                self.push('s');
            }
            // Lower-casing one letter at a time never gives the final sigma.
            'ς' => self.push('σ'),
            _ if ignorable(c) => {}
            _ => ascii_digit(c).to_lowercase().filter(|c| !mark(*c)).for_each(|c| self.push(c)),
        }
    }

    fn push(&mut self, c: char) {
        if c.is_whitespace() {
            self.gap = true;
        } else if !c.is_control() {
            if self.gap && !self.text.is_empty() {
                self.text.push(' ');
            }
            self.gap = false;
            self.text.push(c);
        }
    }
}

/// Tatweel, marks, and the characters that are not seen: soft hyphen, joiners, direction marks and controls, word joiners,
/// variation selectors, byte order mark.
fn ignorable(c: char) -> bool {
    matches!(c, '\u{0640}' | '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E0FFF}')
        || mark(c)
}

/// A mark whose loss leaves the word readable: any combining class except nukta (7), kana voicing (8) and virama (9).
fn mark(c: char) -> bool {
    c > '\u{02FF}' && !matches!(COMBINING.get_u8(c), 0 | 7..=9)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn folds() {
        let rows = [
            ("", ""),
            ("  Ali \t\n REZA  ", "ali reza"),
            ("علي", "علی"),
            ("كتاب", "کتاب"),
            ("موسى", "موسی"),
            ("رئیس", "رییس"),
            ("ر\u{06CC}\u{0654}یس", "رییس"),
            ("فاطمة", "فاطمه"),
            ("خانۀ", "خانه"),
            ("خانه\u{0654}", "خانه"),
            ("أحمد إسلام آذر ٱلله", "احمد اسلام اذر الله"),
            ("مؤمن", "مومن"),
            ("مُحَمَّد", "محمد"),
            ("ســـلام", "سلام"),
            ("می\u{200C}روم", "میروم"),
            ("۰۹۱۲ ٣٤٥ 67", "0912 345 67"),
            ("１２３ ＡＢＣ", "123 abc"),
            ("ﻋﻠﻲ", "علی"),
            ("\u{FEFF}\u{200F}سلام\u{202C}", "سلام"),
            ("José Müller", "jose muller"),
            ("Straße STRASSE", "strasse strasse"),
            ("ΟΔΟΣ οδος", "οδοσ οδοσ"),
            ("İstanbul", "istanbul"),
            ("a\u{0000}b\u{0085}c\u{00A0}d", "ab c d"),
            ("\u{3000}x\u{3000}", "x"),
        ];
        for (text, key) in rows {
            assert_eq!(fold(text), key, "{text:?}");
        }
    }

    #[test]
    fn keeps_marks_that_make_another_syllable() {
        assert_ne!(fold("が"), fold("か"));
        assert_ne!(fold("कि"), fold("क"));
    }

    #[test]
    fn every_spelling_finds_every_other() {
        let words = [
            ["می\u{200C}روم", "میروم", "می روم"],
            ["علی\u{200C}رضا", "علیرضا", "علي رضا"],
            ["كتاب\u{200C}خانه", "کتابخانه", "کتاب خانه"],
        ];
        for spellings in words {
            for stored in spellings {
                for query in spellings {
                    let key = search_key(&format!("شرکت {stored} (یزد)"));
                    assert!(terms(query).iter().all(|t| key.contains(t)), "{query} in {stored}");
                }
            }
        }
        assert!(!terms("میدوم").iter().all(|t| search_key("می روم").contains(t)));
    }

    #[test]
    fn search_keys() {
        let rows = [
            ("Ali Reza", "ali reza"),
            ("علی", "علی"),
            ("علی رضا", "علی رضا علیرضا"),
            ("علی رضا, Yazd ۱۲ دفتر مرکزی", "علی رضا, yazd 12 دفتر مرکزی دفترمرکزی"),
        ];
        for (text, key) in rows {
            assert_eq!(search_key(text), key, "{text}");
        }
    }

    #[test]
    fn cuts_queries() {
        let rows: [(&str, &[&str]); 6] = [
            ("", &[]),
            (" ، . ", &[]),
            ("Karimi, Ali KARIMI", &["karimi", "ali"]),
            ("«دفتر» مركزي؟", &["دفتر", "مرکزی"]),
            ("می\u{200C}روم", &["می", "روم"]),
            ("C++ a@b.ir +98۹۱۲", &["c++", "a@b.ir", "+98912"]),
        ];
        for (query, found) in rows {
            assert_eq!(terms(query), found, "{query}");
        }
    }

    #[test]
    fn a_telephone_number_is_found_however_it_was_typed() {
        let key = search_key("مریم احمدی +989121112233");
        for query in [
            "09121112233",
            "۰۹۱۲۱۱۱۲۲۳۳",
            "0912 111 2233",
            "0912-111-2233",
            "(0912) 111.2233",
            "00989121112233",
            "+98 912 111 2233",
            "9121112233",
        ] {
            assert!(!terms(query).is_empty() && terms(query).iter().all(|t| key.contains(t)), "{query}");
        }
        for other in ["09121112234", "0912 445 2233", "0013542419"] {
            assert!(!terms(other).iter().all(|t| key.contains(t)), "{other}");
        }
        assert_eq!(terms("2026-11-22"), ["2026-11-22"]);
        assert_eq!(terms("0000000"), ["0000000"]);
        assert_eq!(terms("0912"), ["0912"]);
    }

    #[test]
    fn digits_alone_change() {
        assert!(matches!(digits("علي 12"), Cow::Borrowed("علي 12")));
        assert_eq!(digits("علي ۰۱۲۳۴۵۶۷۸۹ ٠١٢٣٤٥٦٧٨٩"), "علي 0123456789 0123456789");
    }

    #[test]
    fn sees_controls() {
        for bad in ["a\u{202A}", "\u{202E}gpj.exe", "\u{2066}", "x\u{2069}"] {
            assert!(has_bidi_control(bad), "{bad:?}");
        }
        assert!(!has_bidi_control("می\u{200C}روم \u{200F}"));
        for bad in ["\0", "a\rb", "\u{1B}[0m", "\u{7F}", "\u{85}", "\u{9F}"] {
            assert!(has_control(bad), "{bad:?}");
        }
        assert!(!has_control("line\n\ttab می\u{200C}روم"));
    }

    proptest! {
        #[test]
        fn a_key_is_its_own_key(text in "\\PC{0,40}") {
            let key = fold(&text);
            prop_assert_eq!(fold(&key), key.clone());
            prop_assert!(!key.contains("  ") && key.trim() == key);
        }

        #[test]
        fn a_text_is_found_by_itself(text in "[آ-یa-zA-Z\u{200C} ۰-۹]{0,30}") {
            let key = search_key(&text);
            for term in terms(&text) {
                prop_assert!(key.contains(&term), "{} in {}", term, key);
            }
        }
    }
}

//! Identifiers with published rules: what is refused, and the one form in which each is stored and compared. What the user wrote
//! is kept beside that form by the record that holds it.
//!
//! Every function here takes hostile text: it refuses over-long input before it reads it, in constant time.
pub mod email;
pub mod iban;
pub mod iran;
pub mod phone;
pub mod website;

use crate::core::problem::Code;
use crate::core::text;
use std::borrow::Cow;

/// Longest character in UTF-8, in bytes.
const WIDEST: usize = 4;

/// The text without white space around it, refused when it is empty, has more than `max` characters, or holds control characters
/// or bidirectional controls. The length is judged before the content, so a text of any size costs the same.
fn trimmed(text: &str, max: usize) -> Result<&str, Code> {
    if text.len() > max * WIDEST {
        return Err(Code::TooLong);
    }
    let text = text.trim();
    if text.is_empty() {
        Err(Code::Required)
    } else if text.chars().count() > max {
        Err(Code::TooLong)
    } else if text.contains(['\n', '\t']) || text::has_control(text) || text::has_bidi_control(text) {
        Err(Code::Character)
    } else {
        Ok(text)
    }
}

/// The characters of a code that people write in groups: without spaces, hyphens and joiners, with ASCII digits.
fn ungrouped(text: &str) -> impl Iterator<Item = char> {
    let text: Cow<'_, str> = text::digits(text);
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2013}' | '\u{200B}'..='\u{200F}'))
        .collect::<Vec<_>>()
        .into_iter()
}

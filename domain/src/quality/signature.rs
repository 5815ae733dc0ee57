//! Numbers in the signature of a mail. Only what stands in a signature counts, or behind a word for a telephone at the end of what was
//! written: a number anywhere else may be an order's.
use crate::core::identifiers::phone;
use crate::core::text;
use crate::customers::contact_point::ContactKind;

/// The longest mail that is looked through, in bytes; of a longer one its end.
const MOST: usize = 64 << 10;
/// Lines of a signature that has no mark of its own.
const LINES: usize = 10;
/// The fewest digits of a number that is written to be called from elsewhere.
const DIGITS: usize = 7;

/// How people end what they write, in folded letters.
const CLOSINGS: [&str; 16] = [
    "regards",
    "best regards",
    "kind regards",
    "best wishes",
    "best",
    "sincerely",
    "yours sincerely",
    "yours faithfully",
    "cheers",
    "thanks",
    "thank you",
    "many thanks",
    "با احترام",
    "با تشکر",
    "با سپاس",
    "ارادتمند",
];
/// Words before a telephone number.
const TELEPHONES: [&str; 15] = [
    "tel",
    "telephone",
    "phone",
    "ph",
    "mobile",
    "mob",
    "cell",
    "direct",
    "office",
    "t",
    "m",
    "p",
    "تلفن",
    "موبایل",
    "همراه",
];
/// Words before a number that is no telephone's.
const OTHERS: [&str; 4] = ["fax", "f", "نمابر", "دورنگار"];

/// The telephone numbers of the signature under a mail's text, in E.164 and in their order, each once. A number without country code is read
/// in `region`.
pub fn signed(body: &str, region: &str) -> Vec<(ContactKind, String)> {
    let own = own(tail(body));
    let (lines, marked) = signature(&own);
    let mut found: Vec<(ContactKind, String)> = Vec::new();
    for line in lines {
        for (label, number) in numbers(line) {
            let label = label.as_deref();
            if label.is_some_and(|l| OTHERS.contains(&l)) || !marked && label.is_none_or(|l| !TELEPHONES.contains(&l)) {
                continue;
            }
            let Ok(phone) = phone::parse(number, region) else { continue };
            let kind = match phone.kind {
                phone::Kind::Mobile => ContactKind::Mobile,
                _ if label.is_some_and(|l| matches!(l, "mobile" | "mob" | "cell" | "m" | "موبایل" | "همراه")) => {
                    ContactKind::Mobile
                }
                _ => ContactKind::Phone,
            };
            if found.iter().all(|(_, value)| *value != phone.e164) {
                found.push((kind, phone.e164));
            }
        }
    }
    found
}

/// The end of a text, from a whole letter on.
fn tail(body: &str) -> &str {
    let mut at = body.len().saturating_sub(MOST);
    while !body.is_char_boundary(at) {
        at += 1;
    }
    body.get(at..).unwrap_or_default()
}

/// What its writer wrote, without the mail that it answers.
fn own(body: &str) -> Vec<&str> {
    let lines: Vec<&str> = body.lines().map(str::trim_end).collect();
    let quoted = |line: &str| {
        let line = line.trim_start_matches(['\u{200e}', '\u{200f}', '\u{202b}']).trim();
        let introduced =
            line.ends_with(':') && (line.starts_with("On ") || line.starts_with("در ") || line.contains(" wrote") || line.contains("نوشت"));
        line.starts_with('>') || introduced || line.starts_with("-----Original") || line.starts_with("From: ") || line.starts_with("_____")
    };
    let end = lines.iter().position(|line| quoted(line)).unwrap_or(lines.len());
    lines.into_iter().take(end).collect()
}

/// The lines of the signature, and whether something says that they are one.
fn signature<'a>(own: &[&'a str]) -> (Vec<&'a str>, bool) {
    let last = |from: usize| own.iter().skip(from).copied().collect::<Vec<_>>();
    if let Some(at) = own.iter().rposition(|line| matches!(line.trim(), "--" | "—" | "––")) {
        return (last(at + 1), true);
    }
    let closes = |line: &&str| {
        let folded = text::fold(line.trim().trim_end_matches([',', '،', '.', '!']));
        CLOSINGS.iter().any(|c| text::fold(c) == folded)
    };
    let filled = own.iter().rposition(|line| !line.trim().is_empty()).map_or(0, |at| at + 1);
    let near = filled.saturating_sub(LINES);
    match own.iter().skip(near).position(closes) {
        Some(at) => (last(near + at + 1), true),
        None => (last(near), false),
    }
}

/// The numbers of a line, each with the word before it.
fn numbers(line: &str) -> Vec<(Option<String>, &str)> {
    let part = |c: char| c.is_numeric() || matches!(c, '+' | '(' | ')' | '-' | '.' | ' ' | '\u{a0}' | '–');
    let (mut found, mut rest) = (Vec::new(), line);
    while let Some(start) = rest.find(|c: char| c.is_numeric() || matches!(c, '+' | '(')) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c| !part(c)).unwrap_or(from.len());
        let (number, after) = from.split_at(end);
        let number = number.trim_matches(|c: char| !(c.is_numeric() || matches!(c, '+' | '(' | ')')));
        let glued = before.chars().next_back().is_some_and(char::is_alphanumeric) || after.chars().next().is_some_and(char::is_alphabetic);
        if number.chars().filter(|c| c.is_numeric()).count() >= DIGITS && !glued {
            found.push((label(before), number));
        }
        rest = if end == 0 { from.get(1..).unwrap_or_default() } else { after };
    }
    found
}

/// The word that ends a text before a number, in small letters: `Tel.:` is `tel`.
fn label(before: &str) -> Option<String> {
    let words = before.trim_end_matches(|c: char| !c.is_alphabetic());
    let word = words.rsplit(|c: char| !c.is_alphabetic()).next()?;
    (!word.is_empty()).then(|| text::fold(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(body: &str) -> Vec<String> {
        signed(body, "IR").into_iter().map(|(kind, v)| format!("{kind:?} {v}")).collect()
    }

    #[test]
    fn a_marked_signature_is_read_and_its_fax_is_not() {
        let body = "Hello,\nour order 02188776655 is late.\n\n-- \nSara Karimi | Yazd Steel\nTel. +98 (35) 3724-1234, Fax: 035 3724 1235\nM: ۰۹۱۲ ۱۲۳ ۴۵۶۷\n";
        assert_eq!(told(body), ["Phone +983537241234", "Mobile +989121234567"]);
    }

    #[test]
    fn a_closing_word_marks_one_in_either_language() {
        assert_eq!(told("خدمت شما سلام\nبا احترام،\nعلی کریمی\n۰۹۳۵۱۲۳۴۵۶۷"), ["Mobile +989351234567"]);
        assert_eq!(told("See you.\nBest regards,\nAli\n+44 20 7946 0958"), ["Phone +442079460958"]);
    }

    #[test]
    fn without_a_mark_only_what_is_called_a_telephone_counts() {
        assert_eq!(
            told("Send it to 09121234567 please.\nThe code is 02188776655"),
            Vec::<String>::new()
        );
        assert_eq!(told("Please call me.\nAli\nMobile: 0912 123 4567"), ["Mobile +989121234567"]);
    }

    #[test]
    fn what_is_quoted_is_somebody_elses() {
        let body = "Fine.\n\nOn Mon, 3 March 2026, Sara wrote:\n> Regards\n> Mobile: 09121234567\n";
        assert_eq!(told(body), Vec::<String>::new());
        assert_eq!(
            told("-- \nAli\nMobile: 09351234567\n-----Original Message-----\nMobile: 09121234567"),
            ["Mobile +989351234567"]
        );
    }
}

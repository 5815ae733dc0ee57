//! One vCard, read by `calcard`, which knows the grammars of 2.1, 3.0 and 4.0, their encodings and folded lines; here its properties become
//! what a card says.
use calcard::common::{IanaString, PartialDateTime};
use calcard::vcard::{VCard, VCardEntry, VCardParameterName, VCardParameterValue, VCardProperty, VCardSex, VCardValue};
use calcard::{Entry, Parser};
use domain::integration::card::{Card, Name, Place, Typed};

/// Names in messengers, as address books of other houses write them.
const MESSENGERS: [(&str, &str); 9] = [
    ("x-aim", "aim"),
    ("x-icq", "icq"),
    ("x-jabber", "xmpp"),
    ("x-msn", "msn"),
    ("x-yahoo", "yahoo"),
    ("x-skype", "skype"),
    ("x-skype-username", "skype"),
    ("x-gtalk", "xmpp"),
    ("x-telegram", "telegram"),
];

/// What a card says; none where the text is no card.
pub fn read(text: &str) -> Option<Card> {
    let Entry::VCard(vcard) = Parser::new(text).entry() else {
        return None;
    };
    let mut card = Card::default();
    for entry in &vcard.entries {
        take(&mut card, &vcard, entry);
    }
    Some(card)
}

fn take(card: &mut Card, vcard: &VCard, entry: &VCardEntry) {
    let first = || entry.values.iter().find_map(text).filter(|t| !t.trim().is_empty());
    let typed = |value: Option<String>| {
        value.map(|value| Typed {
            value,
            types: types(entry),
            label: label(vcard, entry),
            preference: preference(entry),
        })
    };
    match &entry.name {
        VCardProperty::Version => card.version = first(),
        VCardProperty::Kind => card.kind = first().map(|k| k.to_lowercase()),
        VCardProperty::Uid => card.uid = first(),
        VCardProperty::Fn => card.formatted = card.formatted.take().or_else(first),
        VCardProperty::N => card.n = card.n.take().or_else(|| Some(name(entry))),
        VCardProperty::Nickname => card.nickname = card.nickname.take().or_else(|| joined(entry)),
        VCardProperty::Org if card.org.is_empty() => card.org = parts(entry).into_iter().filter(|part| !part.is_empty()).collect(),
        VCardProperty::Title => card.title.extend(first()),
        VCardProperty::Role => card.role = card.role.take().or_else(first),
        VCardProperty::Tel => card.tel.extend(typed(first())),
        VCardProperty::Email => card.email.extend(typed(first())),
        VCardProperty::Url => card.url.extend(typed(first())),
        VCardProperty::Impp => card.social.extend(typed(first())),
        VCardProperty::Adr => card.adr.extend(place(vcard, entry)),
        VCardProperty::Bday => card.bday = card.bday.take().or_else(first),
        VCardProperty::Gender => card.gender = card.gender.take().or_else(|| sex(entry)),
        VCardProperty::Lang => {
            let language = first().map(|l| l.chars().take(2).collect::<String>().to_lowercase());
            card.language = card.language.take().or(language.filter(|l| matches!(l.as_str(), "fa" | "en")));
        }
        VCardProperty::Note => card.note.extend(first()),
        VCardProperty::Photo => card.photo += 1,
        VCardProperty::Other(name) => {
            let name = name.to_lowercase();
            if name == "x-abshowas" {
                card.company = first().is_some_and(|how| how.eq_ignore_ascii_case("company"));
            } else if let Some((_, service)) = MESSENGERS.iter().find(|(x, _)| *x == name) {
                card.social.extend(typed(first().map(|value| format!("{service}:{value}"))));
            } else if name == "x-socialprofile" {
                card.social.extend(typed(first()));
            }
        }
        _ => {}
    }
}

/// A value as text; what is no text, such as a picture, is none.
fn text(value: &VCardValue) -> Option<String> {
    let said = match value {
        VCardValue::Text(text) => Some(text.clone()),
        VCardValue::Component(parts) => Some(parts.join(",")),
        VCardValue::Integer(n) => Some(n.to_string()),
        VCardValue::PartialDateTime(date) => Some(date_text(date)),
        VCardValue::Kind(kind) => Some(kind.as_str().to_owned()),
        // An address in a URI without a body of its own.
        _ => None,
    };
    said.map(|text| {
        let lines = text.replace("\r\n", "\n").replace('\r', "\n");
        lines.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect()
    })
}

/// A date as RFC 6350 writes it: what is not said of it is left out.
fn date_text(date: &PartialDateTime) -> String {
    match (date.year, date.month, date.day) {
        (Some(year), Some(month), Some(day)) => format!("{year:04}-{month:02}-{day:02}"),
        (Some(year), Some(month), None) => format!("{year:04}-{month:02}"),
        (Some(year), _, _) => format!("{year:04}"),
        (None, month, day) => {
            let part = |n: Option<u8>| n.map_or("-".to_owned(), |n| format!("{n:02}"));
            format!("--{}{}", part(month), part(day))
        }
    }
}

fn parts(entry: &VCardEntry) -> Vec<String> {
    entry.values.iter().map(|value| text(value).unwrap_or_default()).collect()
}

fn joined(entry: &VCardEntry) -> Option<String> {
    let all: Vec<String> = parts(entry).into_iter().filter(|part| !part.trim().is_empty()).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

fn name(entry: &VCardEntry) -> Name {
    let mut parts = parts(entry).into_iter();
    let mut next = || parts.next().unwrap_or_default();
    Name {
        family: next(),
        given: next(),
        additional: next(),
        prefix: next(),
        suffix: next(),
    }
}

fn place(vcard: &VCard, entry: &VCardEntry) -> Option<Place> {
    let mut parts = parts(entry).into_iter();
    let mut next = || parts.next().unwrap_or_default();
    let place = Place {
        po_box: next(),
        extended: next(),
        street: next(),
        city: next(),
        region: next(),
        postal_code: next(),
        country: next(),
        types: types(entry),
        label: label(vcard, entry),
    };
    let said = [
        &place.po_box,
        &place.extended,
        &place.street,
        &place.city,
        &place.region,
        &place.postal_code,
        &place.country,
    ];
    said.iter().any(|part| !part.trim().is_empty()).then_some(place)
}

fn sex(entry: &VCardEntry) -> Option<String> {
    let word = entry.values.iter().find_map(|value| match value {
        VCardValue::Sex(VCardSex::Female) => Some("female"),
        VCardValue::Sex(VCardSex::Male) => Some("male"),
        VCardValue::Sex(VCardSex::Other) => Some("other"),
        _ => None,
    });
    word.map(str::to_owned)
}

/// The types of a property in small letters; in 2.1 they stand without a name.
fn types(entry: &VCardEntry) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for parameter in &entry.params {
        let words = match &parameter.name {
            VCardParameterName::Type => parameter.value.as_text(),
            VCardParameterName::Other(name) if parameter.value == VCardParameterValue::Null => Some(name.as_str()),
            _ => None,
        };
        for word in words.into_iter().flat_map(|w| w.split(',')) {
            let word = word.trim().to_lowercase();
            if !word.is_empty() && word != "pref" && !all.contains(&word) {
                all.push(word);
            }
        }
    }
    all
}

/// How much a value is preferred: a number from 1 (RFC 6350), or the word alone, as older cards have it.
fn preference(entry: &VCardEntry) -> Option<u32> {
    entry.params.iter().find_map(|parameter| match (&parameter.name, &parameter.value) {
        (VCardParameterName::Pref, VCardParameterValue::Integer(n)) => Some(*n),
        (VCardParameterName::Pref, _) => Some(1),
        (VCardParameterName::Type, value) => {
            let pref = |word: &str| word.split(',').any(|w| w.trim().eq_ignore_ascii_case("pref"));
            value.as_text().is_some_and(pref).then_some(1)
        }
        (VCardParameterName::Other(name), _) if name.eq_ignore_ascii_case("pref") => Some(1),
        _ => None,
    })
}

/// What the card's owner calls a value: Apple's and Google's way, a property of the same group. `_$!<Home>!$_` is their word for `Home`.
fn label(vcard: &VCard, entry: &VCardEntry) -> Option<String> {
    let group = entry.group.as_ref()?;
    let names = |e: &&VCardEntry| {
        let labels = matches!(&e.name, VCardProperty::Other(name) if name.eq_ignore_ascii_case("x-ablabel"));
        labels && e.group.as_ref().is_some_and(|g| g.eq_ignore_ascii_case(group))
    };
    let told = vcard.entries.iter().find(names)?.values.iter().find_map(text)?;
    let own = told.trim().trim_start_matches("_$!<").trim_end_matches(">!$_").trim();
    let plain = own.to_lowercase();
    let label = if matches!(plain.as_str(), "home" | "work" | "school" | "other" | "main") {
        plain
    } else {
        own.to_owned()
    };
    (!label.is_empty()).then_some(label)
}

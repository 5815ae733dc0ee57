//! The headings that tools and people write over columns, and the target each one means. A heading of a layout whose target is
//! empty is known and has no place in a customer, which keeps the general synonyms from guessing at it.
mod general;

pub use general::GENERAL;
use icu_normalizer::DecomposingNormalizer;
use std::collections::HashMap;
use std::sync::LazyLock;

/// A table of headings, by their [`key`].
pub type Table = LazyLock<HashMap<String, &'static str>>;

/// A heading without what differs by accident: case, accents, spaces and punctuation, and the Arabic forms of Persian letters.
pub fn key(heading: &str) -> String {
    let folded = DecomposingNormalizer::new_nfkd()
        .normalize(heading.trim_start_matches('\u{FEFF}'))
        .to_lowercase();
    let mut key = String::with_capacity(folded.len());
    for c in folded.chars() {
        match c {
            'ß' => key.push_str("ss"),
            '\u{064A}' | '\u{0649}' => key.push('\u{06CC}'),
            '\u{0643}' => key.push('\u{06A9}'),
            '\u{0629}' => key.push('\u{0647}'),
            '\u{0640}' | '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{0300}'..='\u{036F}' => {}
            c if c.is_alphanumeric() => key.push(c),
            _ => {}
        }
    }
    key
}

fn table(rows: &[(&str, &'static str)]) -> HashMap<String, &'static str> {
    rows.iter().map(|(heading, target)| (key(heading), *target)).collect()
}

/// Google Contacts, the layout until 2023 and the one since; its numbered columns are read by [`google`].
pub static GOOGLE: Table = LazyLock::new(|| {
    table(&[
        ("Name", "display_name"),
        ("Given Name", "given_name"),
        ("Additional Name", "given_name"),
        ("Family Name", "family_name"),
        ("First Name", "given_name"),
        ("Middle Name", "given_name"),
        ("Last Name", "family_name"),
        ("File As", "display_name"),
        ("Organization Name", "organization_name"),
        ("Birthday", "birth_date"),
        ("Notes", "notes"),
        ("Location", ""),
        ("Language", ""),
        ("Subject", ""),
    ])
});

/// A numbered column of Google Contacts (`Phone 2 - Type`, `E-mail 1 - Label`); none for any other heading.
pub fn google(heading: &str) -> Option<String> {
    let (thing, part) = heading.trim().split_once(" - ")?;
    let (thing, n) = thing.rsplit_once(' ')?;
    let n = n.parse::<u8>().ok().filter(|n| (1..=99).contains(n))?;
    let (thing, part) = (key(thing), key(part));
    let kind = match thing.as_str() {
        "email" => "email",
        "phone" => "phone",
        "website" => "website",
        "im" => "social",
        "address" => {
            let part = match part.as_str() {
                "type" | "label" => "label",
                "street" | "extendedaddress" => "street",
                "city" => "city",
                "region" => "province",
                "postalcode" => "postal_code",
                "country" => "country",
                "formatted" => "formatted",
                _ => return None,
            };
            return Some(format!("addresses[#{n}].{part}"));
        }
        "organization" if n == 1 && part == "name" => return Some("organization_name".to_owned()),
        _ => return None,
    };
    match (kind, part.as_str()) {
        (_, "value") => Some(format!("contact_points[{kind}#{n}]")),
        ("social", "service") => Some(format!("contact_points[{kind}#{n}].label")),
        ("email" | "phone" | "website", "type" | "label") => Some(format!("contact_points[{kind}#{n}].label")),
        _ => None,
    }
}

/// Outlook in English, German and French. What it calls "other" are addresses and numbers that are neither work nor home.
pub static OUTLOOK: Table = LazyLock::new(|| {
    let mut all = table(&[
        ("Title", ""),
        ("Company", "organization_name"),
        ("Firma", "organization_name"),
        ("Société", "organization_name"),
        ("Titre", ""),
        ("Weitere Vornamen", "given_name"),
        ("Deuxième prénom", "given_name"),
        ("Suffixe", ""),
        ("E-mail Address", "contact_points[email]"),
        ("E-mail 2 Address", "contact_points[email]"),
        ("E-mail 3 Address", "contact_points[email]"),
        ("E-Mail-Adresse", "contact_points[email]"),
        ("E-Mail 2: Adresse", "contact_points[email]"),
        ("E-Mail 3: Adresse", "contact_points[email]"),
        ("Adresse de messagerie", "contact_points[email]"),
        ("Adresse de messagerie 2", "contact_points[email]"),
        ("Adresse de messagerie 3", "contact_points[email]"),
        ("Mobile Phone", "contact_points[mobile]"),
        ("Mobiltelefon", "contact_points[mobile]"),
        ("Mobiltelefon 2", "contact_points[mobile]"),
        ("Tél. mobile", "contact_points[mobile]"),
        ("Car Phone", "contact_points[mobile:car]"),
        ("Autotelefon", "contact_points[mobile:car]"),
        ("Téléphone (voiture)", "contact_points[mobile:car]"),
        ("Company Main Phone", "contact_points[phone:company]"),
        ("Telefon Firma", "contact_points[phone:company]"),
        ("Téléphone société", "contact_points[phone:company]"),
        ("Primary Phone", "contact_points[phone]"),
        ("Haupttelefon", "contact_points[phone]"),
        ("Téléphone principal", "contact_points[phone]"),
        ("Assistant's Phone", "contact_points[phone:assistant]"),
        ("Telefon Assistent", "contact_points[phone:assistant]"),
        ("Téléphone de l'assistant(e)", "contact_points[phone:assistant]"),
        ("Weiteres Telefon", "contact_points[phone:other]"),
        ("Weiteres Fax", "contact_points[fax:other]"),
        ("Web Page", "contact_points[website]"),
        ("Personal Web Page", "contact_points[website:home]"),
        ("Business Homepage", "contact_points[website:work]"),
        ("Webseite", "contact_points[website]"),
        ("Page Web", "contact_points[website]"),
        ("Geburtstag", "birth_date"),
        ("Anniversaire", "birth_date"),
        ("Birthday", "birth_date"),
        ("Region geschäftlich", "addresses[work].province"),
        ("Bundesland/Kanton privat", "addresses[home].province"),
        ("Weitere Straße", "addresses[other].street"),
        ("Weiterer Ort", "addresses[other].city"),
        ("Weiteres/r Bundesland/Kanton", "addresses[other].province"),
        ("Weitere Postleitzahl", "addresses[other].postal_code"),
        ("Weiteres/e Land/Region", "addresses[other].country"),
        ("Location", ""),
        ("Ort", ""),
        ("Language", ""),
        ("Account", ""),
    ]);
    for (label, english, german, french) in [
        ("work", "Business", "geschäftlich", "bureau"),
        ("home", "Home", "privat", "domicile"),
        ("other", "Other", "weitere", "autre"),
    ] {
        for (kind, en, de, fr) in [("phone", "Phone", "Telefon", "Téléphone"), ("fax", "Fax", "Fax", "Télécopie")] {
            let target: &'static str = String::leak(format!("contact_points[{kind}:{label}]"));
            all.insert(key(&format!("{english} {en}")), target);
            all.insert(key(&format!("{english} {en} 2")), target);
            all.insert(key(&format!("{de} {german}")), target);
            all.insert(key(&format!("{de} {german} 2")), target);
            all.insert(key(&format!("{fr} ({french})")), target);
            all.insert(key(&format!("{fr} 2 ({french})")), target);
        }
        for (part, en, de, fr) in [
            ("street", "Street", "Straße", "Rue"),
            ("street", "Street 2", "Straße 2", "Rue 2"),
            ("street", "Street 3", "Straße 3", "Rue 3"),
            ("city", "City", "Ort", "Ville"),
            ("province", "State", "Bundesland", "Dép/Région"),
            ("postal_code", "Postal Code", "Postleitzahl", "Code postal"),
            ("country", "Country/Region", "Land/Region", "Pays/Région"),
            ("country", "Country", "Land", "Pays"),
        ] {
            let target: &'static str = String::leak(format!("addresses[{label}].{part}"));
            let numbered = |name: &str, place: &str| match name.rsplit_once(' ') {
                Some((name, n)) if n.len() == 1 => format!("{name} {place} {n}"),
                _ => format!("{name} {place}"),
            };
            all.insert(key(&format!("{english} {en}")), target);
            all.insert(key(&numbered(de, german)), target);
            all.insert(key(&numbered(fr, french)), target);
        }
    }
    all
});

/// HubSpot contacts and companies.
pub static HUBSPOT: Table = LazyLock::new(|| {
    table(&[
        ("Record ID", "external_ids.hubspot"),
        ("Record ID - Contact", "external_ids.hubspot"),
        ("Record ID - Company", "external_ids.hubspot"),
        ("Contact ID", "external_ids.hubspot"),
        ("Company Name", "organization_name"),
        ("Associated Company", "organization_name"),
        ("Email", "contact_points[email]"),
        ("Work email", "contact_points[email:work]"),
        ("Additional email addresses", "contact_points[email]"),
        ("Phone Number", "contact_points[phone]"),
        ("Mobile Phone Number", "contact_points[mobile]"),
        ("Fax Number", "contact_points[fax]"),
        ("Website URL", "contact_points[website]"),
        ("Lifecycle Stage", "lifecycle_stage"),
        ("Name", "organization_name"),
    ])
});

/// Salesforce contacts and accounts, by API name (data loader) and by label (report); both have the same key.
pub static SALESFORCE: Table = LazyLock::new(|| {
    let mut all = table(&[
        ("Title", ""),
        ("Name", "display_name"),
        ("Full Name", "display_name"),
        ("Account Name", "organization_name"),
        ("Account.Name", "organization_name"),
        ("Account ID", ""),
        ("Id", "external_ids.salesforce"),
        ("Contact ID", "external_ids.salesforce"),
        ("Email", "contact_points[email]"),
        ("Phone", "contact_points[phone]"),
        ("Business Phone", "contact_points[phone:work]"),
        ("Home Phone", "contact_points[phone:home]"),
        ("Other Phone", "contact_points[phone:other]"),
        ("Assistant Phone", "contact_points[phone:assistant]"),
        ("Asst. Phone", "contact_points[phone:assistant]"),
        ("Mobile", "contact_points[mobile]"),
        ("MobilePhone", "contact_points[mobile]"),
        ("Fax", "contact_points[fax]"),
        ("Website", "contact_points[website]"),
        ("Birthdate", "birth_date"),
        ("Description", "notes"),
    ]);
    for label in ["mailing", "other", "billing", "shipping"] {
        for (part, names) in [
            ("street", &["Street", "Address Line 1", "Address Line 2", "Address Line 3"][..]),
            ("city", &["City"]),
            ("province", &["State", "State/Province"]),
            ("postal_code", &["PostalCode", "Zip", "Zip/Postal Code"]),
            ("country", &["Country"]),
        ] {
            let target: &'static str = String::leak(format!("addresses[{label}].{part}"));
            all.extend(names.iter().map(|name| (key(&format!("{label} {name}")), target)));
        }
    }
    all
});

/// Thunderbird's address book.
pub static THUNDERBIRD: Table = LazyLock::new(|| {
    let mut all = table(&[
        ("Display Name", "display_name"),
        ("Primary Email", "contact_points[email]"),
        ("Secondary Email", "contact_points[email]"),
        ("Screen Name", "contact_points[social]"),
        ("Work Phone", "contact_points[phone:work]"),
        ("Home Phone", "contact_points[phone:home]"),
        ("Fax Number", "contact_points[fax]"),
        ("Mobile Number", "contact_points[mobile]"),
        ("Organization", "organization_name"),
        ("Web Page 1", "contact_points[website:work]"),
        ("Web Page 2", "contact_points[website:home]"),
        ("Birth Year", "birth_date.year"),
        ("Birth Month", "birth_date.month"),
        ("Birth Day", "birth_date.day"),
        ("Notes", "notes"),
    ]);
    for label in ["home", "work"] {
        for (name, part) in [
            ("Address", "street"),
            ("Address 2", "street"),
            ("City", "city"),
            ("State", "province"),
            ("ZipCode", "postal_code"),
            ("Country", "country"),
        ] {
            let target: &'static str = String::leak(format!("addresses[{label}].{part}"));
            all.insert(key(&format!("{label} {name}")), target);
        }
    }
    all
});

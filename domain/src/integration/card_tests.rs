use super::*;

fn typed(value: &str, types: &[&str]) -> Typed {
    Typed {
        value: value.to_owned(),
        types: types.iter().map(|t| (*t).to_owned()).collect(),
        ..Typed::default()
    }
}

#[test]
fn a_card_becomes_a_person_and_loses_nothing() {
    let mut preferred = typed("09121234567", &["cell"]);
    preferred.preference = Some(1);
    let card = Card {
        formatted: Some("Dr. Ali Karimi".to_owned()),
        n: Some(Name {
            family: "Karimi".to_owned(),
            given: "Ali".to_owned(),
            prefix: "Dr.".to_owned(),
            ..Name::default()
        }),
        org: vec!["Yazd Steel".to_owned(), "Sales".to_owned()],
        tel: vec![
            typed("0935 123 4567", &["cell", "home"]),
            preferred,
            typed("BusinessPhone", &["work", "voice"]),
            typed("tel:+98-912-123-4567", &["cell"]),
        ],
        email: vec![typed("ali@yazd.example", &["internet"])],
        bday: Some("--0203".to_owned()),
        uid: Some("urn:uuid:7".to_owned()),
        photo: 2,
        ..Card::default()
    };
    let (filled, left) = body(&card, "IR");
    assert_eq!(left, [LeftOver::Photo, LeftOver::Noted, LeftOver::Noted]);
    let expected = json!({
        "kind": "person", "given_name": "Ali", "family_name": "Karimi", "organization_name": "Yazd Steel", "display_name": "Dr. Ali Karimi",
        "contact_points": [
            {"kind": "mobile", "value": "0935 123 4567", "primary": false, "label": "home"},
            {"kind": "mobile", "value": "09121234567", "primary": true},
            {"kind": "email", "value": "ali@yazd.example", "primary": false}
        ],
        "notes": "Department: Sales\nTelephone (work): BusinessPhone\nBirthday: --0203", "external_ids": {"vcard": "urn:uuid:7"}
    });
    assert_eq!(Value::Object(filled.body), expected);
}

#[test]
fn a_company_is_one_and_numbers_are_read_where_it_is() {
    let card = Card {
        formatted: Some("IBM".to_owned()),
        org: vec!["IBM".to_owned()],
        tel: vec![typed("(212) 555-7777", &["work"])],
        adr: vec![Place {
            street: "1 Main St\n2nd floor".to_owned(),
            city: "New York".to_owned(),
            country: "U.S.A.".to_owned(),
            ..Place::default()
        }],
        ..Card::default()
    };
    let (filled, left) = body(&card, "IR");
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(filled.body["kind"], "organization");
    assert_eq!(
        filled.body["addresses"],
        json!([{"street": "1 Main St, 2nd floor", "city": "New York", "country": "US"}])
    );
    assert_eq!(filled.body["contact_points"][0]["value"], "(212) 555-7777");
    assert_eq!(body(&Card::default(), "IR").0, Filled::default());
}

#[test]
fn days_of_birth_are_whole_days() {
    let told = |text: &str| birthday(text).map(|d| d.to_string());
    for text in ["1980-03-22", "19800322", "1980-03-22T00:00:00Z", "۱۹۸۰-۰۳-۲۲"] {
        assert_eq!(told(text).as_deref(), Some("1980-03-22"), "{text}");
    }
    for text in ["--0322", "1980", "1980-13-01", "soon"] {
        assert_eq!(told(text), None, "{text}");
    }
}

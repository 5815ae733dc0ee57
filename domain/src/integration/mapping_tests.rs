#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::*;

/// The targets of a header row, an empty text for a column without one.
fn targets(header: &str, separator: char) -> (Layout, Vec<String>) {
    let headers: Vec<String> = header.split(separator).map(str::to_owned).collect();
    let (layout, mapping) = guess(&headers);
    (layout, mapping.into_iter().map(|c| c.target.unwrap_or_default()).collect())
}

fn all_but(header: &str, expected: Layout) -> Vec<String> {
    let headers: Vec<String> = header.split(',').map(str::to_owned).collect();
    let (layout, mapping) = guess(&headers);
    assert_eq!(layout, expected);
    unmapped(&mapping).map(|(_, header)| header.to_owned()).collect()
}

#[test]
fn google_old_and_new() {
    let (layout, old) = targets(
        "Name,Given Name,Additional Name,Family Name,Nickname,Birthday,Notes,Group Membership,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value,Address 1 - Type,Address 1 - Formatted,Address 1 - Region,Organization 1 - Name,Organization 2 - Name,Website 1 - Value",
        ',',
    );
    assert_eq!(layout, Layout::GoogleContacts);
    assert_eq!(
        old,
        [
            "display_name",
            "given_name",
            "given_name",
            "family_name",
            "",
            "birth_date",
            "notes",
            "",
            "contact_points[email#1].label",
            "contact_points[email#1]",
            "contact_points[phone#1].label",
            "contact_points[phone#1]",
            "addresses[#1].label",
            "addresses[#1].formatted",
            "addresses[#1].province",
            "organization_name",
            "",
            "contact_points[website#1]",
        ]
    );
    let left = all_but(
        "First Name,Middle Name,Last Name,Phonetic First Name,File As,Organization Name,Organization Title,Birthday,Notes,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value",
        Layout::GoogleContacts,
    );
    assert_eq!(left, ["Phonetic First Name", "Organization Title", "Photo", "Labels"]);
}

#[test]
fn outlook_in_three_languages() {
    let (layout, english) = targets(
        "Title,First Name,Middle Name,Last Name,Company,Business Street,Business Street 2,Business State,Business Country/Region,Home Postal Code,Business Fax,Business Phone 2,Mobile Phone,Birthday,E-mail Address,E-mail 2 Address,Notes,Web Page",
        ',',
    );
    assert_eq!(layout, Layout::Outlook);
    assert_eq!(
        english,
        [
            "",
            "given_name",
            "given_name",
            "family_name",
            "organization_name",
            "addresses[work].street",
            "addresses[work].street",
            "addresses[work].province",
            "addresses[work].country",
            "addresses[home].postal_code",
            "contact_points[fax:work]",
            "contact_points[phone:work]",
            "contact_points[mobile]",
            "birth_date",
            "contact_points[email]",
            "contact_points[email]",
            "notes",
            "contact_points[website]",
        ]
    );
    let (layout, german) = targets(
        "Anrede;Vorname;Weitere Vornamen;Nachname;Firma;Straße geschäftlich;Straße geschäftlich 2;Ort geschäftlich;Region geschäftlich;Postleitzahl geschäftlich;Land/Region geschäftlich;Telefon (privat);Mobiltelefon;E-Mail-Adresse;E-Mail 2: Adresse;Geburtstag",
        ';',
    );
    assert_eq!(layout, Layout::OutlookEurope);
    assert_eq!(
        german,
        [
            "",
            "given_name",
            "given_name",
            "family_name",
            "organization_name",
            "addresses[work].street",
            "addresses[work].street",
            "addresses[work].city",
            "addresses[work].province",
            "addresses[work].postal_code",
            "addresses[work].country",
            "contact_points[phone:home]",
            "contact_points[mobile]",
            "contact_points[email]",
            "contact_points[email]",
            "birth_date",
        ]
    );
    let (layout, french) = targets(
        "Prénom,Deuxième prénom,Nom,Société,Rue (bureau),Rue (bureau) 2,Dép/Région (bureau),Pays (domicile),Téléphone 2 (bureau),Tél. mobile,Adresse de messagerie,Anniversaire",
        ',',
    );
    assert_eq!(layout, Layout::OutlookEurope);
    assert_eq!(
        french,
        [
            "given_name",
            "given_name",
            "family_name",
            "organization_name",
            "addresses[work].street",
            "addresses[work].street",
            "addresses[work].province",
            "addresses[home].country",
            "contact_points[phone:work]",
            "contact_points[mobile]",
            "contact_points[email]",
            "birth_date",
        ]
    );
}

#[test]
fn hubspot_salesforce_and_thunderbird() {
    let left = all_but(
        "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Company Name,Street Address,City,State/Region,Postal Code,Country/Region,Lifecycle Stage,Lead Status,Create Date",
        Layout::Hubspot,
    );
    assert_eq!(left, ["Contact owner", "Lead Status", "Create Date"]);
    let left = all_but(
        "Id,AccountId,Account.Name,FirstName,LastName,MailingStreet,MailingPostalCode,MobilePhone,Email,Birthdate,Description",
        Layout::SalesforceContacts,
    );
    assert_eq!(left, ["AccountId"]);
    assert_eq!(
        targets("ID,LASTNAME,MAILINGSTREET,OTHERCITY", ',').1,
        [
            "external_ids.salesforce",
            "family_name",
            "addresses[mailing].street",
            "addresses[other].city"
        ]
    );
    let (layout, accounts) = targets(
        "Account ID,Account Name,Billing Street,Billing Zip/Postal Code,Shipping Country,Phone,Website",
        ',',
    );
    assert_eq!(layout, Layout::SalesforceAccounts);
    assert_eq!(
        accounts,
        [
            "external_ids.salesforce",
            "organization_name",
            "addresses[billing].street",
            "addresses[billing].postal_code",
            "addresses[shipping].country",
            "contact_points[phone]",
            "contact_points[website]",
        ]
    );
    let left = all_but(
        "First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email,Work Phone,Fax Number,Mobile Number,Home Address,Home Address 2,Home ZipCode,Organization,Web Page 1,Birth Year,Birth Month,Birth Day,Custom 1,Notes",
        Layout::Thunderbird,
    );
    assert_eq!(left, ["Nickname", "Custom 1"]);
}

#[test]
fn persian_headings_in_persian_and_arabic_letters() {
    let (layout, persian) = targets(
        "نام،نام خانوادگی،شرکت،تلفن همراه،ایمیل،شهر،استان،کد پستی،کشور،کد ملی،تاریخ تولد،رنگ",
        '،',
    );
    assert_eq!(layout, Layout::General);
    assert_eq!(
        persian,
        [
            "given_name",
            "family_name",
            "organization_name",
            "contact_points[mobile]",
            "contact_points[email]",
            "addresses.city",
            "addresses.province",
            "addresses.postal_code",
            "addresses.country",
            "national_id",
            "birth_date",
            "",
        ]
    );
    assert_eq!(
        targets("كد ملي،ايميل،نام‌خانوادگی", '،').1,
        ["national_id", "contact_points[email]", "family_name"]
    );
}

#[test]
fn our_own_headings_and_dangerous_ones_are_taken_by_name() {
    let (_, ours) = targets(
        "id,given_name,owner_id,unit_id,custom.shoe_size,external_ids.erp,contact_points[email:work]",
        ',',
    );
    assert_eq!(
        ours,
        [
            "id",
            "given_name",
            "owner_id",
            "unit_id",
            "custom.shoe_size",
            "external_ids.erp",
            "contact_points[email:work]"
        ]
    );
    assert_eq!(targets("ID,Name", ',').1, ["", "display_name"], "someone else's id is not ours");
}

#[test]
fn headings_that_differ_in_case_and_space_only() {
    let (_, same) = targets("Email,email ,First Name,FIRST  NAME,City,city,", ',');
    assert_eq!(
        same,
        [
            "contact_points[email]",
            "contact_points[email]",
            "given_name",
            "",
            "addresses.city",
            "",
            ""
        ]
    );
}

#[test]
fn an_operator_has_the_last_word() {
    let guessed = guess(&["Email".to_owned(), "E-mail".to_owned(), "Shoe".to_owned(), "City".to_owned()]).1;
    let choose = |choices: &[(&str, Option<&str>)]| {
        let choices = choices.iter().map(|(h, t)| ((*h).to_owned(), t.map(str::to_owned))).collect();
        merge(guessed.clone(), &choices).map(|m| m.into_iter().map(|c| c.target).collect::<Vec<_>>())
    };
    let email = Some("contact_points[email]".to_owned());
    let city = Some("addresses.city".to_owned());
    let size = Some("custom.shoe_size".to_owned());
    assert_eq!(
        choose(&[("shoe", Some("custom.shoe_size")), ("Email", None)]).unwrap(),
        [None, email, size, city.clone()]
    );
    assert_eq!(choose(&[("e mail", None)]).unwrap(), [None, None, None, city]);
    let problems = choose(&[("Hat/Cap", None), ("Shoe", Some("Shoe Size"))]).unwrap_err();
    let found: Vec<_> = problems.0.iter().map(|v| (v.pointer.as_str(), v.code)).collect();
    assert_eq!(
        found,
        [("/mapping/Hat~1Cap", Code::UnknownField), ("/mapping/Shoe", Code::UnknownField)]
    );
}

#[test]
fn every_guessed_target_reads() {
    for table in [
        &headings::GOOGLE,
        &headings::OUTLOOK,
        &headings::HUBSPOT,
        &headings::SALESFORCE,
        &headings::THUNDERBIRD,
        &headings::GENERAL,
    ] {
        for (heading, target) in table.iter() {
            assert!(target.is_empty() || Target::parse(target).is_ok(), "{heading}: {target}");
        }
    }
}

//! Real exports of other tools, taken in as their owners would.
use super::{add_up, announce, ended, told};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::samples::folder;
use tests::{Client, Who, both};

/// Takes a file in, as `more` says; the import at its end.
fn taken(client: &Client<'_>, file: &[u8], more: Value) -> Value {
    let id = announce(client, more).is(201).id();
    client
        .send("PUT", &format!("/imports/{id}/data"), "application/octet-stream", file)
        .is(200);
    client.send("POST", &format!("/imports/{id}/start"), "", b"").is(202);
    let import = ended(client, &id);
    assert_eq!(import["state"], "done", "{import}");
    add_up(&import);
    import
}

/// The rows that the makers of the files got wrong: a telephone number that no plan has, an address without a domain or beyond ASCII.
const WRONG: [(&str, &str); 6] = [
    ("google_contacts.csv", "Phone 1 - Value"),
    ("hubspot_contacts_utf8_bom.csv", "Email"),
    ("hubspot_contacts_utf8_bom.csv", "Phone Number"),
    ("hubspot_contacts_utf8_bom.csv", "Phone Number"),
    ("thunderbird_export.csv", "Primary Email"),
    ("thunderbird_export.csv", "Primary Email"),
];

both! {
    fn samples_of_other_tools_contacts_are_taken_in(app: &App) {
        let (owner, folder) = (app.be(Who::Owner), folder().join("contacts"));
        let known: Value = serde_json::from_slice(&std::fs::read(folder.join("expected.json")).unwrap()).unwrap();
        let files = known["files"].as_object().unwrap();
        let there = std::fs::read_dir(&folder).unwrap().flatten().map(|e| e.file_name().into_string().unwrap());
        assert_eq!(there.filter(|name| name.ends_with(".csv")).collect::<BTreeSet<_>>(), files.keys().cloned().collect());
        let mut emails = BTreeSet::new();
        for (name, known) in files {
            let file = std::fs::read(folder.join(name)).unwrap();
            let import = taken(&owner, &file, json!({"mode": "upsert", "match_on": "email", "file_name": name}));
            eprintln!("{name}: {}", import["counts"]);
            let encoding = if known["encoding"] == "cp1252" { "windows-1252" } else { "UTF-8" };
            assert_eq!((&import["encoding"], &import["separator"]), (&json!(encoding), &known["delimiter"]), "{name}");
            assert_eq!(import["counts"]["read"], known["rows"], "{name}");
            let separator = known["delimiter"].as_str().unwrap().as_bytes()[0];
            let mut reader = csv::ReaderBuilder::new().delimiter(separator).from_reader(&file[..]);
            let columns = import["columns"].as_array().unwrap().len();
            assert_eq!(columns, reader.byte_headers().unwrap().len(), "{name}");
            let failed = told(&owner, import["id"].as_str().unwrap(), "failed");
            let columns: Vec<&str> = failed.iter().map(|row| row["errors"][0]["column"].as_str().unwrap()).collect();
            let wrong: Vec<&str> = WRONG.iter().filter(|(file, _)| file == name).map(|(_, column)| *column).collect();
            assert_eq!(columns, wrong, "{name}: {failed:?}");
            // The first and the last row, by their names and addresses, are there as they were written.
            for row in [&known["first"], &known["last"]] {
                let value = |names: &[&str]| names.iter().find_map(|n| row[*n].as_str()).map(str::to_owned);
                let email = value(&["E-mail 1 - Value", "E-mail Address", "Email", "E-Mail", "Primary Email"]);
                let Some(email) = email.filter(|_| wrong != ["Primary Email", "Primary Email"]) else { continue };
                let family = value(&["Family Name", "Last Name", "Nachname"]).unwrap();
                let found = owner.list("/customers", &[("q", &email)]).is(200).data();
                assert!(found.iter().any(|c| c["family_name"] == family.as_str()), "{name}: {email} of {family} in {found:?}");
                emails.insert(email);
            }
        }
        assert!(emails.len() >= 8, "{emails:?}");
    }

    fn samples_of_accounts_and_their_subsidiaries_are_taken_in(app: &App) {
        let (owner, file) = (app.be(Who::Owner), std::fs::read(folder().join("pipeline-maven/accounts.csv")).unwrap());
        let rows: Vec<csv::StringRecord> = csv::Reader::from_reader(&file[..]).records().map(Result::unwrap).collect();
        let import = taken(&owner, &file, json!({"mapping": {"account": "organization_name"}}));
        assert_eq!(import["counts"]["created"], rows.len(), "{import}");
        let parents: BTreeSet<(String, String)> = rows.iter().filter(|r| !r[6].is_empty()).map(|r| (r[0].to_owned(), r[6].to_owned())).collect();
        assert!(!parents.is_empty());
        let mut only = csv::Writer::from_writer(Vec::new());
        only.write_record(["account", "subsidiary_of"]).unwrap();
        parents.iter().for_each(|(child, parent)| only.write_record([child, parent]).unwrap());
        let more = json!({"object": "relationships", "defaults": {"kind": "subsidiary"}, "mapping": {"account": "from_id@name", "subsidiary_of": "to_id@name"}});
        let import = taken(&owner, &only.into_inner().unwrap(), more);
        assert_eq!(import["counts"]["created"], parents.len(), "{import}");
        let ties = owner.all("/relationships", &[("expand", "from,to")]);
        let name = |tie: &Value, end: &str| tie[end]["display_name"].as_str().unwrap().to_owned();
        assert!(ties.iter().all(|tie| tie["kind"] == "subsidiary"));
        assert_eq!(ties.iter().map(|tie| (name(tie, "from"), name(tie, "to"))).collect::<BTreeSet<_>>(), parents);
    }
}

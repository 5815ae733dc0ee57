//! Visiting cards: read as their programs meant them, taken in one by one, with nothing lost.
use super::{add_up, announce, done, ended, told};
use serde_json::{Value, json};
use tests::samples::folder;
use tests::{Client, Who, both};

const CARDS: &str = "stray\r\nBEGIN:VCARD\r\nVERSION:4.0\r\nFN:علی کریمی\r\nN:کریمی;علی;;;\r\nUID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1\r\n\
    TEL;TYPE=\"cell,work\";PREF=1;VALUE=uri:tel:+98-912-123-4567\r\nTEL;TYPE=home:0351-1\r\nEMAIL;TYPE=work:ali@yazd.example\r\nBDAY:19840512\r\n\
    ADR;TYPE=work:;;خیابان کاشانی;یزد;یزد;;Iran\r\nORG:Yazd Steel;Sales\r\nTITLE:Engineer\r\nNOTE:Prefers\r\n  mornings\\, never Fridays\r\n\
    PHOTO;MEDIATYPE=image/gif:http://www.example.com/ali.gif\r\nEND:VCARD\r\n\r\n\
    begin:vcard\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=DA=A9=D8=B1=DB=8C=D9=85=DB=8C;=\r\n=D8=B3=D8=A7=D8=B1=D8=A7\r\n\
    TEL;CELL;PREF:09131234567\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:3.0\r\nFN:Yazd Steel\r\nN:;;;;\r\nORG:Yazd Steel\r\nitem1.URL:www.yazd.example\r\n\
    item1.X-ABLabel:_$!<HomePage>!$_\r\nX-SKYPE:yazd.steel\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\nBEGIN:VCARD\r\nFN:Never ends\r\n";

fn named(client: &Client<'_>, q: &str) -> Value {
    let mut found = client.list("/customers", &[("q", q)]).is(200).data();
    assert_eq!(found.len(), 1, "{q}: {found:?}");
    found.remove(0)
}

both! {
    fn cards_become_customers_one_by_one(app: &App) {
        let owner = app.be(Who::Owner);
        let import = done(app, json!({"format": "vcard"}), CARDS.as_bytes());
        add_up(&import);
        let counts = ["created", "skipped", "failed"].map(|n| import["counts"][n].as_i64().unwrap());
        assert_eq!((&import["state"], counts), (&json!("done"), [3, 1, 1]), "{import}");
        let ali = named(&owner, "ali@yazd.example");
        let told_of = |name: &str| ali[name].clone();
        assert_eq!(["kind", "given_name", "family_name", "display_name", "organization_name", "job_title", "birth_date", "city", "country"].map(told_of),
            ["person", "علی", "کریمی", "علی کریمی", "Yazd Steel", "Engineer", "1984-05-12", "یزد", "IR"].map(|t| json!(t)));
        assert_eq!(ali["notes"], "Prefers mornings, never Fridays\nDepartment: Sales\nTelephone (home): 0351-1");
        assert_eq!(ali["external_ids"], json!({"vcard": "urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1"}));
        let mobile = &ali["contact_points"][0];
        assert_eq!((&mobile["kind"], &mobile["value"], &mobile["label"], &mobile["primary"]), (&json!("mobile"), &json!("+989121234567"), &json!("work"), &json!(true)));
        let sara = named(&owner, "سارا");
        assert_eq!((&sara["display_name"], &sara["contact_points"][0]["value"]), (&json!("سارا کریمی"), &json!("+989131234567")));
        let works = owner.list("/customers", &[("filter", "kind = \"organization\"")]).is(200).data().remove(0);
        let points: Vec<(&str, &str)> = works["contact_points"].as_array().unwrap().iter().map(|p| (p["value"].as_str().unwrap(), p["label"].as_str().unwrap_or(""))).collect();
        assert_eq!(points, [("https://www.yazd.example/", "HomePage"), ("skype:yazd.steel", "")]);
        // What became of each card, and what of it was left out.
        let rows = told(&owner, import["id"].as_str().unwrap(), "created");
        let codes = |row: &Value| row["errors"].as_array().unwrap().iter().map(|e| e["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!((codes(&rows[0]), codes(&rows[1]), &rows[0]["line"]), (vec!["photo_left_out".to_owned(), "value_noted".to_owned()], vec![], &json!(2)));
        assert_eq!(rows[0]["original"]["n"]["family"], "کریمی");
        let failed = told(&owner, import["id"].as_str().unwrap(), "failed");
        assert_eq!((codes(&failed[0]), failed[0]["original"].as_str().unwrap()), (vec!["invalid_card".to_owned()], "BEGIN:VCARD\r\nFN:Never ends\r\n"));
        // The same cards again change nothing: each is known by its id, or by its number.
        let again = done(app, json!({"format": "vcard", "mode": "upsert", "match_on": "external_id:vcard"}), CARDS.split("begin:vcard").next().unwrap().as_bytes());
        assert_eq!(again["counts"]["unchanged"], 1, "{again}");
    }

    fn cards_are_of_customers_and_a_file_without_any_is_refused(app: &App) {
        let owner = app.be(Who::Owner);
        announce(&owner, json!({"format": "vcard", "object": "groups"})).refuses(422, "invalid").blames("/format", "conflict");
        announce(&owner, json!({"format": "vcard", "mapping": {"FN": "display_name"}})).refuses(422, "invalid").blames("/mapping", "conflict");
        let id = announce(&owner, json!({"format": "vcard"})).is(201).id();
        owner.send("PUT", &format!("/imports/{id}/data"), "text/vcard", b"Email\nali@yazd.example\n").refuses(400, "unreadable_file");
        owner.send("PUT", &format!("/imports/{id}/data"), "text/vcard", CARDS.as_bytes()).is(200);
        owner.send("POST", &format!("/imports/{id}/start"), "", b"").is(202);
        assert_eq!(ended(&owner, &id)["counts"]["created"], 3);
    }

    fn samples_of_cards_are_read_as_their_makers_know_them(app: &App) {
        let (owner, folder) = (app.be(Who::Owner), folder().join("contacts"));
        let known: Value = serde_json::from_slice(&std::fs::read(folder.join("vcards.expected.json")).unwrap()).unwrap();
        let (mut files, mut cards) = (0, 0);
        for case in known["cases"].as_array().unwrap() {
            let name = case["file"].as_str().unwrap();
            let file = std::fs::read(folder.join(name)).unwrap();
            // Their telephones are North American where they don't say otherwise.
            let import = done(app, json!({"format": "vcard", "defaults": {"country": "US"}, "dry_run": true}), &file);
            let id = import["id"].as_str().unwrap();
            let expected = case["cards"].as_array().unwrap();
            eprintln!("{name}: {}", import["counts"]);
            let rows = told(&owner, id, "created");
            assert_eq!((rows.len(), &import["counts"]["failed"]), (expected.len(), &json!(0)), "{name}: {:?}", told(&owner, id, "failed"));
            for (row, expected) in rows.iter().zip(expected) {
                agrees(name, &row["original"], expected);
                cards += 1;
            }
            files += 1;
        }
        assert_eq!(files, 17);
        assert!(cards >= 24, "{cards}");
        // Written for good, what could be read is there and what could not stands in the notes.
        let all = std::fs::read(folder.join("vcards/outlook-2003.vcf")).unwrap();
        assert_eq!(done(app, json!({"format": "vcard"}), &all)["counts"]["created"], 1);
        let john = named(&owner, "jdoe@hotmail.com");
        assert_eq!((&john["display_name"], &john["organization_name"], &john["birth_date"]), (&json!("John Doe III"), &json!("Company, The"), &json!("1980-03-21")));
        assert!(john["notes"].as_str().unwrap().contains("Telephone (work): BusinessPhone"), "{}", john["notes"]);
    }
}

/// Holds a card to what is known of it. Notes are not known; a name that its parts are not said of is no name.
fn agrees(file: &str, card: &Value, known: &Value) {
    let at = |what: &str| format!("{file}: {what} of {card}");
    let values = |list: &Value| {
        list.as_array()
            .unwrap()
            .iter()
            .map(|v| v["value"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let texts = |list: &Value| {
        list.as_array()
            .into_iter()
            .flatten()
            .map(|v| v.as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(card["version"], known["version"], "{}", at("version"));
    assert_eq!(
        card["fn"].as_str().map(str::trim),
        known["fn"].as_str().map(str::trim),
        "{}",
        at("fn")
    );
    assert_eq!(card["n"], known["n"], "{}", at("n"));
    assert_eq!(texts(&card["org"]), texts(&known["org"]), "{}", at("org"));
    assert_eq!(values(&card["tel"]), texts(&known["tel"]), "{}", at("tel"));
    assert_eq!(values(&card["email"]), texts(&known["email"]), "{}", at("email"));
    assert_eq!(values(&card["url"]), texts(&known["url"]), "{}", at("url"));
    assert_eq!(
        card["title"].as_array().unwrap().last().cloned().unwrap_or(Value::Null),
        known["title"],
        "{}",
        at("title")
    );
    assert_eq!(card["photo"], known["photo"], "{}", at("photo"));
    let digits = |text: &Value| text.as_str().map(|t| t.replace('-', ""));
    assert_eq!(digits(&card["bday"]), digits(&known["bday"]), "{}", at("bday"));
    let adr = card["adr"].as_array().unwrap();
    assert_eq!(adr.len(), known["adr"].as_array().unwrap().len(), "{}", at("adr"));
    for (place, known) in adr.iter().zip(known["adr"].as_array().unwrap()) {
        for (part, text) in known.as_object().unwrap() {
            assert_eq!(&place[part], text, "{}", at(part));
        }
    }
}

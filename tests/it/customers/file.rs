//! One customer's file out of nothing but real formats: the card of an address book, a row of another tool's export, mails as they came, calls as
//! a telephone system notes them. `CUSTOMER_FILE` names a folder to put it into, for people to look at.
use crate::imports;
use crate::quality::job;
use mailparse::{DispositionType, MailHeaderMap, ParsedMail};
use serde_json::json;
use std::io::{Cursor, Read};
use std::path::PathBuf;
use tests::samples::folder;
use tests::{App, Client, Who, both};

/// The address that is the customer's in the mails.
const ADDRESS: &str = "mike.angstadt@gmail.com";
/// The mails that somebody wrote to us; the sender's address is taken for the customer's.
const MAILS: [(&str, &str); 5] = [
    ("msg_07.eml", "barry@digicool.com"),
    ("msg_10.eml", "barry@python.org"),
    ("msg_32.eml", "aperson@example.com"),
    ("msg_33.eml", "aperson@example.com"),
    ("msg_41.eml", "xxx@example.com"),
];

/// What a mail says in plain text, and what is attached to it: name, type, content.
#[derive(Default)]
struct Mail {
    text: String,
    attached: Vec<(String, String, Vec<u8>)>,
}

fn walk(part: &ParsedMail<'_>, mail: &mut Mail) {
    let disposition = part.get_content_disposition();
    let name = disposition.params.get("filename").or(part.ctype.params.get("name")).cloned();
    match (&disposition.disposition, name) {
        _ if !part.subparts.is_empty() => part.subparts.iter().for_each(|part| walk(part, mail)),
        (DispositionType::Attachment, name) => {
            let name = name.unwrap_or_else(|| "attachment".to_owned());
            mail.attached
                .push((name, part.ctype.mimetype.clone(), part.get_body_raw().unwrap()));
        }
        (_, Some(name)) if !part.ctype.mimetype.starts_with("text/") => {
            mail.attached
                .push((name, part.ctype.mimetype.clone(), part.get_body_raw().unwrap()));
        }
        _ if part.ctype.mimetype == "text/plain" => {
            mail.text.push_str(&part.get_body().unwrap());
            mail.text.push('\n');
        }
        _ => {}
    }
}

/// Notes a mail as an interaction, with its attachments as documents; the customer it found.
fn receive(client: &Client<'_>, file: &[u8], sender: &str, signature: &str) -> String {
    let text = String::from_utf8_lossy(file).replace(sender, ADDRESS);
    let parsed = mailparse::parse_mail(text.as_bytes()).unwrap();
    let header = |name: &str| parsed.headers.get_first_value(name).filter(|v| !v.trim().is_empty());
    let from = mailparse::addrparse_header(parsed.headers.get_first_header("From").unwrap()).unwrap();
    let from = from.extract_single_info().unwrap().addr;
    let at = mailparse::dateparse(&header("Date").unwrap()).unwrap();
    let mut mail = Mail::default();
    walk(&parsed, &mut mail);
    let others: Vec<String> = header("Cc").into_iter().collect();
    let body = json!({"channel": "email", "direction": "inbound", "address": from, "subject": header("Subject"),
        "started_at": chrono::DateTime::from_timestamp(at, 0).unwrap().to_rfc3339(), "body": format!("{}{signature}", mail.text), "other_participants": others});
    let noted = client.post("/interactions", body).is(201).json();
    let customer = noted["customer_id"].as_str().unwrap().to_owned();
    for (name, kind, content) in mail.attached {
        let links = json!([{"object": "interactions", "record_id": noted["id"]}]);
        let document = client
            .post("/documents", json!({"name": name, "customer_id": customer, "links": links}))
            .is(201)
            .id();
        let kind = if kind.starts_with("text/") {
            kind
        } else {
            "application/octet-stream".to_owned()
        };
        client
            .with("If-Match", "*")
            .send("PUT", &format!("/documents/{document}/content"), &kind, &content)
            .is(200);
    }
    customer
}

/// A call as a telephone system notes it: numbers, seconds, no names.
fn call(client: &Client<'_>, number: &str, direction: &str, at: &str, seconds: i64, outcome: &str) -> String {
    let body = json!({"channel": "call", "direction": direction, "address": number, "started_at": at, "duration_seconds": seconds, "outcome": outcome});
    client.post("/interactions", body).is(201).json()["customer_id"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn put(name: &str, bytes: &[u8]) {
    if let Some(folder) = std::env::var_os("CUSTOMER_FILE").map(PathBuf::from) {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), bytes).unwrap();
    }
}

fn card_and_row(app: &App) -> String {
    let (owner, contacts) = (app.be(Who::Owner), folder().join("contacts"));
    let card = std::fs::read(contacts.join("vcards/outlook-2007.vcf")).unwrap();
    let import = imports::done(
        app,
        json!({"format": "vcard", "defaults": {"country": "US"}, "file_name": "outlook-2007.vcf"}),
        &card,
    );
    assert_eq!(import["counts"]["created"], 1, "{import}");
    // One row of the export, made the customer's own: by its name, and by the address it is upserted by.
    let rows = String::from_utf8(std::fs::read(contacts.join("google_contacts.csv")).unwrap()).unwrap();
    let mut reader = csv::Reader::from_reader(rows.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let address = headers.iter().position(|h| h == "E-mail 1 - Value").unwrap();
    let row = reader.records().map(Result::unwrap).find(|r| !r[address].is_empty()).unwrap();
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(&headers).unwrap();
    let own = |i: usize, cell| match &headers[i] {
        "E-mail 1 - Value" => ADDRESS,
        "Name" => "Michael Angstadt",
        "Given Name" => "Michael",
        "Family Name" => "Angstadt",
        _ => cell,
    };
    out.write_record(row.iter().enumerate().map(|(i, cell)| own(i, cell))).unwrap();
    let file = out.into_inner().unwrap();
    let import = imports::done(
        app,
        json!({"mode": "upsert", "match_on": "email", "file_name": "google_contacts.csv"}),
        &file,
    );
    assert_eq!(import["counts"]["updated"], 1, "{import}");
    let found = owner.list("/customers", &[("q", ADDRESS)]).is(200).data();
    assert_eq!(found.len(), 1, "{found:?}");
    found[0]["id"].as_str().unwrap().to_owned()
}

both! {
    fn samples_of_every_format_become_one_customers_file(app: &App) {
        let owner = app.be(Who::Owner);
        let customer = card_and_row(app);
        let mails = folder().join("email/messages");
        for (i, (name, sender)) in MAILS.iter().enumerate() {
            // The later ones are signed with a number that nobody has yet.
            let signature = if i > 1 { "\n-- \nMike Angstadt\nMobile: +1 212 555 0199\n" } else { "" };
            let found = receive(&owner, &std::fs::read(mails.join(name)).unwrap(), sender, signature);
            assert_eq!(found, customer, "{name}");
        }
        // A number of the card in another spelling, and one that is new and calls again and again.
        let number = owner.get(&format!("/customers/{customer}")).is(200).json()["contact_points"].as_array().unwrap().iter()
            .find(|p| matches!(p["kind"].as_str(), Some("phone" | "mobile"))).map(|p| p["value"].as_str().unwrap().to_owned());
        if let Some(number) = &number {
            assert_eq!(call(&owner, &number.replace('+', "00"), "inbound", "2004-08-02T09:00:00Z", 312, "answered"), customer);
        }
        for day in ["03", "10", "17"] {
            let body = json!({"channel": "call", "direction": "inbound", "address": "+1 646 555 0142", "customer_id": customer,
                "started_at": format!("2004-08-{day}T14:30:00Z"), "duration_seconds": 95, "outcome": "answered", "subject": "Order status"});
            owner.post("/interactions", body).is(201);
        }
        assert_eq!(job(app, "/suggestions/scan")["found"], 1);

        let all = owner.list(&format!("/customers/{customer}/360"), &[("limit", "50")]).is(200).json();
        assert_eq!(all["denied"], json!([]));
        let count = |section: &str| all[section]["data"].as_array().unwrap().len();
        assert_eq!(count("interactions"), MAILS.len() + 3 + usize::from(number.is_some()), "{}", all["interactions"]);
        assert!(count("documents") >= 1 && count("suggestions") == 1 && count("changes") >= 2, "{all}");
        let timeline = owner.list(&format!("/customers/{customer}/timeline"), &[("limit", "100")]).is(200).json();
        let quality = owner.get(&format!("/customers/{customer}/quality")).is(200).json();
        let sources: Vec<&str> = quality["values"].as_array().unwrap().iter().map(|v| v["source"].as_str().unwrap()).collect();
        assert!(sources.iter().all(|s| *s == "import"), "{quality}");
        let archive = owner.with("Accept", "application/zip").get(&format!("/customers/{customer}/privacy-export")).is(200);
        let mut zip = zip::ZipArchive::new(Cursor::new(archive.bytes.clone())).unwrap();
        let mut page = String::new();
        zip.by_name("index.html").unwrap().read_to_string(&mut page).unwrap();
        assert!(page.contains("Here is your dingus fish") && page.contains(ADDRESS), "{page}");
        for (name, json) in [("360.json", &all), ("timeline.json", &timeline), ("quality.json", &quality)] {
            put(name, serde_json::to_string_pretty(json).unwrap().as_bytes());
        }
        put("archive.html", page.as_bytes());
        put("archive.zip", &archive.bytes);
    }
}

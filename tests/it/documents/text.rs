//! The text of contents, and searching in it.
use super::{extracted, filled, made, send};
use serde_json::{Value, json};
use std::io::{Cursor, Write};
use tests::{Client, Who, both};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        out.start_file(*name, SimpleFileOptions::default()).unwrap();
        out.write_all(text.as_bytes()).unwrap();
    }
    out.finish().unwrap().into_inner()
}

fn docx(prolog: &str, text: &str) -> Vec<u8> {
    let body = format!(
        "{prolog}<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>"
    );
    zipped(&[
        ("[Content_Types].xml", "<?xml version=\"1.0\"?><Types/>"),
        ("_rels/.rels", "<?xml version=\"1.0\"?><Relationships/>"),
        ("word/document.xml", &body),
    ])
}

fn xlsx(text: &str) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    zipped(&[
        ("[Content_Types].xml", "<?xml version=\"1.0\"?><Types/>"),
        (
            "_rels/.rels",
            &format!(
                "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{relations}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            &format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{relations}\"><sheets><sheet name=\"فروش\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            &format!(
                "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{relations}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            &format!(
                "<worksheet xmlns=\"{main}\"><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>{text}</t></is></c><c r=\"B1\"><v>42</v></c></row></sheetData></worksheet>"
            ),
        ),
    ])
}

fn pdf(text: &str) -> Vec<u8> {
    let stream = format!("BT /F1 24 Tf 72 700 Td ({text}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    let (mut out, mut places) = (b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n".to_vec(), Vec::new());
    for (i, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend_from_slice(format!("{} 0 obj\n{object}\nendobj\n", i + 1).as_bytes());
    }
    let table = out.len();
    out.extend_from_slice(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).as_bytes());
    for place in places {
        out.extend_from_slice(format!("{place:010} 00000 n \n").as_bytes());
    }
    out.extend_from_slice(format!("trailer << /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1).as_bytes());
    out
}

fn found(client: &Client<'_>, q: &str) -> Vec<String> {
    let data = client.list("/documents", &[("q", q), ("sort", "name")]).is(200).data();
    data.iter().map(|d| d["name"].as_str().unwrap().to_owned()).collect()
}

both! {
    fn words_are_found_wherever_they_stand(app: &App) {
        let owner = app.be(Who::Owner);
        let windows = b"\xE5\xE4\xCF\xD3\xE5 \xE6 \xE3\xCB\xE1\xCB\xC7\xCA \xCF\xD1 \xC7\xED\xE4 \xE3\xCA\xE4 \xC2\xE3\xCF\xE5 \xC7\xD3\xCA";
        for (name, kind, bytes) in [
            ("1.txt", "text/plain", "کتاب‌خانهٔ مرکزي یزد".as_bytes().to_vec()),
            ("2.html", "text/html", "<html><head><title>t</title><script>var hidden1</script></head><body><p>قرارداد نگهداری</p></body></html>".as_bytes().to_vec()),
            ("3.pdf", "application/pdf", pdf("Quarterly maintenance agreement")),
            ("4.docx", DOCX, docx("<?xml version=\"1.0\"?>", "صورت‌جلسهٔ شرکت فولاد &amp; مس")),
            ("5.xlsx", XLSX, xlsx("پیش‌فاکتور")),
            ("6.csv", "text/csv", "نام,شهر\nسهراب,کاشان\n".as_bytes().to_vec()),
            ("7.txt", "text/plain", windows.to_vec()),
        ] {
            let document = filled(&owner, name, kind, &bytes);
            assert_eq!(extracted(&owner, &document)["extraction"], "done", "{name}");
        }
        for (q, names) in [
            ("كتابخانه مركزی", vec!["1.txt"]),
            ("کتاب خانه", vec!["1.txt"]),
            ("نگهداري", vec!["2.html"]),
            ("hidden1", vec![]),
            ("quarterly AGREEMENT", vec!["3.pdf"]),
            ("صورتجلسه فولاد", vec!["4.docx"]),
            ("پیش فاکتور ۴۲", vec!["5.xlsx"]),
            ("سهراب", vec!["6.csv"]),
            ("مثلثات", vec!["7.txt"]),
            ("3.pdf maintenance", vec!["3.pdf"]),
        ] {
            assert_eq!(found(&owner, q), names, "{q}");
        }
        assert_eq!(owner.post("/documents/search", json!({"q": "سهراب"})).is(200).data().len(), 1);
    }

    fn searches_look_into_the_latest_content_under_the_latest_name(app: &App) {
        let owner = app.be(Who::Owner);
        let document = filled(&owner, "first.txt", "text/plain", b"alphabet");
        extracted(&owner, &document);
        owner.patch(&document, "*", json!({"name": "second.txt", "tags": ["quarter"], "description": "of the north"})).is(200);
        for (q, n) in [("alphabet", 1), ("first", 0), ("second quarter north alphabet", 1)] {
            assert_eq!(found(&owner, q).len(), n, "{q}");
        }
        send(&owner, &document, "text/plain", b"betagamma").is(200);
        assert_eq!(extracted(&owner, &document)["extraction"], "done");
        for (q, n) in [("alphabet", 0), ("betagamma second", 1)] {
            assert_eq!(found(&owner, q).len(), n, "{q}");
        }
        send(&owner, &document, "", b"\x01\x02").is(200);
        assert_eq!(owner.get(&document).json()["extraction"], "none");
        assert!(found(&owner, "betagamma").is_empty());
        owner.act(&format!("{document}/versions/1/restore"), "*").is(200);
        assert_eq!(extracted(&owner, &document)["extraction"], "done");
        assert_eq!(found(&owner, "alphabet second").len(), 1);
        owner.delete(&document, "*").is(204);
        assert!(found(&owner, "alphabet").is_empty());
        owner.act(&format!("{document}/restore"), "*").is(200);
        assert_eq!(found(&owner, "alphabet second").len(), 1);
    }

    /// Drill 4.13 as well: a file made to break its reader breaks nothing else.
    fn attack_27_what_can_not_be_read_is_said_and_parks_nothing(app: &App) {
        let owner = app.be(Who::Owner);
        let whole = pdf("Quarterly");
        let bomb = {
            let mut out = ZipWriter::new(Cursor::new(Vec::new()));
            for name in ["[Content_Types].xml", "_rels/.rels", "word/document.xml"] {
                out.start_file(name, SimpleFileOptions::default()).unwrap();
                if name.starts_with("word") {
                    let spaces = vec![b' '; 1 << 20];
                    (0..300).for_each(|_| out.write_all(&spaces).unwrap());
                }
            }
            out.finish().unwrap().into_inner()
        };
        assert!(bomb.len() < 1 << 20);
        let flipped: Vec<u8> = docx("", "سلام").iter().enumerate().map(|(i, b)| if i % 40 == 39 { b ^ 0x55 } else { *b }).collect();
        let failed = |name: &str, kind: &str, bytes: &[u8]| {
            let document = made(&owner, name);
            let sent = send(&owner, &document, kind, bytes);
            // Some are so broken that they are not even taken for what they say they are.
            if sent.status == 415 {
                return;
            }
            sent.is(200);
            assert_eq!(extracted(&owner, &document)["extraction"], "failed", "{name}");
            assert_eq!(owner.get(&format!("{document}/content")).is(200).bytes, bytes);
        };
        failed("cut.pdf", "application/pdf", &whole[..whole.len() / 2]);
        failed("empty.pdf", "application/pdf", b"%PDF-1.7\n");
        failed("bomb.docx", DOCX, &bomb);
        failed("flipped.docx", DOCX, &flipped);
        failed("no-text.docx", DOCX, &zipped(&[("[Content_Types].xml", "<Types/>"), ("_rels/.rels", "x"), ("../../word/document.xml", "x")]));
        // Entities are neither expanded nor fetched.
        let laughs = "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY f SYSTEM \"file:///etc/hostname\">]>";
        let document = filled(&owner, "laughs.docx", DOCX, &docx(laughs, "before &b; &f; after"));
        assert_eq!(extracted(&owner, &document)["extraction"], "done");
        assert_eq!(found(&owner, "before after").len(), 1);
        assert!(found(&owner, "lol").is_empty());
        let nested = format!("<html>{}", "<div>".repeat(3_000));
        let document = filled(&owner, "deep.html", "text/html", nested.as_bytes());
        assert!(matches!(extracted(&owner, &document)["extraction"].as_str(), Some("failed" | "done")));
        let parked: Vec<Value> = owner.list("/jobs", &[("state", "parked")]).is(200).data();
        assert!(parked.is_empty(), "{parked:?}");
        assert!(!app.data().parent().unwrap().join("word").exists());
        app.anyone().get("/health/ready").is(200);
    }
}

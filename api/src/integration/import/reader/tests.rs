#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::*;
use encoding_rs::{WINDOWS_1252, WINDOWS_1256};
use std::io::Cursor;

fn csv(bytes: impl Into<Vec<u8>>) -> Reader<Cursor<Vec<u8>>> {
    Reader::new(Cursor::new(bytes.into()), Format::Csv, Known::default()).unwrap()
}

fn ndjson(bytes: impl Into<Vec<u8>>) -> Reader<Cursor<Vec<u8>>> {
    Reader::new(Cursor::new(bytes.into()), Format::Ndjson, Known::default()).unwrap()
}

fn cells(row: &Row) -> Vec<&str> {
    match row.cells.as_ref().unwrap() {
        Cells::Csv(cells) => cells.iter().map(String::as_str).collect(),
        Cells::Json(_) | Cells::Card(_) => panic!("a row of a CSV"),
    }
}

fn rows(reader: Reader<Cursor<Vec<u8>>>) -> Vec<Row> {
    reader.map(Result::unwrap).collect()
}

fn error(row: &Row) -> RowError {
    row.cells.as_ref().unwrap_err().error.clone()
}

fn wide(text: &str, unit: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

#[test]
fn encodings_are_told_apart() {
    let text = "Nom;Ville\r\nMéïa Döring;Orléans\r\nAndré Müller;Besançon\r\n";
    let mut little = vec![0xFF, 0xFE];
    little.extend(wide(text, u16::to_le_bytes));
    let mut big = vec![0xFE, 0xFF];
    big.extend(wide(text, u16::to_be_bytes));
    let marked = format!("\u{FEFF}{text}").into_bytes();
    let western = WINDOWS_1252.encode(text).0.into_owned();
    for (bytes, encoding) in [
        (text.as_bytes().to_vec(), "UTF-8"),
        (marked, "UTF-8"),
        (little, "UTF-16LE"),
        (big, "UTF-16BE"),
        (western, "windows-1252"),
    ] {
        let reader = csv(bytes);
        assert_eq!((reader.encoding(), reader.separator()), (encoding, Some(';')));
        assert_eq!(reader.headers(), ["Nom", "Ville"]);
        let rows = rows(reader);
        assert_eq!(cells(&rows[0]), ["Méïa Döring", "Orléans"], "{encoding}");
        assert_eq!(cells(&rows[1]), ["André Müller", "Besançon"]);
        assert_eq!(rows.len(), 2);
    }
}

#[test]
fn persian_in_windows_1256() {
    let text = "نام,شهر\r\nمريم کاظمي,يزد\r\nپرويز چمني,کرمانشاه\r\nژاله گرجي,اصفهان\r\n";
    let bytes = WINDOWS_1256.encode(text).0.into_owned();
    let reader = csv(bytes.clone());
    assert_eq!(reader.encoding(), "windows-1256");
    assert_eq!(cells(&rows(reader)[1]), ["پرويز چمني", "کرمانشاه"]);
    let known = Known {
        encoding: Some(WINDOWS_1256),
        separator: Some(b','),
    };
    let reader = Reader::new(Cursor::new(bytes), Format::Csv, known).unwrap();
    assert_eq!(reader.headers(), ["نام", "شهر"]);
}

#[test]
fn separators_are_told_apart_with_quotes_respected() {
    for (text, separator) in [
        ("a,b\n1,2\n", ','),
        ("a;b\n\"1,2,3\";2\n3,4;5\n", ';'),
        ("a\tb\n1;2;3\t2\n", '\t'),
        ("a|b\n1|2\n", '|'),
        ("\"x;y\",b\n\"1;2\",2\n", ','),
        ("only\nx\n", ','),
        ("sep=;\r\na;b\r\n1;2\r\n", ';'),
        ("sep=|\na,b|c\n1|2\n", '|'),
    ] {
        let reader = csv(text);
        assert_eq!(reader.separator(), Some(separator), "{text}");
        assert!(!reader.headers()[0].starts_with("sep"));
        assert!(rows(reader).iter().all(|row| row.cells.is_ok()), "{text}");
    }
}

#[test]
fn quotes_lines_and_line_ends() {
    let rows_of = |end: &str| {
        let text = ["a,b", "\"x \"\"y\"\", z\",1", "", "\"two", "lines\",2", "3,\"\""].join(end);
        rows(csv(text))
            .iter()
            .map(|row| (row.number, row.line, cells(row).join("|")))
            .collect::<Vec<_>>()
    };
    for end in ["\n", "\r\n", "\r"] {
        assert_eq!(
            rows_of(end),
            [
                (1, 2, "x \"y\", z|1".to_owned()),
                (2, 4, format!("two{end}lines|2")),
                (3, 6, "3|".to_owned())
            ],
            "{end:?}"
        );
    }
}

#[test]
fn ragged_rows_are_told_row_by_row_with_their_text() {
    let rows = rows(csv("a,b\n1\n1,2,3\n1,2,,\n1,2\n"));
    assert_eq!(error(&rows[0]), RowError::Ragged { expected: 2, found: 1 });
    assert_eq!(error(&rows[1]), RowError::Ragged { expected: 2, found: 3 });
    assert_eq!(rows[1].cells.as_ref().unwrap_err().text, "1,2,3\n");
    assert_eq!(cells(&rows[2]), ["1", "2"], "empty cells at the end are no cells too many");
    assert_eq!(rows[3].number, 4);
}

#[test]
fn caps_name_the_row() {
    let wide = format!("a,b\n{}\n1,2\n", "x,".repeat(5000));
    let all = rows(csv(wide));
    assert_eq!(error(&all[0]), RowError::TooManyColumns);
    assert_eq!(cells(&all[1]), ["1", "2"]);
    let large = format!("a,b\n1,{}\n1,2\n", "x".repeat(FIELD_MAX + 1));
    let all = rows(csv(large));
    assert_eq!(error(&all[0]), RowError::FieldTooLarge { column: 1 });
    assert_eq!(all.len(), 2);
    let most = format!("a,b\n1,{}\n", "x".repeat(FIELD_MAX));
    assert!(rows(csv(most))[0].cells.is_ok());
    let endless = format!("a,b\n1,2\n3,\"{}", "x\n".repeat(ROW_MAX / 2));
    let last = csv(endless).last().unwrap();
    assert!(matches!(last, Err(ReadError::RowTooLarge { row: 2, line: 3 })), "{last:?}");
    let last = csv("a,b\n1,2\n3,\"x\n4,5").last().unwrap();
    assert!(matches!(last, Err(ReadError::UnclosedQuote { row: 2, line: 3 })), "{last:?}");
}

#[test]
fn bytes_that_are_no_text_spoil_their_row_only() {
    let mut bytes = b"name,b\n".to_vec();
    bytes.extend("Ann,1\n".repeat(20_000).bytes());
    bytes.extend(b"B\xE9a,2\nEva,3\n");
    let all = rows(csv(bytes));
    assert_eq!(all.len(), 20_002);
    assert_eq!(error(&all[20_000]), RowError::Encoding);
    assert_eq!(cells(&all[20_001]), ["Eva", "3"]);
}

#[test]
fn a_file_without_a_header_is_refused() {
    let open = |text: &str| Reader::new(Cursor::new(text.as_bytes().to_vec()), Format::Csv, Known::default()).err();
    for text in ["", "\n\n", ",,\n1,2,3\n", "\u{FEFF}", "sep=;\n"] {
        assert!(matches!(open(text), Some(ReadError::NoHeader)), "{text:?}");
    }
    let many = "x,".repeat(1001);
    assert!(matches!(open(&many), Some(ReadError::BadHeader(RowError::TooManyColumns))));
}

#[test]
fn json_lines() {
    let text = "\u{FEFF}{\"a\":1}\r\n\n  \n{\"a\":{\"b\":1,\"b\":2}}\n[1]\n{\"a\"\n{\"a\":1} x\n{\"نام\":[1.5,null,true,-2,\"é\"]}";
    let rows = rows(ndjson(text));
    let lines: Vec<_> = rows.iter().map(|row| (row.number, row.line)).collect();
    assert_eq!(lines, [(1, 1), (2, 4), (3, 5), (4, 6), (5, 7), (6, 8)]);
    let wrong: Vec<_> = rows[1..5].iter().map(error).collect();
    assert_eq!(wrong[0], RowError::DuplicateMember("b".to_owned()));
    assert_eq!(wrong[1], RowError::NotAnObject);
    assert!(matches!(wrong[2], RowError::Syntax { .. }) && matches!(wrong[3], RowError::Syntax { .. }));
    let Ok(Cells::Json(last)) = &rows[5].cells else {
        panic!("an object")
    };
    assert_eq!(Value::Object(last.clone()), serde_json::json!({"نام": [1.5, null, true, -2, "é"]}));
}

#[test]
fn a_json_line_that_is_too_long_or_no_text_spoils_itself_only() {
    let mut bytes = format!("{{\"a\":\"{}\"}}\n", "x".repeat(ROW_MAX)).into_bytes();
    bytes.extend(b"{\"a\":\"\xFF\"}\n{\"a\":2}\n");
    bytes.extend(format!("{}\n", "[".repeat(100_000)).bytes());
    let rows = rows(ndjson(bytes));
    assert_eq!(error(&rows[0]), RowError::TooLarge);
    assert_eq!(error(&rows[1]), RowError::Encoding);
    assert!(rows[2].cells.is_ok());
    assert!(matches!(error(&rows[3]), RowError::Syntax { .. }), "depth has a limit");
}

/// Stops after every row in turn and goes on with another reader, as after a kill.
fn resumes_everywhere(bytes: &[u8], format: Format) {
    let open = || Reader::new(Cursor::new(bytes.to_vec()), format, Known::default()).unwrap();
    let all: Vec<Row> = open().map(Result::unwrap).collect();
    assert!(all.len() > 3);
    for (done, row) in all.iter().enumerate() {
        let mut again = open();
        again.resume(row.next).unwrap();
        let rest: Vec<Row> = again.map(Result::unwrap).collect();
        assert_eq!(rest, all[done + 1..]);
    }
    let mut first = open();
    let start = first.place();
    first.next();
    first.resume(start).unwrap();
    assert_eq!(first.map(Result::unwrap).collect::<Vec<_>>(), all);
}

#[test]
fn reading_goes_on_exactly_after_every_row() {
    let text = "نام;b\r\n\"يک\r\nدو\";1\r\n\r\n3\r\n\u{FEFF}x;\"\"\"\"\r\nژ;5\n\r6;7\r8;9";
    resumes_everywhere(text.as_bytes(), Format::Csv);
    resumes_everywhere(format!("\u{FEFF}{text}").as_bytes(), Format::Csv);
    let mut little = vec![0xFF, 0xFE];
    little.extend(wide(text, u16::to_le_bytes));
    resumes_everywhere(&little, Format::Csv);
    let western = WINDOWS_1252
        .encode("Prénom;b\r\nAndré;1\r\nBesançon;\"x\ny\"\nMéïa;3\r\nü;4")
        .0
        .into_owned();
    resumes_everywhere(&western, Format::Csv);
    resumes_everywhere(b"{\"a\":1}\n\n{\"a\"\r\n{\"a\":3}\n[]\n{}", Format::Ndjson);
    let cards = "\r\nBEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\nEND:VCARD\nbegin:vcard\rVERSION:2.1\rFN:B\rEND:VCARD\rstray\nBEGIN:VCARD\nVERSION:2.1\n\
                 AGENT:\nBEGIN:VCARD\nFN:C\nEND:VCARD\nFN:D\nEND:VCARD\n\nBEGIN:VCARD\nFN:É\nEND:VCARD\nBEGIN:VCARD\nFN:E";
    resumes_everywhere(cards.as_bytes(), Format::Vcard);
    let mut little = vec![0xFF, 0xFE];
    little.extend(wide(cards, u16::to_le_bytes));
    resumes_everywhere(&little, Format::Vcard);
    let mut broken = b"a,b\n1,2\n".to_vec();
    broken.extend("Ann,1\n".repeat(11_000).bytes());
    broken.extend(b"\xE9\xE9,2\n3,4\n\xE9,5\n6,7\n");
    let open = || Reader::new(Cursor::new(broken.clone()), Format::Csv, Known::default()).unwrap();
    let all: Vec<Row> = open().map(Result::unwrap).collect();
    for done in [0, 10_000, 11_001, 11_002, 11_003] {
        let mut again = open();
        again.resume(all[done].next).unwrap();
        assert_eq!(again.map(Result::unwrap).collect::<Vec<_>>(), all[done + 1..], "{done}");
    }
}

#[test]
fn a_place_behind_the_file_is_refused() {
    let mut reader = csv("a,b\n1,2\n");
    let place = Place {
        offset: 9,
        number: 1,
        line: 2,
    };
    assert!(matches!(reader.resume(place), Err(ReadError::NoSuchPlace)));
    assert!(reader.resume(Place { offset: 8, ..place }).is_ok());
    assert!(reader.next().is_none());
}

#[test]
fn a_line_end_that_two_buffers_share_is_one() {
    for pad in 0..4 {
        let first = "x".repeat(lines::HEAD - 6 + pad - 2);
        let text = format!("a,b\r\n{first},1\r\n3,4\r\n");
        let rows = rows(csv(text));
        assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 3], "{pad}");
        assert_eq!(cells(&rows[1]), ["3", "4"]);
    }
}

//! Where contents are: how the server and the backup are told, and what they never tell.
use super::{digest, made, send};
use tests::engine::Engine;
use tests::{App, Who, binary};

/// A key that no test's own bucket has.
const WRONG: &[(&str, &str)] = &[("AWS_ACCESS_KEY_ID", "somebody"), ("AWS_SECRET_ACCESS_KEY", "geheim")];

#[test]
fn secrets_stand_in_no_address_and_are_repeated_nowhere() {
    for place in ["s3://key:geheim@papers/x", "s3://papers?secret=geheim", "somewhere:geheim"] {
        let out = binary::command(&["serve", "--documents", place, "--listen", "127.0.0.1:0"])
            .current_dir(tempfile::tempdir().unwrap().path())
            .output()
            .unwrap();
        let said = [out.stdout, out.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert!(!out.status.success() && said.contains("no place for documents"), "{said}");
        assert!(!said.contains("geheim"), "{said}");
    }
}

#[test]
fn a_key_that_is_not_let_in_is_told_as_a_place_that_is_away() {
    let app = App::on_s3(Engine::Sqlite);
    let node = app.another(WRONG);
    let owner = app.be(Who::Owner).at(node.address());
    let document = made(&owner, "a.txt");
    send(&owner, &document, "text/plain", b"text").refuses(503, "documents_away");
    assert_eq!(
        app.anyone().at(node.address()).get("/health/ready").is(200).json()["status"],
        "degraded"
    );
    let log = node.log().join("\n");
    assert!(log.contains("the place of documents does not do what it should"), "{log}");
    assert!(!log.contains("geheim") && !log.contains("SignatureDoesNotMatch"), "{log}");
}

#[test]
fn credentials_come_from_a_file_where_one_is_named() {
    let app = App::on_s3(Engine::Sqlite);
    let (key, secret) = app.s3().credentials();
    let file = app.data().join("credentials");
    let text = format!(
        "[default]\naws_access_key_id = x\naws_secret_access_key = y\n\n[papers]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n"
    );
    std::fs::write(&file, text).unwrap();
    let named = [
        ("AWS_SHARED_CREDENTIALS_FILE", file.to_str().unwrap()),
        ("AWS_PROFILE", "papers"),
        ("AWS_ACCESS_KEY_ID", ""),
        ("AWS_SECRET_ACCESS_KEY", ""),
    ];
    let node = app.another(&named);
    let owner = app.be(Who::Owner).at(node.address());
    let document = made(&owner, "a.txt");
    send(&owner, &document, "text/plain", b"text").is(200);
    // The other server reads what this one wrote.
    let got = app.be(Who::Owner).get(&format!("{document}/content")).is(200);
    assert_eq!((got.text().as_str(), got.header("repr-digest")), ("text", digest(b"text").as_str()));
}

#[test]
fn a_backup_says_that_the_bucket_is_not_in_it() {
    let app = App::on_s3(Engine::Sqlite);
    let saved = app.data().join("saved");
    let (database, data) = (app.database(), app.data().to_str().unwrap().to_owned());
    let place = "s3://papers/crm/test?endpoint=http://127.0.0.1:1";
    let said = binary::run(&[
        "backup",
        saved.to_str().unwrap(),
        "--database",
        &database,
        "--data",
        &data,
        "--documents",
        place,
    ]);
    assert!(
        said.contains("Not in it: the contents of documents, which are in s3://papers/crm/test."),
        "{said}"
    );
    let list = std::fs::read_to_string(saved.join("backup.json")).unwrap();
    assert!(list.contains("\"documents\": \"s3://papers/crm/test\""), "{list}");
}

//! The demo as a newcomer meets it: what the first start prints works as printed, and a later start leaves all as it is.
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tests::{binary, engine};

/// A start of the demo: its process, and what it printed up to a line that begins so.
struct Start(Child, Vec<String>);

impl Start {
    fn of(database: &str, folder: &Path, last: &str) -> Start {
        let serve = ["serve", "--demo", "--demo-size", "40", "--listen", "127.0.0.1:0"];
        let mut command = binary::command(&[&serve[..], &["--database", database, "--data", folder.to_str().unwrap()]].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut printed = Vec::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok) {
            printed.push(line);
            if printed.last().unwrap().trim_start().starts_with(last) {
                return Start(child, printed);
            }
        }
        child.wait().unwrap();
        panic!("the demo ended before it said '{last}':\n{}", printed.join("\n"));
    }
    fn text(&self) -> String {
        self.1.join("\n")
    }
}

impl Drop for Start {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// Runs a script as somebody who pastes it would.
fn pasted(script: &str) -> Value {
    let out = Command::new("bash").args(["-euc", script]).output().unwrap();
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("{script}\nanswered {text} {}", String::from_utf8_lossy(&out.stderr)))
}

fn greets_a_newcomer_and_keeps_what_is_there(database: &str, folder: &Path) {
    let token = {
        let first = Start::of(database, folder, "Demo data: 40 customers");
        let commands: Vec<&String> = first.1.iter().skip_while(|l| !l.starts_with("TOKEN=")).take(2).collect();
        let [sign_in, list] = commands[..] else {
            panic!("no commands in {}", first.text())
        };
        for place in ["/docs", "/openapi.json"] {
            let line = first
                .1
                .iter()
                .find(|line| line.ends_with(place))
                .unwrap_or_else(|| panic!("no {place} in {}", first.text()));
            let url = line.split_whitespace().last().unwrap();
            assert_eq!(pasted(&format!("curl -s -o /dev/null -w '%{{http_code}}' {url}")), 200, "{url}");
        }
        let two = pasted(&format!("{sign_in}\n{list}"));
        assert_eq!(two["data"].as_array().unwrap().len(), 2, "{two}");
        let counted = list.replace("limit=2", "limit=1&count=exact");
        assert_eq!(pasted(&format!("{sign_in}\n{counted}"))["page"]["count"], 40);
        // Signed in once: sign-ins are few a minute.
        let token = format!(
            "TOKEN={}",
            pasted(&format!("{sign_in}\nprintf '\"%s\"' \"$TOKEN\"")).as_str().unwrap()
        );
        for (object, least) in [
            ("users", 13),
            ("units", 7),
            ("groups", 4),
            ("custom-fields", 9),
            ("relationships", 20),
            ("group-members", 10),
            ("stock", 4),
            ("orders", 12),
            ("shipments", 4),
            ("invoices", 8),
            ("payments", 4),
        ] {
            let counted = format!(
                "{token}\n{}",
                counted.replace("customers", object).replace("&fields=display_name,city", "")
            );
            let n = pasted(&counted)["page"]["count"].as_i64().unwrap();
            assert!(n >= least, "{n} {object}");
        }
        sign_in.clone()
    };
    let second = Start::of(database, folder, "Start over?");
    assert!(second.text().contains("from an earlier start"), "{}", second.text());
    assert!(!second.text().contains("TOKEN="), "a later start must not print a password again");
    // The first password is still the owner's.
    let origin = |text: &str| text.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let sign_in = token.replace(&origin(&token), &origin(&second.text()));
    assert!(
        pasted(&format!("{sign_in}\nprintf '\"%s\"' \"$TOKEN\""))
            .as_str()
            .unwrap()
            .starts_with("eyJ")
    );
}

#[test]
fn greets_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("peyvand.db").display());
    greets_a_newcomer_and_keeps_what_is_there(&database, folder.path());
}

#[test]
fn greets_on_postgres() {
    let folder = tempfile::tempdir().unwrap();
    let name = format!("peyvand_demo_{}", uuid::Uuid::now_v7().simple());
    engine::administer(&engine::cluster(), &[format!("CREATE DATABASE {name}")]);
    greets_a_newcomer_and_keeps_what_is_there(&engine::in_cluster(&name), folder.path());
    engine::administer(&engine::cluster(), &[format!("DROP DATABASE {name} WITH (FORCE)")]);
}

#[test]
fn leaves_somebodys_own_data_alone() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("peyvand.db").display());
    let user = [
        "user",
        "create",
        "--database",
        &database,
        "--email",
        "sara@yazd.example",
        "--name",
        "Sara",
        "--password-stdin",
    ];
    let mut create = binary::command(&user).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    std::io::Write::write_all(&mut create.stdin.take().unwrap(), b"tall-walnut-9-kettle\n").unwrap();
    assert!(create.wait().unwrap().success());
    let start = Start::of(&database, folder.path(), "Contract");
    assert!(start.text().contains("no demo was written"), "{}", start.text());
}

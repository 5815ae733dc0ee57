//! A whole pipeline of another tool, taken in as `make demo-pipeline` does it, and held to what is known of it.
use serde_json::{Value, json};
use std::process::Command;
use tests::samples::folder;
use tests::{Who, both};

both! {
    fn samples_of_a_whole_pipeline_are_taken_in_to_the_unit(app: &App) {
        let (owner, out) = (app.be(Who::Owner), tempfile::tempdir().unwrap());
        let run = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/demo-pipeline"))
            .env("PEYVAND_URL", format!("http://{}", app.node().address()))
            .env("PEYVAND_TOKEN", app.token(Who::Owner))
            .env("PEYVAND", tests::binary::path())
            .env("SAMPLES", folder())
            .env("OUT", out.path())
            .output()
            .unwrap();
        assert!(run.status.success(), "{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
        let known: Value = serde_json::from_slice(&std::fs::read(folder().join("pipeline-maven/expected_small.json")).unwrap()).unwrap();
        let pipeline = owner.get("/pipelines/by-external-id/maven/pipeline").is(200).id();
        let results = |by: &str| owner.list("/sales-results", &[("pipeline_id", &pipeline), ("by", by)]).is(200).json();
        let whole = results("unit");
        let total = &whole["total"];
        assert_eq!((&total["won"], &total["lost"]), (&known["won"], &known["lost"]));
        assert_eq!(total["won_value"], json!([{"amount": format!("{}.00", known["won_value"]), "currency": "USD"}]));
        let all: i64 = ["open", "won", "lost"].iter().map(|n| total[n].as_i64().unwrap()).sum();
        assert_eq!(json!(all), known["opportunities"]);
        // The same, counted from the file, by product, seller, manager and region.
        let mut deals = csv::Reader::from_path(folder().join("pipeline-maven/sales_pipeline.csv")).unwrap();
        let mut teams = csv::Reader::from_path(folder().join("pipeline-maven/sales_teams.csv")).unwrap();
        let teams: std::collections::BTreeMap<String, (String, String)> =
            teams.records().map(Result::unwrap).map(|r| (r[0].to_owned(), (r[1].to_owned(), r[2].to_owned()))).collect();
        let mut counted: std::collections::BTreeMap<(&str, String), (i64, i64, i64)> = Default::default();
        for deal in deals.records().map(Result::unwrap) {
            let (manager, region) = &teams[&deal[1]];
            let product = if &deal[2] == "GTXPro" { "GTX Pro" } else { &deal[2] };
            for key in [("owner", deal[1].to_owned()), ("unit", manager.clone()), ("unit", region.clone()), ("product", product.to_owned())] {
                let one = counted.entry(key).or_default();
                match &deal[4] {
                    "Won" => *one = (one.0 + 1, one.1, one.2 + deal[7].parse::<i64>().unwrap()),
                    "Lost" => one.1 += 1,
                    _ => {}
                }
            }
        }
        for by in ["owner", "unit", "product"] {
            let told = results(by);
            for ((_, name), (won, lost, value)) in counted.iter().filter(|((group, _), _)| *group == by) {
                let found = told["data"].as_array().unwrap().iter().find(|r| r["name"] == name.as_str());
                let found = found.unwrap_or_else(|| panic!("no {by} {name} in {told}"));
                assert_eq!((&found["won"], &found["lost"]), (&json!(won), &json!(lost)), "{by} {name}");
                let worth = if *won == 0 { json!([]) } else { json!([{"amount": format!("{value}.00"), "currency": "USD"}]) };
                assert_eq!(found["won_value"], worth, "{by} {name}");
            }
        }
        // What was wrong with the file was told row by row.
        let failed = std::fs::read_to_string(out.path().join("deals.csv.failed.csv")).unwrap();
        let dirty = csv::Reader::from_path(folder().join("pipeline-maven/sales_pipeline.csv")).unwrap().records().map(Result::unwrap)
            .filter(|r| &r[2] == "GTXPro" || r[3].is_empty() || r[5].is_empty()).count();
        assert_eq!(failed.lines().count() - 1, dirty);
        let refused = std::fs::read_to_string(out.path().join("accounts.csv.failed.csv")).unwrap();
        assert_eq!((refused.lines().count() - 1, refused.matches("technolgy").count()), (12, 12));
        let technology = owner.all("/customers", &[("filter", "custom.sector = \"technology\"")]);
        assert_eq!(technology.len(), 12);
        assert!(owner.get(&format!("/pipelines/{pipeline}/board?limit=1")).is(200).json()["deals"].as_i64() == total["open"].as_i64());
    }
}

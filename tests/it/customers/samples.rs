//! The labelled pairs of Febrl's data set 1, through import, matcher and merge, and back again.
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use tests::samples::{folder, ours};
use tests::{App, Who, binary, both, digest};

use super::merges::{GROWING, HISTORY};

/// Runs the command that reports; what it says.
fn report(app: &App) -> String {
    // A copy, because the report of rows that can't be taken in is put beside the file.
    let file = app.data().join("febrl1.csv");
    std::fs::copy(folder().join("dedupe/febrl1.csv"), &file).unwrap();
    let (mapping, defaults) = (ours("febrl1.mapping.json"), ours("febrl1.defaults.json"));
    let (url, token) = (format!("http://{}", app.node().address()), app.token(Who::Owner));
    let [file, mapping, defaults] = [&file, &mapping, &defaults].map(|p| p.to_str().unwrap());
    let told = binary::run(&[
        "duplicates",
        "evaluate",
        file,
        "--mapping",
        mapping,
        "--defaults",
        defaults,
        "--url",
        &url,
        "--token",
        &token,
    ]);
    eprintln!("{told}");
    told
}

/// A number of the report, behind its name.
fn number(report: &str, name: &str) -> f64 {
    let (_, rest) = report
        .split_once(&format!("{name} "))
        .unwrap_or_else(|| panic!("no {name} in {report}"));
    rest.split_whitespace().next().unwrap().parse().unwrap()
}

/// Customers that pairs make one, the first of each the one that stays.
fn clusters(pairs: &[Value]) -> Vec<Vec<String>> {
    let mut leads: BTreeMap<String, String> = BTreeMap::new();
    fn root(leads: &BTreeMap<String, String>, of: &str) -> String {
        leads.get(of).map_or(of.to_owned(), |next| root(leads, next))
    }
    let mut all = BTreeSet::new();
    for pair in pairs {
        let [a, b] = ["a_id", "b_id"].map(|name| pair[name].as_str().unwrap().to_owned());
        let (x, y) = (root(&leads, &a), root(&leads, &b));
        if x != y {
            leads.insert(x.clone().max(y.clone()), x.min(y));
        }
        all.extend([a, b]);
    }
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for id in all {
        found.entry(root(&leads, &id)).or_default().push(id);
    }
    found.into_values().collect()
}

both! {
    fn samples_of_febrl_are_matched_merged_and_undone(app: &App) {
        let owner = app.be(Who::Owner);
        let told = report(app);
        // What the matcher reached when its weights were chosen: it may become better.
        for (name, least) in [("precision", 0.99), ("recall", 0.92), ("F1", 0.96)] {
            assert!(number(&told, name) >= least, "{name} in {told}");
        }
        let likely = owner.all("/duplicates", &[("filter", "score >= 0.9")]);
        let clusters = clusters(&likely);
        assert!(clusters.len() > 400, "{} of {} pairs", clusters.len(), likely.len());
        let customers = owner.all("/customers", &[("fields", "id")]).len();
        let before = digest::of(app, &HISTORY, &GROWING);
        let merge = |ids: &[String]| owner.post("/merges", json!({"survivor_id": ids[0], "merged_ids": ids[1..]})).is(201).id();
        let undo = |merge: &str| owner.act(&format!("/merges/{merge}/undo"), "*").is(200);
        // One at a time, some of them.
        for ids in clusters.iter().step_by(clusters.len() / 10) {
            undo(&merge(ids));
            digest::same(&before, &digest::of(app, &HISTORY, &GROWING));
        }
        // All of them together.
        let merges: Vec<String> = clusters.iter().map(|ids| merge(ids)).collect();
        let gone: usize = clusters.iter().map(|ids| ids.len() - 1).sum();
        assert_eq!(owner.all("/customers", &[("fields", "id")]).len(), customers - gone);
        merges.iter().for_each(|merge| drop(undo(merge)));
        digest::same(&before, &digest::of(app, &HISTORY, &GROWING));
        eprintln!("{} merges of {gone} customers undone", merges.len());
        binary::run(&["audit", "verify", "--database", &app.database()]);
    }
}

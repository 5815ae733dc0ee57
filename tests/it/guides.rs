//! What the guides tell their readers to paste works as pasted: `scripts/walk` does it, each guide against a fresh demo.
use std::path::Path;
use std::process::Command;
use tests::binary;

fn walked(guide: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut walk = Command::new(root.join("scripts/walk"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("PEYVAND_")) {
        walk.env_remove(name);
    }
    let out = walk.arg(guide).env("PEYVAND", binary::path()).output().unwrap();
    assert!(out.status.success(), "{guide}:\n{}", String::from_utf8_lossy(&out.stderr));
}

#[test]
fn the_readme_walks() {
    walked("README.md");
}

#[test]
fn the_persian_readme_walks() {
    walked("README.fa.md");
}

#[test]
fn using_the_api_walks() {
    walked("docs/using-the-api.md");
}

#[test]
fn integrating_walks() {
    walked("docs/integrating.md");
}

#[test]
fn the_file_of_a_customer_walks() {
    walked("docs/customer-file.md");
}

#[test]
fn forecasts_walk() {
    walked("docs/forecasts.md");
}

#[test]
fn calendars_walk() {
    walked("docs/calendar.md");
}

#[test]
fn live_events_walk() {
    walked("docs/live-events.md");
}

#[test]
fn leads_walk() {
    walked("docs/leads.md");
}

#[test]
fn selling_walks() {
    walked("docs/selling.md");
}

#[test]
fn prices_walk() {
    walked("docs/prices.md");
}

#[test]
fn configuration_walks() {
    walked("docs/configuration.md");
}

#[test]
fn quotes_walk() {
    walked("docs/quotes.md");
}

#[test]
fn contracts_walk() {
    walked("docs/contracts.md");
}

#[test]
fn groups_and_bulk_actions_walk() {
    walked("docs/groups.md");
}

#[test]
fn stock_orders_and_invoices_walk() {
    walked("docs/orders-and-invoices.md");
}

#[test]
fn the_readme_lists_every_setting_of_the_server() {
    let readme = include_str!("../../README.md");
    let help = binary::run(&["serve", "--help"]);
    let settings = help
        .split_whitespace()
        .filter(|w| w.starts_with("--") && w.len() > 2 || w.starts_with("PEYVAND_"));
    let missing: Vec<&str> = settings
        .map(|word| word.trim_end_matches(['=', ']']))
        .filter(|word| *word != "--help" && !readme.contains(&format!("`{word}`")))
        .collect();
    assert!(missing.is_empty(), "README.md does not say what these mean: {missing:?}");
}

/// The journey of docs/journey.md, whatever the language: `docs/journey.sh` ends with the first answer that is not as it should be.
fn gone(language: &str) {
    let app = tests::App::sqlite();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut journey = Command::new(root.join("docs/journey.sh"));
    let journey = journey.arg(language).env("PEYVAND_URL", format!("http://{}", app.node().address()));
    let out = journey.env("PEYVAND_TOKEN", app.token(tests::Who::Owner)).output().unwrap();
    let told = String::from_utf8_lossy(&out.stdout);
    assert!(out.status.success(), "{told}{}", String::from_utf8_lossy(&out.stderr));
    assert!(told.contains("10. "), "{told}");
}

#[test]
fn the_journey_in_persian() {
    gone("fa");
}

#[test]
fn the_journey_in_english() {
    gone("en");
}

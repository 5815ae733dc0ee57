//! `peyvand duplicates evaluate`: how well the matcher finds what a file says to be the same, through the import and the matcher of a server.
use super::Outcome;
use super::import::{Format, Import, Mode};
use super::remote::{Remote, good, json as answer};
use clap::{Args, Subcommand};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;
use ureq::Agent;

#[derive(Debug, Subcommand)]
pub enum Duplicates {
    /// Imports customers whose `external_ids.label` says who is who, looks for duplicates, and tells precision, recall and F1. Meant for an
    /// empty server.
    Evaluate(Evaluate),
}

#[derive(Debug, Args)]
pub struct Evaluate {
    /// CSV; labels that differ only in an ending such as -org or -dup-0 are of the same customer.
    file: PathBuf,
    /// A JSON file: heading to target; the column of the labels goes to external_ids.label.
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// A JSON file: members that every customer gets unless its row says them.
    #[arg(long)]
    defaults: Option<PathBuf>,
    /// Pairs of this score and above count as found.
    #[arg(long, default_value_t = 0.9)]
    score: f64,
    #[command(flatten)]
    remote: Remote,
}

impl Duplicates {
    pub fn run(self) -> Outcome {
        match self {
            Duplicates::Evaluate(evaluate) => evaluate.run(),
        }
    }
}

/// Who a label speaks of.
fn entity(label: &str) -> &str {
    let bare = label.trim_end_matches(|c: char| c.is_ascii_digit());
    bare.strip_suffix("-dup-").or_else(|| label.strip_suffix("-org")).unwrap_or(label)
}

impl Evaluate {
    fn run(self) -> Outcome {
        let import = Import::of(
            self.file.clone(),
            Mode::Create,
            Format::Csv,
            self.mapping.clone(),
            self.defaults.clone(),
            self.remote.clone(),
        );
        // Rows that can't be taken in are told, and in no count.
        if let Err(why) = import.run() {
            eprintln!("{why}");
        }
        let agent = self.remote.agent();
        let begun = good(
            agent
                .post(self.remote.address("/duplicates/scan"))
                .header("Authorization", self.remote.bearer())
                .send_empty(),
        )?;
        let place = begun
            .headers()
            .get("Location")
            .and_then(|v| v.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let job = self.wait(&agent, place.trim_start_matches("/api/v1"))?;
        println!("matcher: {}", job.get("result").cloned().unwrap_or_default());
        let labels: BTreeMap<String, String> = self
            .all(&agent, "/customers")?
            .iter()
            .filter_map(|c| {
                Some((
                    c.get("id")?.as_str()?.to_owned(),
                    entity(c.pointer("/external_ids/label")?.as_str()?).to_owned(),
                ))
            })
            .collect();
        let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
        for entity in labels.values() {
            *sizes.entry(entity.as_str()).or_default() += 1;
        }
        let real: usize = sizes.values().map(|n| n * n.saturating_sub(1) / 2).sum();
        let mut found: BTreeSet<(String, bool)> = BTreeSet::new();
        for pair in self.all(&agent, "/duplicates")? {
            let text = |name: &str| pair.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            if text("score").parse::<f64>().is_ok_and(|s| s >= self.score) {
                // Of customers without a label nobody knows who they are.
                if let (Some(a), Some(b)) = (labels.get(&text("a_id")), labels.get(&text("b_id"))) {
                    found.insert((text("id"), a == b));
                }
            }
        }
        let right = found.iter().filter(|(_, same)| *same).count();
        let ratio = |a: usize, b: usize| if b == 0 { 0.0 } else { a as f64 / b as f64 };
        let (precision, recall) = (ratio(right, found.len()), ratio(right, real));
        let f1 = if precision + recall == 0.0 {
            0.0
        } else {
            2.0 * precision * recall / (precision + recall)
        };
        println!(
            "pairs: {real} in the file, {} found of score {} and above, {right} of them right\nprecision {precision:.4}  recall {recall:.4}  F1 {f1:.4}",
            found.len(),
            self.score
        );
        Ok(())
    }

    fn wait(&self, agent: &Agent, place: &str) -> Result<Value, String> {
        loop {
            let request = agent.get(self.remote.address(place));
            let job = answer(request.header("Authorization", self.remote.bearer()).call())?;
            match job.get("state").and_then(Value::as_str) {
                Some("done") => return Ok(job),
                Some("queued" | "running") => std::thread::sleep(Duration::from_millis(200)),
                state => return Err(format!("the matcher is {}", state.unwrap_or("nowhere"))),
            }
        }
    }

    /// All records of a list.
    fn all(&self, agent: &Agent, path: &str) -> Result<Vec<Value>, String> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let address = format!("{path}?limit=200{cursor}");
            let request = agent.get(self.remote.address(&address));
            let page = answer(request.header("Authorization", self.remote.bearer()).call())?;
            all.extend(page.get("data").and_then(Value::as_array).cloned().unwrap_or_default());
            match page.pointer("/page/next_cursor").and_then(Value::as_str) {
                Some(next) => cursor = format!("&cursor={}", form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>()),
                None => return Ok(all),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_label_names_its_customer() {
        for (label, entity) in [
            ("rec-223-org", "rec-223"),
            ("rec-10-dup-0", "rec-10"),
            ("rec-10-dup-12", "rec-10"),
            ("C-1042", "C-1042"),
        ] {
            assert_eq!(super::entity(label), entity);
        }
    }
}

//! `peyvand generate`: writes made-up customers to standard output, for imports to try and for measurements.
use super::Outcome;
use crate::demo::people;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Map, Value};
use std::io::{self, BufWriter, Write};

#[derive(Debug, Subcommand)]
pub enum Generate {
    /// Customers as an import takes them. The same seed gives the same rows.
    Customers(Customers),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Csv,
    Ndjson,
}

#[derive(Debug, Args)]
pub struct Customers {
    /// How many.
    #[arg(long)]
    count: u64,
    #[arg(long, value_enum, default_value_t = Format::Ndjson)]
    format: Format,
    /// Files of seeds whose last two digits differ go into one database; the demo's is 1400.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Generate {
    pub fn run(self) -> Outcome {
        let Generate::Customers(customers) = self;
        let out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        let written = match customers.format {
            Format::Ndjson => ndjson(out, &customers),
            Format::Csv => csv(out, &customers),
        };
        match written {
            // Whoever reads has enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written.map_err(|e| e.to_string()),
        }
    }
}

fn ndjson(mut out: impl Write, asked: &Customers) -> io::Result<()> {
    for customer in people::customers(asked.seed, asked.count) {
        serde_json::to_writer(&mut out, &customer)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// Members that stand in a column of their name.
const PLAIN: [&str; 14] = [
    "kind",
    "given_name",
    "family_name",
    "organization_name",
    "gender",
    "birth_date",
    "national_id",
    "legal_id",
    "lifecycle_stage",
    "credit_class",
    "customer_group",
    "language",
    "field_of_work",
    "job_title",
];
/// Contact points, one of each kind.
const POINTS: [&str; 4] = ["mobile", "phone", "email", "website"];
/// Parts of the one address.
const PARTS: [&str; 6] = ["country", "province", "city", "district", "street", "postal_code"];

/// The headings are the targets of the import's mapping, which reads them back as they are.
fn csv(out: impl Write, asked: &Customers) -> io::Result<()> {
    let mut out = csv::Writer::from_writer(out);
    let headings = std::iter::once(format!("external_ids.{}", people::SYSTEM))
        .chain(PLAIN.map(str::to_owned))
        .chain(POINTS.map(|kind| format!("contact_points[{kind}]")))
        .chain(PARTS.map(|part| format!("addresses.{part}")))
        .chain(["notes".to_owned()]);
    out.write_record(headings)?;
    for customer in people::customers(asked.seed, asked.count) {
        out.write_record(cells(&customer))?;
    }
    out.flush()
}

/// The text of a member; empty where there is none.
fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}

fn cells(customer: &Map<String, Value>) -> Vec<&str> {
    let at = |pointer: [&str; 2]| text(customer.get(pointer[0]).and_then(|v| v.get(pointer[1])));
    let mut cells = vec![at(["external_ids", people::SYSTEM])];
    cells.extend(PLAIN.iter().map(|name| text(customer.get(*name))));
    let points = customer
        .get("contact_points")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    cells.extend(
        POINTS
            .iter()
            .map(|kind| text(points.iter().find(|p| p["kind"] == *kind).and_then(|p| p.get("value")))),
    );
    let address = customer.get("addresses").and_then(|a| a.get(0));
    cells.extend(PARTS.iter().map(|part| text(address.and_then(|a| a.get(part)))));
    cells.push(text(customer.get("notes")));
    cells
}

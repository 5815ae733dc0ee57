//! `peyvand openapi`: prints the contract.
use super::Outcome;
use clap::{Args, ValueEnum};
use std::io::Write;

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Yaml,
    Json,
}

#[derive(Debug, Args)]
pub struct Openapi {
    #[arg(long, value_enum, default_value_t = Format::Yaml)]
    format: Format,
}

impl Openapi {
    pub fn run(self) -> Outcome {
        let contract = crate::server::contract_text()?;
        let mut out = std::io::stdout().lock();
        let written = match self.format {
            Format::Yaml => out.write_all(&contract.yaml),
            Format::Json => out.write_all(&contract.json).and_then(|()| out.write_all(b"\n")),
        };
        written.map_err(|e| e.to_string())
    }
}

//! `peyvand openapi`: prints the contract.
use super::Outcome;
use clap::{Args, ValueEnum};

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
        match self.format {
            Format::Yaml => print!("{}", contract.yaml),
            Format::Json => println!("{}", contract.json),
        }
        Ok(())
    }
}

//! `peyvand export`: takes a list from a server as a file, all its pages.
use super::Outcome;
use super::remote::{self, Remote, copy, good};
use clap::{Args, ValueEnum};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Csv,
    Ndjson,
}

#[derive(Debug, Args)]
pub struct Export {
    /// Such as customers.
    object: String,
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
    /// A condition, such as 'city = "یزد"'.
    #[arg(long)]
    filter: Option<String>,
    /// Where to write it; standard output unless given.
    #[arg(long)]
    output: Option<PathBuf>,
    #[command(flatten)]
    remote: Remote,
}

impl Export {
    pub fn run(self) -> Outcome {
        let accept = match self.format {
            Format::Csv => "text/csv",
            Format::Ndjson => "application/x-ndjson",
        };
        let path = format!("/{}", self.object.replace('_', "-"));
        let mut request = self.remote.agent().get(self.remote.address(&path));
        if let Some(filter) = &self.filter {
            request = request.query("filter", filter);
        }
        let answer = good(
            request
                .header("Authorization", self.remote.bearer())
                .header("Accept", accept)
                .call(),
        )?;
        match &self.output {
            Some(path) => {
                let mut out = BufWriter::new(File::create(path).map_err(|e| remote::file(path, &e))?);
                copy(answer, &mut out)?;
                out.flush().map_err(|e| remote::file(path, &e))
            }
            None => copy(answer, &mut std::io::stdout().lock()),
        }
    }
}

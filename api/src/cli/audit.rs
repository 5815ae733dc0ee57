//! `peyvand audit`: whether the change log is as it was written.
use super::{Outcome, Storage};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use persistence::core::database::{Address, connect};
use persistence::core::{seal, verify};

#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Holds every entry of the change log against its hash, its record and its seal; exit status 1 when one does not fit.
    Verify(Verify),
}

#[derive(Debug, Args)]
pub struct Verify {
    #[command(flatten)]
    storage: Storage,
    /// NUMBER:HASH of a seal, as an earlier run printed it: it must still be the same.
    #[arg(long)]
    seal: Option<String>,
}

impl Audit {
    pub fn run(self) -> Outcome {
        let Audit::Verify(verify) = self;
        verify.run()
    }
}

impl Verify {
    fn run(self) -> Outcome {
        if let Some(text) = &self.seal {
            same_seal(&self.storage.database, text)?;
        }
        verified(&self.storage.database)
    }
}

/// Verifies a database's change log and says what was found.
pub fn verified(address: &Address) -> Outcome {
    if let Address::Sqlite(path) = address
        && !path.exists()
    {
        return Err(format!("{}: there is no such database", path.display()));
    }
    crate::server::describe();
    let objects: Vec<&str> = crate::http::contract::mounted().keys().copied().collect();
    let mut conn = connect(address).map_err(|e| e.to_string())?;
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template("{wide_bar} {percent}% {eta} left").map_err(|e| e.to_string())?);
    let result = verify::verify(&mut conn, &objects, &mut |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let report = result.map_err(|e| e.to_string())?;
    println!(
        "{} entries of {} records under {} seals.",
        report.entries, report.records, report.seals
    );
    if let Some(seal) = &report.newest {
        println!(
            "The newest seal is {}:{}. Keep it elsewhere, and give it as --seal later.",
            seal.number, seal.hash
        );
    }
    for broken in &report.broken {
        eprintln!("{broken}");
    }
    match report.count {
        0 => {
            println!("All is as it was written.");
            Ok(())
        }
        1 => Err("the change log was tampered with, or damaged, in 1 place".to_owned()),
        n => Err(format!("the change log was tampered with, or damaged, in {n} places")),
    }
}

fn same_seal(address: &Address, text: &str) -> Outcome {
    let (number, hash) = text
        .split_once(':')
        .and_then(|(n, hash)| Some((n.parse::<i64>().ok()?, hash)))
        .ok_or_else(|| format!("'{text}' is no seal: give NUMBER:HASH"))?;
    let mut conn = connect(address).map_err(|e| e.to_string())?;
    let found = seal::after(&mut conn, number - 1, 1).map_err(|e| e.to_string())?.pop();
    match found {
        Some(seal) if seal.number == number && seal.hash == hash => Ok(()),
        _ => Err(format!("seal {number} is not the one that was kept: the change log was rewritten")),
    }
}

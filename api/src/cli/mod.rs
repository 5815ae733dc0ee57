//! The command line. Exit status 0: done; 1: failed; 2: wrong use.
mod audit;
mod backup;
mod duplicates;
mod export;
mod extract;
mod generate;
mod import;
mod openapi;
mod password;
mod remote;
mod serve;
mod settings;
mod user;

use crate::documents::store::Place;
use clap::{Args, Parser, Subcommand};
use persistence::core::database::Address;
use std::path::PathBuf;
use std::process::ExitCode;

/// Peyvand, an operational CRM as a JSON API.
#[derive(Debug, Parser)]
#[command(name = "peyvand", version)]
struct Command {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Runs the server.
    Serve(serve::Serve),
    /// Brings the database's schema up to date.
    Migrate(Storage),
    /// Manages users.
    #[command(subcommand)]
    User(user::User),
    /// Shows and changes what the organization can set.
    #[command(subcommand)]
    Settings(settings::Settings),
    /// Sends a file of records to a server and says what became of its rows.
    Import(import::Import),
    /// Takes a list from a server as a file.
    Export(export::Export),
    /// Writes made-up data to standard output.
    #[command(subcommand)]
    Generate(generate::Generate),
    /// Copies the database and the folder of keys and files, while the server runs.
    Backup(backup::Backup),
    /// Puts a backup in the place of the database and the folder.
    Restore(backup::Restore),
    /// Looks at how well duplicates are found.
    #[command(subcommand)]
    Duplicates(duplicates::Duplicates),
    /// Looks after the audit.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Reads the text of a file for the server.
    #[command(hide = true)]
    Extract(extract::Extract),
    /// Prints the contract.
    Openapi(openapi::Openapi),
}

/// Where the data is.
#[derive(Debug, Clone, Args)]
pub struct Storage {
    /// sqlite:PATH or postgres://USER@HOST/NAME
    // Its value is not shown in the help: it may hold a password.
    #[arg(long, env = "PEYVAND_DATABASE", default_value = "sqlite:./data/peyvand.db", hide_env_values = true)]
    database: Address,
    /// The folder of keys and files.
    #[arg(long, env = "PEYVAND_DATA", default_value = "./data")]
    data: PathBuf,
}

/// Where the contents of documents are.
#[derive(Debug, Clone, Args)]
pub struct Documents {
    /// Where the contents of documents are: file:PATH, or s3://BUCKET/PREFIX?endpoint=URL&region=NAME with credentials from AWS_ACCESS_KEY_ID
    /// and AWS_SECRET_ACCESS_KEY; the folder `documents` of the data folder unless given.
    // A text until it is read: what can't be read may hold a secret, and is shown to nobody.
    #[arg(long = "documents", env = "PEYVAND_DOCUMENTS", hide_env_values = true)]
    documents: Option<String>,
}

impl Documents {
    /// The place, where one is named.
    fn place(&self) -> Result<Option<Place>, String> {
        self.documents
            .as_deref()
            .filter(|text| !text.is_empty())
            .map(str::parse)
            .transpose()
    }
}

/// Why a command failed, in words for its user.
pub type Outcome = Result<(), String>;

/// Reads the arguments and does what they say.
pub fn run() -> ExitCode {
    let command = match Command::try_parse() {
        Ok(command) => command,
        Err(error) => {
            // Help and version are no mistake.
            let wrong = error.use_stderr();
            if error.print().is_err() {
                return ExitCode::from(1);
            }
            return ExitCode::from(if wrong { 2 } else { 0 });
        }
    };
    let outcome = match command.action {
        Action::Serve(serve) => serve.run(),
        Action::Migrate(storage) => migrate(&storage),
        Action::User(user) => user.run(),
        Action::Settings(settings) => settings.run(),
        Action::Import(import) => import.run(),
        Action::Export(export) => export.run(),
        Action::Generate(generate) => generate.run(),
        Action::Backup(backup) => backup.run(),
        Action::Restore(restore) => restore.run(),
        Action::Duplicates(duplicates) => duplicates.run(),
        Action::Audit(audit) => audit.run(),
        Action::Extract(extract) => extract.run(),
        Action::Openapi(openapi) => openapi.run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("peyvand: {why}");
            ExitCode::from(1)
        }
    }
}

fn migrate(storage: &Storage) -> Outcome {
    match persistence::core::migrate::run(&storage.database) {
        Ok(0) => println!("The schema was up to date."),
        Ok(n) => println!("{n} migrations were applied."),
        Err(error) => return Err(error.to_string()),
    }
    Ok(())
}

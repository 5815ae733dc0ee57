//! `peyvand user`: makes the first users of a new server.
use super::{Outcome, Storage};
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum User {
    /// Creates a user who can sign in.
    Create(Create),
}

#[derive(Debug, Args)]
pub struct Create {
    #[command(flatten)]
    storage: Storage,
    #[arg(long)]
    email: String,
    #[arg(long)]
    name: String,
    /// The name of a role; `owner` may do everything.
    #[arg(long, default_value = "owner")]
    role: String,
    /// Reads the password from standard input.
    #[arg(long)]
    password_stdin: bool,
}

impl User {
    pub fn run(self) -> Outcome {
        let User::Create(create) = self;
        create.run()
    }
}

impl Create {
    fn run(self) -> Outcome {
        Err(format!(
            "{} {} {} {} {:?}",
            self.email, self.name, self.role, self.password_stdin, self.storage
        ))
    }
}

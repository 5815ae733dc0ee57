//! `peyvand user`: makes users from the server's own machine, so that a new server has its first.
use super::{Outcome, Storage};
use crate::access::password;
use crate::http::app::context;
use clap::{Args, Subcommand};
use domain::core::actor::{Actor, Via};
use domain::core::error::Error;
use domain::core::instant::Instant;
use domain::core::pipeline::Context;
use domain::core::resource::Setting;
use persistence::access::founding;
use persistence::core::conn::Conn;
use persistence::core::database::Database;
use persistence::core::settings;
use std::io::{BufRead, IsTerminal};
use uuid::Uuid;

#[derive(Debug, Subcommand)]
pub enum User {
    /// Creates a user who can sign in.
    Create(Create),
    /// Gives a user a new password and ends their sessions.
    Password(super::password::Password),
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
    /// Reads the password from standard input, its first line; else it is asked for.
    #[arg(long)]
    password_stdin: bool,
}

impl User {
    pub fn run(self) -> Outcome {
        match self {
            User::Create(create) => create.run(),
            User::Password(password) => password.run(),
        }
    }
}

impl Create {
    fn run(self) -> Outcome {
        let password = read_password(self.password_stdin)?;
        let problems = password::strength("/password", &password, &[&self.email, &self.name]);
        problems.or(()).map_err(|p| words(Error::Invalid(p)))?;
        let hash = password::hash(&password, &mut rand::rng()).map_err(|_| "the password could not be hashed: out of memory")?;
        // What may be granted is known from what is mounted.
        crate::server::describe();
        let Create {
            storage,
            email,
            name,
            role,
            ..
        } = self;
        let db = Database::open(&storage.database, 1).map_err(words)?;
        let made = actix_web::rt::System::new()
            .block_on(db.write(move |conn| at_console(conn, |conn, context| founding::user(conn, context, &name, &email, &role, &hash))));
        println!("{}", made.map_err(words)?);
        Ok(())
    }
}

/// Does something in the name of whoever sits at the server's own machine.
pub(super) fn at_console<T>(conn: &mut Conn, body: impl FnOnce(&mut Conn, &Context<'_>) -> Result<T, Error>) -> Result<T, Error> {
    let now = Instant::new(chrono::Utc::now());
    let default_region = settings::get_or_make(conn, "default_region", || "IR".to_owned())?;
    let setting = Setting { now, default_region };
    let actor = Actor::server(Via::Console, now);
    let context = context(&actor, &setting, Uuid::now_v7());
    body(conn, &context)
}

/// A new password: the first line of standard input, or asked for at the terminal.
pub(super) fn read_password(from_stdin: bool) -> Result<String, String> {
    if !from_stdin {
        if !std::io::stdin().is_terminal() {
            return Err("give the password on standard input with --password-stdin".to_owned());
        }
        return rpassword::prompt_password("Password: ").map_err(|e| e.to_string());
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|e| e.to_string())?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// An error in words for someone at a terminal.
pub(super) fn words(error: Error) -> String {
    match error {
        Error::Invalid(problems) => {
            let each = problems.0.iter().map(|v| {
                let params: String = v.params.iter().map(|(name, value)| format!(" {name}={value}")).collect();
                format!("--{}: {}{params}", v.pointer.trim_start_matches('/'), v.code.as_str())
            });
            each.collect::<Vec<_>>().join("; ")
        }
        Error::Taken(field) => format!("another user has this {field}"),
        other => other.to_string(),
    }
}

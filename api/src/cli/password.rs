//! `peyvand user password`: for whoever lost theirs and has the server's own machine.
use super::user::{read_password, words};
use super::{Outcome, Storage};
use crate::access::password;
use clap::Args;
use domain::core::error::Error;
use domain::core::identifiers::email;
use domain::core::instant::Instant;
use persistence::access::{credential, session};
use persistence::core::database::Database;
use uuid::Uuid;

#[derive(Debug, Args)]
pub struct Password {
    #[command(flatten)]
    storage: Storage,
    #[arg(long)]
    email: String,
    /// Reads the password from standard input, its first line; else it is asked for.
    #[arg(long)]
    password_stdin: bool,
}

impl Password {
    pub fn run(self) -> Outcome {
        let address = email::parse(&self.email)
            .map(|a| email::key(&a))
            .map_err(|_| "--email: no address of email")?;
        let new = read_password(self.password_stdin)?;
        let problems = password::strength("/password", &new, &[&address]);
        problems.or(()).map_err(|p| words(Error::Invalid(p)))?;
        let hash = password::hash(&new, &mut rand::rng()).map_err(|_| "the password could not be hashed: out of memory")?;
        let db = Database::open(&self.storage.database, 1).map_err(words)?;
        let set = actix_web::rt::System::new().block_on(db.write(move |conn| {
            let now = Instant::new(chrono::Utc::now());
            let user = credential::by_email(conn, &address)?.ok_or(Error::NotFound)?.credential.user_id;
            credential::set_password(conn, user, &hash, now)?;
            credential::outdate_tokens(conn, user)?;
            // No session has the nil id: all of them end.
            session::end_others(conn, user, Uuid::nil(), "password_changed", now)
        }));
        match set {
            Ok(ended) => println!("The password is set; {ended} sessions ended."),
            Err(Error::NotFound) => return Err(format!("nobody has the address {}", self.email)),
            Err(error) => return Err(words(error)),
        }
        Ok(())
    }
}

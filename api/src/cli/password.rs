//! `peyvand user password`: for whoever lost theirs and has the server's own machine.
use super::user::{at_console, read_password, words};
use super::{Outcome, Storage};
use crate::access::password;
use clap::Args;
use domain::core::error::Error;
use domain::core::identifiers::email;
use persistence::access::{credential, link, session, user};
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
        // What a record is checked by is known from what is mounted.
        crate::server::describe();
        let db = Database::open(&self.storage.database, 1).map_err(words)?;
        let set = actix_web::rt::System::new().block_on(db.write(move |conn| {
            let id = credential::by_email(conn, &address)?.ok_or(Error::NotFound)?.credential.user_id;
            at_console(conn, |conn, context| {
                user::set_password(conn, context, id, &hash)?;
                credential::outdate_tokens(conn, id)?;
                link::forget(conn, id)?;
                // No session has the nil id: all of them end.
                session::end_others(conn, id, Uuid::nil(), "password_changed", context.now())
            })
        }));
        match set {
            Ok(ended) => println!("The password is set; {ended} sessions ended."),
            Err(Error::NotFound) => return Err(format!("nobody has the address {}", self.email)),
            Err(error) => return Err(words(error)),
        }
        Ok(())
    }
}

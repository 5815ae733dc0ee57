//! `peyvand settings`: what the organization has set, from the server's own machine.
use super::user::words;
use super::{Outcome, Storage};
use clap::{Args, Subcommand};
use domain::core::error::Error;
use domain::core::settings::{ALL, Known, known};
use persistence::core::conn::Conn;
use persistence::core::database::Database;
use persistence::core::settings;

#[derive(Debug, Subcommand)]
pub enum Settings {
    /// Shows all settings with what they are for.
    List(Storage),
    /// Sets one.
    Set(Set),
    /// Lets what is usual hold again.
    Clear(Clear),
}

#[derive(Debug, Args)]
pub struct Set {
    /// The setting's name, as `peyvand settings list` shows it.
    #[arg(value_parser = named, value_name = "NAME")]
    setting: &'static Known,
    value: String,
    #[command(flatten)]
    storage: Storage,
}

#[derive(Debug, Args)]
pub struct Clear {
    /// The setting's name.
    #[arg(value_parser = named, value_name = "NAME")]
    setting: &'static Known,
    #[command(flatten)]
    storage: Storage,
}

impl Settings {
    pub fn run(self) -> Outcome {
        match self {
            Settings::List(storage) => list(&storage),
            Settings::Set(Set { setting, value, storage }) => {
                let value = setting.value(&value).map_err(|problems| words(Error::Invalid(problems)))?;
                let kept = value.clone();
                write(&storage, move |conn| settings::set(conn, setting.name, &kept))?;
                println!("{} = {value}", setting.name);
                Ok(())
            }
            Settings::Clear(Clear { setting, storage }) => {
                write(&storage, move |conn| settings::clear(conn, setting.name))?;
                println!("{} = {}", setting.name, setting.usual);
                Ok(())
            }
        }
    }
}

/// A setting by its name.
fn named(name: &str) -> Result<&'static Known, String> {
    known(name).ok_or_else(|| "there is no such setting; `peyvand settings list` shows what there is".to_owned())
}

fn write(storage: &Storage, body: impl FnOnce(&mut Conn) -> Result<(), Error> + Send + 'static) -> Outcome {
    let db = Database::open(&storage.database, 1).map_err(words)?;
    actix_web::rt::System::new().block_on(db.write(body)).map_err(words)
}

fn list(storage: &Storage) -> Outcome {
    let db = Database::open(&storage.database, 1).map_err(words)?;
    let read = db.read(|conn| {
        let each = ALL.iter().map(|known| Ok((known, settings::get(conn, known.name)?)));
        each.collect::<Result<Vec<_>, Error>>()
    });
    for (known, value) in actix_web::rt::System::new().block_on(read).map_err(words)? {
        let (value, note) = match &value {
            Some(value) => (value.as_str(), ""),
            None => (known.usual, if known.usual.is_empty() { "" } else { " (usual)" }),
        };
        println!("{} = {value}{note}\n    {}", known.name, known.doc);
    }
    Ok(())
}

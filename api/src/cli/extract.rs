//! `peyvand extract`: reads the text of one file. The server starts it for itself, so that a file made to break its reader breaks nothing
//! else.
use super::Outcome;
use crate::documents::extract::{Reader, read_here};
use clap::Args;

#[derive(Debug, Args)]
pub struct Extract {
    /// What standard input is.
    #[arg(long = "as", value_enum)]
    reader: Reader,
}

impl Extract {
    pub fn run(self) -> Outcome {
        read_here(self.reader)
    }
}

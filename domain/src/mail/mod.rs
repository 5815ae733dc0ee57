//! Mail that goes out. Whoever writes to people, now and in areas to come, makes an [`Outgoing`]; how it is sent is the API's business.
pub mod letter;

use serde::{Deserialize, Serialize};

/// One mail to one person, ready to be sent. The text and the HTML say the same; a reader's program shows the one it likes better.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    pub to: Recipient,
    /// One line; what can't stand in a header is encoded when it is sent.
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// Whom a mail is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// What they are called; empty for who has no name here.
    pub name: String,
    /// Where to, as [`email::parse`](crate::core::identifiers::email::parse) gives it.
    pub address: String,
}

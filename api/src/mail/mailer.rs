//! The way to the mail server.
use crate::jobs::Outcome;
use domain::core::error::{Error, Result};
use domain::mail::Outgoing;
use lettre::address::AddressError;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use serde_json::Value;
use std::time::Duration;
use url::Url;
use uuid::Uuid;

/// How long the server may take for each of its answers.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends mails by SMTP, where that is set up.
pub struct Mailer(Option<Post>);

struct Post {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// The mailer of an SMTP address (`smtps://USER:PASSWORD@HOST:PORT`, `smtp://…?tls=required` for STARTTLS, `smtp://…` without TLS) and a
    /// sender (`Name <address>`). Without an address nothing can be sent.
    ///
    /// # Errors
    /// In words, when the address or the sender is not written so, or the sender is missing. The words do not repeat the address: it holds
    /// a password.
    pub fn open(address: &str, from: &str) -> std::result::Result<Self, String> {
        if address.is_empty() {
            return Ok(Mailer(None));
        }
        let wrong = "--smtp is no address of a mail server: write smtps://USER:PASSWORD@HOST:PORT, or smtp://…?tls=required for STARTTLS";
        let url = Url::parse(address).map_err(|_| wrong)?;
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(address).map_err(|_| wrong)?;
        let from: Mailbox = match from {
            "" => return Err("--smtp needs a sender: --mail-from \"Name <address>\"".to_owned()),
            from => from.parse().map_err(|_| format!("--mail-from is no sender: {from}"))?,
        };
        if url.scheme() == "smtp" && url.password().is_some() && !url.query_pairs().any(|(name, v)| name == "tls" && v == "required") {
            tracing::warn!(
                "the password of the mail server may go over the network unencrypted: add ?tls=required to the address, or use smtps://"
            );
        }
        let transport = builder.timeout(Some(PATIENCE)).build();
        Ok(Mailer(Some(Post { transport, from })))
    }

    /// Sends a mail now; what that comes to, as the end of a job. `id` names the mail: one that is sent again has the same.
    ///
    /// # Errors
    /// `Error::Unavailable("mail_server_away")` where another attempt may help. Where none would, the outcome is `Failed`: with
    /// `mail_not_set_up`, `mail_refused` (by the server, for good) or `mail_address` (there can be no such address).
    pub async fn send(&self, mail: Outgoing, id: Uuid) -> Result<Outcome> {
        let Some(post) = &self.0 else {
            return Ok(Outcome::Failed("mail_not_set_up"));
        };
        let message = match post.message(mail, id) {
            Ok(message) => message,
            Err(Unwritable::Address(error)) => {
                tracing::warn!(mail = %id, %error, "a mail could not be addressed");
                return Ok(Outcome::Failed("mail_address"));
            }
            Err(Unwritable::Message(error)) => return Err(Error::Internal(error.to_string())),
        };
        match post.transport.send(message).await {
            Ok(_) => Ok(Outcome::Done(Value::Null)),
            Err(error) => failed(&error, id),
        }
    }
}

/// What a failure of the server means.
fn failed(error: &smtp::Error, id: Uuid) -> Result<Outcome> {
    tracing::warn!(mail = %id, %error, "a mail could not be sent");
    if error.is_permanent() {
        Ok(Outcome::Failed("mail_refused"))
    } else {
        Err(Error::Unavailable("mail_server_away"))
    }
}

/// Why a mail can't be written.
enum Unwritable {
    Address(AddressError),
    Message(lettre::error::Error),
}

impl Post {
    fn message(&self, mail: Outgoing, id: Uuid) -> std::result::Result<Message, Unwritable> {
        let address: Address = mail.to.address.parse().map_err(Unwritable::Address)?;
        let name = Some(one_line(&mail.to.name)).filter(|name| !name.is_empty());
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(name, address))
            .subject(one_line(&mail.subject))
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            .header(Automatic)
            .multipart(MultiPart::alternative_plain_html(mail.text, mail.html))
            .map_err(Unwritable::Message)
    }
}

/// What may stand in a header: line breaks and other control characters become spaces. `lettre` would refuse a name with one by a panic.
fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.trim().to_owned()
}

/// Says that no person wrote this, so that no absence note comes back (RFC 3834 §5).
#[derive(Debug, Clone)]
struct Automatic;
impl Header for Automatic {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }
    fn parse(_: &str) -> std::result::Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Automatic)
    }
    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
    use super::*;
    use domain::mail::Recipient;

    fn mail(name: &str, address: &str, subject: &str) -> Outgoing {
        Outgoing {
            to: Recipient {
                name: name.to_owned(),
                address: address.to_owned(),
            },
            subject: subject.to_owned(),
            text: "سلام".to_owned(),
            html: "<p>سلام</p>".to_owned(),
        }
    }

    fn opened(address: &str, from: &str) -> std::result::Result<(), String> {
        Mailer::open(address, from).map(|_| ())
    }

    // The transport keeps its connections in a task, so it wants a runtime.
    #[actix_web::test]
    async fn addresses_are_read_or_refused_without_repeating_them() {
        let from = "پیوند <crm@yazd.example>";
        for good in [
            "",
            "smtp://localhost:2525",
            "smtps://u:p%40ss@mail.example",
            "smtp://u:p@mail.example?tls=required",
        ] {
            assert_eq!(opened(good, from), Ok(()), "{good}");
        }
        for bad in [
            "mail.example:25",
            "https://u:secret@mail.example",
            "smtp://u:secret@mail.example?tls=maybe",
            "smtp://:secret@",
        ] {
            let error = opened(bad, from).unwrap_err();
            assert!(error.starts_with("--smtp") && !error.contains("secret"), "{error}");
        }
        assert!(opened("smtp://localhost", "").unwrap_err().contains("--mail-from"));
        assert!(opened("smtp://localhost", "nobody").unwrap_err().contains("nobody"));
        assert_eq!(opened("", ""), Ok(()));
    }

    /// Row 31: neither a name, an address nor a subject begins a header of its own.
    #[actix_web::test]
    async fn no_value_becomes_a_header() {
        let Some(post) = Mailer::open("smtp://localhost", "crm@yazd.example").unwrap().0 else {
            unreachable!("it was set up")
        };
        let breaks = "x\r\nBcc: evil@evil.example";
        let written = post
            .message(mail(breaks, "sara@yazd.example", breaks), Uuid::nil())
            .ok()
            .unwrap()
            .formatted();
        let written = String::from_utf8(written).unwrap();
        assert!(!written.lines().any(|line| line.starts_with("Bcc")), "{written}");
        assert!(
            written.contains("Auto-Submitted: auto-generated") && written.contains("Message-ID: <00000000-0000"),
            "{written}"
        );
        let refused = post.message(mail("", "sara@yazd.example\r\nBcc: evil@evil.example", "x"), Uuid::nil());
        assert!(matches!(refused, Err(Unwritable::Address(_))));
    }
}

//! Letters: the plain mails in which the product itself speaks to somebody. A letter says its content and its language; one pair of
//! templates gives all of them the same looks, from right to left in Persian.
use super::{Outgoing, Recipient};
use crate::access::user::Locale;
use crate::core::error::{Error, Result};
use minijinja::{Environment, context};

/// What the product tells somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub to: Recipient,
    pub locale: Locale,
    pub subject: String,
    pub paragraphs: Vec<String>,
    /// What the reader is asked to do, after the first paragraph.
    pub action: Option<Action>,
}

/// Something to do by opening an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What stands on the button.
    pub label: String,
    pub link: String,
}

impl Letter {
    /// The mail. Everything in it is text: names and addresses are escaped in the HTML.
    ///
    /// # Errors
    /// Only if a template is broken.
    pub fn outgoing(self) -> Result<Outgoing> {
        let (greeting, footer) = match self.locale {
            Locale::Persian => ("سلام", "این پیام را پیوند خودکار فرستاده است؛ به آن پاسخ ندهید."),
            Locale::English => ("Hello", "Peyvand sent this by itself; please don't answer."),
        };
        let values = context! {
            fa => self.locale == Locale::Persian,
            greeting,
            footer,
            name => &self.to.name,
            subject => &self.subject,
            paragraphs => &self.paragraphs,
            label => self.action.as_ref().map(|a| a.label.as_str()),
            link => self.action.as_ref().map(|a| a.link.as_str()),
        };
        let templates = Environment::new();
        // By its name the one is escaped and the other is not.
        let filled = |name: &str, template: &str| {
            let text = templates.render_named_str(name, template, &values);
            text.map_err(|e| Error::Internal(format!("{name}: {e}")))
        };
        Ok(Outgoing {
            text: filled("letter.txt", include_str!("letter.txt"))?,
            html: filled("letter.html", include_str!("letter.html"))?,
            to: self.to,
            subject: self.subject,
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
    use super::*;

    fn letter(locale: Locale) -> Outgoing {
        let letter = Letter {
            to: Recipient {
                name: "<b>سارا</b> & Sara".to_owned(),
                address: "sara@yazd.example".to_owned(),
            },
            locale,
            subject: "A \"new\" password".to_owned(),
            paragraphs: vec!["First.".to_owned(), "1 < 2".to_owned()],
            action: Some(Action {
                label: "Open".to_owned(),
                link: "https://crm.example/x#token=a&b".to_owned(),
            }),
        };
        letter.outgoing().unwrap()
    }

    #[test]
    fn the_text_is_as_written_and_the_html_escaped() {
        let mail = letter(Locale::English);
        let expected = "Hello <b>سارا</b> & Sara,\n\nFirst.\n\nOpen:\nhttps://crm.example/x#token=a&b\n\n1 < 2\n\n-- \nPeyvand sent this by itself; \
                        please don't answer.\n";
        assert_eq!(mail.text, expected);
        assert!(mail.html.contains("<html lang=\"en\" dir=\"ltr\">"), "{}", mail.html);
        assert!(
            !mail.html.contains("<b>") && mail.html.contains("&lt;b&gt;سارا&lt;&#x2f;b&gt; &amp; Sara"),
            "{}",
            mail.html
        );
        assert!(
            mail.html.contains("1 &lt; 2") && mail.html.contains("#token=a&amp;b\""),
            "{}",
            mail.html
        );
    }

    #[test]
    fn persian_runs_from_right_to_left_and_addresses_do_not() {
        let mail = letter(Locale::Persian);
        assert!(mail.text.starts_with("سلام <b>سارا</b> & Sara،\n"), "{}", mail.text);
        assert!(
            mail.html.contains("<html lang=\"fa\" dir=\"rtl\">") && mail.html.contains("<span dir=\"ltr\">https:"),
            "{}",
            mail.html
        );
    }
}

//! What is written to customers about quotes.
use crate::access::user::Locale;
use crate::mail::Recipient;
use crate::mail::letter::{Action, Letter};

/// A quote is there to be looked at and accepted.
pub fn offered(to: Recipient, locale: Locale, (number, title, total): (&str, &str, &str), until: Option<&str>, link: String) -> Letter {
    let (subject, first, label, last) = match locale {
        Locale::Persian => (
            format!("پیش‌فاکتور {number}: {title}"),
            format!(
                "پیش‌فاکتور {number} («{title}») به مبلغ {total} برای شما آماده است. با باز کردن نشانی زیر آن را ببینید و بپذیرید یا رد کنید."
            ),
            "دیدن پیش‌فاکتور",
            until.map(|day| format!("این پیش‌فاکتور تا {day} اعتبار دارد.")),
        ),
        Locale::English => (
            format!("Quote {number}: {title}"),
            format!(
                "The quote {number} (\"{title}\") over {total} is ready for you. Open the address below to look at it and to accept or decline it."
            ),
            "Look at the quote",
            until.map(|day| format!("The quote is valid until {day}.")),
        ),
    };
    Letter {
        to,
        locale,
        subject,
        paragraphs: [Some(first), last].into_iter().flatten().collect(),
        action: Some(Action {
            label: label.to_owned(),
            link,
        }),
    }
}

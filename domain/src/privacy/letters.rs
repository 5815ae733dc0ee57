//! What is written to people about their consent.
use crate::access::user::Locale;
use crate::mail::Recipient;
use crate::mail::letter::{Action, Letter};

/// Somebody gave this address to be written to. The letter says nothing that whoever gave it has written, the name included: else anybody
/// could have words of their own mailed to strangers.
pub fn confirmation(address: &str, locale: Locale, link: String) -> Letter {
    let (subject, asked, label, otherwise) = match locale {
        Locale::Persian => (
            "نشانی خود را تأیید کنید",
            "این نشانی را به ما داده‌اند تا برایش بنویسیم. اگر شما خواسته‌اید، با باز کردن نشانی زیر آن را تأیید کنید. نشانی هفت روز و تنها یک بار کار \
             می‌کند.",
            "تأیید می‌کنم",
            "اگر شما نخواسته‌اید، کاری لازم نیست: تا تأیید نشود برایتان چیزی نمی‌فرستیم.",
        ),
        Locale::English => (
            "Please confirm your address",
            "Somebody gave us this address to write to. If it was you, confirm it by opening the address below. It works for seven days, and once.",
            "I confirm",
            "If it was not you, there is nothing to do: as long as it is not confirmed we send nothing.",
        ),
    };
    Letter {
        to: Recipient {
            name: String::new(),
            address: address.to_owned(),
        },
        locale,
        subject: subject.to_owned(),
        paragraphs: vec![asked.to_owned(), otherwise.to_owned()],
        action: Some(Action {
            label: label.to_owned(),
            link,
        }),
    }
}

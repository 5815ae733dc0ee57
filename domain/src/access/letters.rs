//! What access writes to its users, in the language of each.
use super::user::Locale;
use crate::mail::Recipient;
use crate::mail::letter::{Action, Letter};

/// Whom a letter is for, and the language they read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    pub to: Recipient,
    pub locale: Locale,
}

impl Reader {
    fn letter(self, subject: &str, paragraphs: Vec<String>, action: Option<(&str, String)>) -> Letter {
        Letter {
            to: self.to,
            locale: self.locale,
            subject: subject.to_owned(),
            paragraphs,
            action: action.map(|(label, link)| Action {
                label: label.to_owned(),
                link,
            }),
        }
    }
}

/// Somebody asked for a new password.
pub fn password_reset(reader: Reader, link: String) -> Letter {
    match reader.locale {
        Locale::Persian => {
            let asked = "برای حساب شما در پیوند گذرواژهٔ تازه‌ای خواسته‌اند. برای برگزیدن آن نشانی زیر را باز کنید. نشانی ده دقیقه و تنها یک بار کار \
                         می‌کند.";
            let not_you = "اگر شما نخواسته‌اید، کاری لازم نیست: گذرواژه‌تان همان است که بود.";
            let action = Some(("برگزیدن گذرواژه", link));
            reader.letter("گذرواژهٔ تازه برای پیوند", vec![asked.to_owned(), not_you.to_owned()], action)
        }
        Locale::English => {
            let asked = "Someone asked for a new password for your account at Peyvand. To choose it, open the address below. It works for ten \
                         minutes, and once.";
            let not_you = "If it was not you, there is nothing to do: your password is what it was.";
            let action = Some(("Choose a password", link));
            reader.letter("A new password for Peyvand", vec![asked.to_owned(), not_you.to_owned()], action)
        }
    }
}

/// An account was made for somebody, who has no password yet. `by` is who invites them, where that is known.
pub fn invitation(reader: Reader, by: Option<&str>, link: String) -> Letter {
    let address = reader.to.address.clone();
    match reader.locale {
        Locale::Persian => {
            let made = match by {
                Some(by) => format!("{by} شما را به پیوند دعوت کرده است."),
                None => "شما را به پیوند دعوت کرده‌اند.".to_owned(),
            };
            let open = format!("{made} برای برگزیدن گذرواژه نشانی زیر را باز کنید. نشانی هفت روز و تنها یک بار کار می‌کند.");
            let then = format!("پس از آن با رایانامهٔ {address} و گذرواژهٔ خود وارد شوید.");
            reader.letter("دعوت به پیوند", vec![open, then], Some(("پذیرفتن دعوت", link)))
        }
        Locale::English => {
            let made = match by {
                Some(by) => format!("{by} invites you to Peyvand."),
                None => "You are invited to Peyvand.".to_owned(),
            };
            let open = format!("{made} To choose your password, open the address below. It works for seven days, and once.");
            let then = format!("From then on you sign in with {address} and your password.");
            reader.letter(
                "You are invited to Peyvand",
                vec![open, then],
                Some(("Accept the invitation", link)),
            )
        }
    }
}

/// A refresh token came a second time, so that the session was ended; `ip` is where it came from.
pub fn session_copied(reader: Reader, ip: &str) -> Letter {
    match reader.locale {
        Locale::Persian => {
            let what = format!(
                "کلید یکی از نشست‌های شما در پیوند دو بار به کار رفت، بار دوم از نشانی {ip}. شاید کسی آن را رونوشت کرده باشد، پس آن نشست بسته شد و \
                 باید دوباره وارد شوید."
            );
            let then = "اگر پیش می‌آید که برنامه‌ای از شما درخواستی را دو بار بفرستد، همین می‌شود. اگر نه، گذرواژه‌تان را عوض کنید و نشست‌های بازتان را ببینید.";
            reader.letter("یکی از نشست‌های شما بسته شد", vec![what, then.to_owned()], None)
        }
        Locale::English => {
            let what = format!(
                "The key of one of your sessions at Peyvand was used twice, the second time from the address {ip}. Someone may have copied it, so \
                 the session was ended, and you have to sign in again."
            );
            let then = "A program of yours that sends a request twice can be the cause. If it is not, change your password and look at your \
                        open sessions.";
            reader.letter("One of your sessions was ended", vec![what, then.to_owned()], None)
        }
    }
}

/// The password of an account is another one now.
pub fn password_changed(reader: Reader) -> Letter {
    match reader.locale {
        Locale::Persian => {
            let what = "گذرواژهٔ حساب شما در پیوند عوض شد و نشست‌های دیگرتان بسته شدند.";
            let then = "اگر این کار شما نبوده است، همین حالا گذرواژهٔ تازه‌ای بخواهید و به مدیر خود خبر دهید.";
            reader.letter("گذرواژهٔ شما عوض شد", vec![what.to_owned(), then.to_owned()], None)
        }
        Locale::English => {
            let what = "The password of your account at Peyvand was changed, and your other sessions were ended.";
            let then = "If it was not you, ask for a new password right now, and tell your administrator.";
            reader.letter("Your password was changed", vec![what.to_owned(), then.to_owned()], None)
        }
    }
}

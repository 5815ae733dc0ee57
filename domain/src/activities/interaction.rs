//! Interactions: what was said, written and done between us and a customer, over any channel.
use crate::access::user::User;
use crate::core::base::Base;
use crate::core::id::Id;
use crate::core::identifiers::{email, phone, website};
use crate::core::instant::Instant;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use crate::core::text::search_key;
use crate::customers::customer::Customer;
use derive::Record;

crate::choice! {
    /// What an interaction is for.
    pub enum InteractionKind {
        /// One side reached the other.
        Contact = "contact",
        /// The customer asked for something; `result` says what came of it.
        Inquiry = "inquiry",
        /// What one of us did about a customer's request.
        WorkReport = "work_report",
        /// Something worth remembering, said to nobody.
        Note = "note",
    }
}

crate::choice! {
    /// The way it went.
    pub enum Channel {
        Call = "call",
        Email = "email",
        Message = "message",
        Fax = "fax",
        Letter = "letter",
        Meeting = "meeting",
        Visit = "visit",
        Social = "social",
        Web = "web",
        /// Among ourselves, such as a note.
        Internal = "internal",
    }
}

crate::choice! {
    /// Who reached whom.
    pub enum Direction { Inbound = "inbound", Outbound = "outbound" }
}

crate::choice! {
    /// How it ended.
    pub enum Outcome {
        Answered = "answered",
        NoAnswer = "no_answer",
        Busy = "busy",
        LeftMessage = "left_message",
        WrongNumber = "wrong_number",
        Sent = "sent",
        Delivered = "delivered",
        Bounced = "bounced",
        Held = "held",
        Cancelled = "cancelled",
        Resolved = "resolved",
        Unresolved = "unresolved",
    }
}

/// The longest that an interaction can last, in seconds: thirty days.
const LONGEST: i64 = 30 * 24 * 3600;

/// A call, an email, a message, a fax, a letter, a meeting, a visit, a word on social media or the web; an inquiry, a work report or a note.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/interactions",
    one = "interaction",
    many = "interactions",
    tag = "Activities",
    fa = "تعامل‌ها"
)]
pub struct Interaction {
    #[record(base)]
    pub base: Base,
    /// What it is for.
    #[record(default = InteractionKind::Contact, example = r#""contact""#, fa = "نوع")]
    pub kind: InteractionKind,
    /// The way it went.
    #[record(example = r#""call""#, fa = "کانال")]
    pub channel: Channel,
    /// Who reached whom; null where nobody did, as for a note.
    #[record(example = r#""inbound""#, fa = "جهت")]
    pub direction: Option<Direction>,
    /// Whom it was with. Where it is not given, `address` finds the customer; an unknown address becomes a new customer, to be completed.
    #[record(fa = "مشتری")]
    pub customer_id: Option<Id<Customer>>,
    /// The telephone number, email address or name of the other side, kept in normal form where the channel has one.
    #[record(max = 254, example = r#""+989121234567""#, fa = "نشانی طرف مقابل")]
    pub address: Option<String>,
    /// Other customers who took part.
    #[record(max = 100, fa = "شرکت‌کنندگان")]
    pub participant_ids: Vec<Id<Customer>>,
    /// Those of us who took part.
    #[record(max = 100, fa = "همکاران")]
    pub user_ids: Vec<Id<User>>,
    /// Others who took part, by name or address.
    #[record(max = 100, example = r#"["Dr. Rahimi"]"#, fa = "دیگران")]
    pub other_participants: Vec<String>,
    /// When it began; now, unless given.
    #[record(default = Instant::UNSET, sort, example = r#""2026-03-21T08:30:00.000Z""#, fa = "آغاز")]
    pub started_at: Instant,
    /// How long it lasted, in seconds; thirty days at most.
    #[record(range = 0..=LONGEST, example = "240", fa = "مدت (ثانیه)")]
    pub duration_seconds: Option<i64>,
    /// What it was about, in a line.
    #[record(max = 300, search, example = r#""پرسش دربارهٔ زمان تحویل""#, fa = "موضوع")]
    pub subject: Option<String>,
    /// What was said or written.
    #[record(max = 50000, search, fa = "متن")]
    pub body: Option<String>,
    /// Words to find it by.
    #[record(max = 50, example = r#"["delivery"]"#, fa = "کلیدواژه‌ها")]
    pub keywords: Vec<String>,
    /// How it ended.
    #[record(example = r#""answered""#, fa = "نتیجه")]
    pub outcome: Option<Outcome>,
    /// What was done about it, and what came of that.
    #[record(max = 5000, search, fa = "حاصل اقدام")]
    pub result: Option<String>,
    /// Where its recording is kept: an absolute address.
    #[record(max = 2048, hidden, fa = "ضبط")]
    pub recording_url: Option<String>,
    /// The interaction that this one answers.
    #[record(fa = "در پاسخ به")]
    pub answers_id: Option<Id<Interaction>>,
}

impl Interaction {
    /// All that a search by text looks into.
    pub fn search_text(&self) -> String {
        let texts = [&self.subject, &self.body, &self.result, &self.address];
        let texts = texts.into_iter().flatten().chain(&self.keywords);
        search_key(&texts.map(String::as_str).collect::<Vec<_>>().join(" "))
    }

    /// Everyone of the customers who took part, once each.
    pub fn parties(&self) -> Vec<Id<Customer>> {
        let mut all: Vec<Id<Customer>> = self.customer_id.into_iter().chain(self.participant_ids.iter().copied()).collect();
        all.sort_by_key(|id| id.uuid());
        all.dedup();
        all
    }

    /// The key by which the address finds its customer, as in a contact point; none for what nobody is found by.
    pub fn key(&self) -> Option<(&'static str, String)> {
        let address = self.address.as_ref()?;
        match self.channel {
            Channel::Email => Some(("email", email::key(address))),
            Channel::Call | Channel::Fax | Channel::Message if address.starts_with('+') => {
                Some(("phone", address.split(';').next().unwrap_or_default().to_owned()))
            }
            _ => None,
        }
    }

    /// Brings the address into the normal form of its channel.
    fn normalize(&mut self, setting: &Setting, problems: &mut Problems) {
        let Some(address) = &mut self.address else { return };
        let number = |text: &str| {
            phone::parse(text, &setting.default_region).map(|phone| match phone.extension {
                Some(extension) => format!("{};ext={extension}", phone.e164),
                None => phone.e164,
            })
        };
        let normal = match self.channel {
            Channel::Call | Channel::Fax => number(address),
            Channel::Email => email::parse(address),
            // A message goes to a number or to a name in some messenger.
            Channel::Message => Ok(number(address).unwrap_or_else(|_| address.trim().to_owned())),
            _ => Ok(address.trim().to_owned()),
        };
        match normal {
            Ok(normal) => *address = normal,
            Err(code) => problems.add("/address", code),
        }
    }
}

impl Rules for Interaction {
    fn check(&mut self, setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        if self.started_at == Instant::UNSET {
            self.started_at = setting.now;
        }
        self.normalize(setting, &mut problems);
        if let Some(url) = &mut self.recording_url {
            match website::parse(url) {
                Ok(normal) => *url = normal,
                Err(code) => problems.add("/recording_url", code),
            }
        }
        for (i, word) in self.keywords.iter().enumerate() {
            if self.keywords[..i].contains(word) {
                problems.add(format!("/keywords/{i}"), Code::Duplicate);
            }
        }
        if self.answers_id.is_some_and(|id| id.uuid() == self.base.id.uuid()) {
            problems.with("/answers_id", Code::Conflict, vec![("with", "/id".to_owned())]);
        }
        problems
    }
}

//! Ways to reach a party. Telephones are kept in E.164 and addresses of email in normal form, so that any of them finds its owner;
//! what was written is kept beside it.
use crate::core::field::Choice;
use crate::core::identifiers::{email, phone, website};
use crate::core::instant::Instant;
use crate::core::problem::{Code, Problems};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

crate::choice! {
    /// What kind of way to reach a party it is.
    pub enum ContactKind {
        Phone = "phone",
        Mobile = "mobile",
        Fax = "fax",
        Email = "email",
        Website = "website",
        Social = "social",
    }
}

/// One way to reach a party.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactPoint {
    /// What kind of way it is.
    pub kind: ContactKind,
    /// In normal form: E.164 for telephones, lower-case domain for email, an absolute address for a web site.
    #[schema(min_length = 1, max_length = 500, example = "+989121234567")]
    pub value: String,
    /// As it was written, where that differs from `value`. Set by the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500, read_only)]
    pub written: Option<String>,
    /// Such as `work` or `home`.
    #[serde(default)]
    #[schema(max_length = 50, example = "work")]
    pub label: Option<String>,
    /// The first to use of its kind.
    #[serde(default)]
    pub primary: bool,
    /// Known to reach this party.
    #[serde(default)]
    pub verified: bool,
    /// Not valid after this moment.
    #[serde(default)]
    pub valid_until: Option<Instant>,
    /// Must not be used to reach them.
    #[serde(default)]
    pub do_not_use: bool,
}

impl ContactPoint {
    /// A way of which nothing more is known.
    pub fn new(kind: ContactKind, value: String) -> Self {
        ContactPoint {
            kind,
            value,
            written: None,
            label: None,
            primary: false,
            verified: false,
            valid_until: None,
            do_not_use: false,
        }
    }

    /// Brings the value into its normal form; a telephone without country code is read in `region`.
    fn settle(&mut self, region: &str) -> Result<(), Code> {
        let value = normal(self.kind, &self.value, region)?;
        if value != self.value {
            self.written = Some(std::mem::replace(&mut self.value, value));
        }
        Ok(())
    }

    /// What tells it from others, whatever it is used for. See [`known_by`].
    pub fn known_by(&self) -> String {
        known_by(self.kind, &self.value)
    }

    /// Whether a text is one way to write it, read in the country of a value that has one.
    pub fn is_written(&self, text: &str) -> bool {
        let region = match self.kind {
            ContactKind::Phone | ContactKind::Mobile | ContactKind::Fax => {
                let number = self.value.split(';').next().unwrap_or_default();
                phone::parse(number, "").map(|phone| phone.country).unwrap_or_default()
            }
            _ => String::new(),
        };
        normal(self.kind, text, &region).is_ok_and(|normal| known_by(self.kind, &normal) == self.known_by())
    }

    /// The key by which this finds its owner; none for what nobody is found by.
    pub fn key(&self) -> Option<(&'static str, String)> {
        match self.kind {
            ContactKind::Phone | ContactKind::Mobile | ContactKind::Fax => {
                Some(("phone", self.value.split(';').next().unwrap_or_default().to_owned()))
            }
            ContactKind::Email => Some(("email", email::key(&self.value))),
            ContactKind::Website | ContactKind::Social => None,
        }
    }
}

/// A value in the normal form of its kind; a telephone without country code is read in `region`.
///
/// # Errors
/// What is wrong with it.
pub fn normal(kind: ContactKind, value: &str, region: &str) -> Result<String, Code> {
    Ok(match kind {
        ContactKind::Phone | ContactKind::Mobile | ContactKind::Fax => {
            let phone = phone::parse(value, region)?;
            match phone.extension {
                Some(extension) => format!("{};ext={extension}", phone.e164),
                None => phone.e164,
            }
        }
        ContactKind::Email => email::parse(value)?,
        ContactKind::Website => website::parse(value)?,
        ContactKind::Social if value.chars().count() > 500 => return Err(Code::TooLong),
        ContactKind::Social => value.trim().to_owned(),
    })
}

/// What tells one contact point from another, whatever it is used for: two telephones of one number are one, and so are two spellings
/// of an email address. `value` is in normal form.
pub fn known_by(kind: ContactKind, value: &str) -> String {
    match kind {
        ContactKind::Phone | ContactKind::Mobile | ContactKind::Fax => {
            format!("phone:{}", value.split(';').next().unwrap_or_default())
        }
        ContactKind::Email => format!("email:{}", email::key(value)),
        ContactKind::Website | ContactKind::Social => format!("{}:{value}", kind.word()),
    }
}

/// Brings all into normal form, and makes the first of each kind primary where none is.
pub fn settle(points: &mut [ContactPoint], region: &str) -> Problems {
    let mut problems = Problems::default();
    for i in 0..points.len() {
        let at = |member: &str| format!("/contact_points/{i}/{member}");
        if let Err(code) = points[i].settle(region) {
            problems.add(at("value"), code);
        }
        if points[i].label.as_ref().is_some_and(|l| l.chars().count() > 50) {
            problems.with(at("label"), Code::TooLong, vec![("max", "50".to_owned())]);
        }
        let (before, this) = (&points[..i], &points[i]);
        if before.iter().any(|p| p.kind == this.kind && p.value == this.value) {
            problems.add(at("value"), Code::Duplicate);
        }
        if this.primary && before.iter().any(|p| p.primary && p.kind == this.kind) {
            problems.add(at("primary"), Code::Duplicate);
        }
    }
    for i in 0..points.len() {
        let kind = points[i].kind;
        if points.iter().all(|p| p.kind != kind || !p.primary) {
            points[i].primary = true;
        }
    }
    problems
}

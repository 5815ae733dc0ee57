//! What can be wrong with a request: one list of codes, and violations that point at the member they speak of. The texts, in
//! English and Persian, stand in one table in the API.
use chrono::NaiveDate;
use std::fmt::{self, Display};

/// What is wrong with one value. Codes are part of the contract: they are added to, never renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// A value is missing.
    Required,
    /// There is no such member or field.
    UnknownField,
    /// The value is of another JSON type.
    WrongType,
    /// Only the server sets this member.
    ReadOnly,
    /// The member was set on create and stays.
    Fixed,
    /// Fewer characters or items than `min`.
    TooShort,
    /// More characters or items than `max`.
    TooLong,
    /// Below `min` or above `max`.
    OutOfRange,
    /// Not one of the words in `allowed`.
    NotAllowed,
    /// Not written as `format` asks.
    Format,
    /// A password that is too easy to guess.
    TooWeak,
    /// A check digit does not hold.
    CheckDigit,
    /// The same value stands twice.
    Duplicate,
    /// The value already belongs to another record.
    Taken,
    /// What is named does not exist, or the caller may not see it.
    NotFound,
    /// The caller may not set this member, or not to this value.
    Forbidden,
    /// Two values do not fit each other; `with` names the other one.
    Conflict,
    /// A character that must not stand here, such as a control or bidirectional control.
    Character,
    /// Text that does not read as a condition; `at` is the position in characters.
    Syntax,
    /// A condition too deep, too long or of too many terms; `max` is the limit.
    TooComplex,
    /// What is named fits more than one record.
    Ambiguous,
    /// What a stage asks of a deal before it goes on: `criterion` is what, `stage` who asks.
    Unmet,
    /// Rules that cannot all hold; `text_en` and `text_fa` name the others.
    Contradiction,
    /// A rule of a configuration that a choice breaks; `text_en` and `text_fa` say it.
    Configuration,
    /// Text that does not read as a template; `line` is where, `why` what was expected.
    Template,
}

impl Code {
    const ALL: [Code; 25] = [
        Code::Required,
        Code::UnknownField,
        Code::WrongType,
        Code::ReadOnly,
        Code::Fixed,
        Code::TooShort,
        Code::TooLong,
        Code::OutOfRange,
        Code::NotAllowed,
        Code::Format,
        Code::TooWeak,
        Code::CheckDigit,
        Code::Duplicate,
        Code::Taken,
        Code::NotFound,
        Code::Forbidden,
        Code::Conflict,
        Code::Character,
        Code::Syntax,
        Code::TooComplex,
        Code::Ambiguous,
        Code::Unmet,
        Code::Contradiction,
        Code::Configuration,
        Code::Template,
    ];

    /// The code that the contract spells so.
    pub fn of(text: &str) -> Option<Code> {
        Code::ALL.into_iter().find(|code| code.as_str() == text)
    }

    /// The code as the contract spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Code::Required => "required",
            Code::UnknownField => "unknown_field",
            Code::WrongType => "wrong_type",
            Code::ReadOnly => "read_only",
            Code::Fixed => "fixed",
            Code::TooShort => "too_short",
            Code::TooLong => "too_long",
            Code::OutOfRange => "out_of_range",
            Code::NotAllowed => "not_allowed",
            Code::Format => "format",
            Code::TooWeak => "too_weak",
            Code::CheckDigit => "check_digit",
            Code::Duplicate => "duplicate",
            Code::Taken => "taken",
            Code::NotFound => "not_found",
            Code::Forbidden => "forbidden_field",
            Code::Conflict => "conflict",
            Code::Character => "forbidden_character",
            Code::Syntax => "syntax",
            Code::TooComplex => "too_complex",
            Code::Ambiguous => "ambiguous_match",
            Code::Unmet => "criterion_unmet",
            Code::Contradiction => "contradiction",
            Code::Configuration => "configuration_rule",
            Code::Template => "template_syntax",
        }
    }
}

/// One thing wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// A JSON pointer (RFC 6901) into the body, such as `/contact_points/0/value`.
    pub pointer: String,
    pub code: Code,
    /// What the text of the code mentions, such as `max`.
    pub params: Vec<(&'static str, String)>,
}

/// All that is wrong with one input, in the order found; empty when nothing is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<Violation>);

impl Problems {
    /// The most that one answer lists.
    pub const MAX: usize = 100;

    /// Notes one more, up to the most that one answer lists.
    pub fn add(&mut self, pointer: impl Into<String>, code: Code) {
        self.with(pointer, code, Vec::new());
    }

    /// Notes one more, with what its text mentions.
    pub fn with(&mut self, pointer: impl Into<String>, code: Code, params: Vec<(&'static str, String)>) {
        if self.0.len() < Self::MAX {
            self.0.push(Violation {
                pointer: pointer.into(),
                code,
                params,
            });
        }
    }

    /// Notes a value, where there is one, that is below the least it may be.
    pub fn at_least<T: PartialOrd + Display>(&mut self, pointer: impl Into<String>, value: impl Into<Option<T>>, min: T) {
        if value.into().is_some_and(|value| value < min) {
            self.with(pointer, Code::OutOfRange, vec![("min", min.to_string())]);
        }
    }

    /// Notes an end before its beginning, of what has both.
    pub fn dates(&mut self, from_date: Option<NaiveDate>, to_date: Option<NaiveDate>) {
        if let Some(from_date) = from_date {
            self.at_least("/to_date", to_date, from_date);
        }
    }

    /// Takes over another's violations.
    pub fn extend(&mut self, other: Problems) {
        self.nest("", other);
    }

    /// Takes over another's violations, each below the given pointer.
    pub fn nest(&mut self, pointer: &str, other: Problems) {
        for v in other.0 {
            self.with(format!("{pointer}{}", v.pointer), v.code, v.params);
        }
    }

    /// The same problems, all told at one place: of a condition written as text, which has no members to point at.
    #[must_use]
    pub fn at(self, pointer: &str) -> Problems {
        let mut told = Problems::default();
        for violation in self.0 {
            told.with(pointer, violation.code, violation.params);
        }
        told
    }

    /// Nothing is wrong: go on with `value`.
    pub fn or<T>(self, value: T) -> Result<T, Problems> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for v in &self.0 {
            write!(f, "{} {}; ", v.pointer, v.code.as_str())?;
        }
        Ok(())
    }
}

//! What can be wrong with a row: as it is kept beside the row, and in words for people.
use super::reader::RowError;
use crate::http::problem::Lang;
use crate::http::sentence::sentence;
use domain::core::error::Error;
use domain::core::problem::{Code, Violation};
use domain::integration::plan::{CellProblem, Filled, Plan};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One thing wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowProblem {
    /// The column, from 0; none where the whole row is meant.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// Where in the body it is, as a create would say it.
    #[serde(rename = "p", default, skip_serializing_if = "String::is_empty")]
    pub pointer: String,
    #[serde(rename = "k")]
    pub code: String,
    /// What the text of the code mentions.
    #[serde(rename = "t", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
}

impl RowProblem {
    /// Something wrong with the whole row.
    pub fn of(code: &str) -> Self {
        RowProblem {
            column: None,
            pointer: String::new(),
            code: code.to_owned(),
            params: BTreeMap::new(),
        }
    }

    /// A violation of the body, at the column that it came from.
    pub fn violation(v: &Violation, plan: &Plan, filled: &Filled) -> Self {
        RowProblem {
            column: plan.pointer_column(filled, &v.pointer),
            ..RowProblem::plain(v)
        }
    }

    /// A violation where there are no columns.
    pub fn plain(v: &Violation) -> Self {
        RowProblem {
            column: None,
            pointer: v.pointer.clone(),
            code: v.code.as_str().to_owned(),
            params: v.params.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        }
    }

    /// The same in words.
    pub fn sentence(&self, lang: Lang) -> String {
        if let Some(code) = Code::of(&self.code) {
            let known = |name: &str| PARAMS.into_iter().find(|n| *n == name);
            let params = self.params.iter().filter_map(|(name, value)| Some((known(name)?, value.clone())));
            let v = Violation {
                pointer: String::new(),
                code,
                params: params.collect(),
            };
            return sentence(&v, lang);
        }
        let p = |name: &str| self.params.get(name).map_or("", String::as_str);
        let (en, fa) = match self.code.as_str() {
            "ragged_row" => (
                format!("has {} cells where the header has {}", p("found"), p("expected")),
                format!("{} خانه دارد و سرستون {}", p("found"), p("expected")),
            ),
            "too_many_columns" => ("has too many cells".to_owned(), "خانه‌هایش بیش از اندازه است".to_owned()),
            "cell_too_large" => (
                "has a cell that is too large".to_owned(),
                "خانه‌ای بیش از اندازه بزرگ دارد".to_owned(),
            ),
            "row_too_large" => ("is too large".to_owned(), "بیش از اندازه بزرگ است".to_owned()),
            "encoding" => (
                "is not text in the file's encoding".to_owned(),
                "متنی به رمزگذاری پرونده نیست".to_owned(),
            ),
            "invalid_json" => ("is not JSON as we read it".to_owned(), "JSON درستی نیست".to_owned()),
            "invalid_card" => ("is not a vCard as we read it".to_owned(), "کارت ویزیت درستی نیست".to_owned()),
            "photo_left_out" => (
                "has a picture, which was left out".to_owned(),
                "تصویری دارد که کنار گذاشته شد".to_owned(),
            ),
            "value_noted" => (
                "has a value that could not be read; it stands in the notes".to_owned(),
                "مقداری دارد که خوانده نشد و در یادداشت آمده است".to_owned(),
            ),
            "duplicate_member" => (format!("says '{}' twice", p("name")), format!("«{}» را دو بار می‌گوید", p("name"))),
            "empty_row" => ("says nothing".to_owned(), "چیزی نمی‌گوید".to_owned()),
            "exists" => ("is here already".to_owned(), "از پیش هست".to_owned()),
            "no_match" => ("is not here to be changed".to_owned(), "نیست تا دگرگون شود".to_owned()),
            "identifier_erased" => (
                "is known by what somebody who was erased was known by".to_owned(),
                "شناسه‌ای دارد که از آنِ پاک‌شده‌ای است".to_owned(),
            ),
            "customer_erased" => ("was erased".to_owned(), "پاک شده است".to_owned()),
            "merged" => (
                "was merged into another record".to_owned(),
                "در رکورد دیگری ادغام شده است".to_owned(),
            ),
            "forbidden" => ("is not yours to write".to_owned(), "نوشتنش با شما نیست".to_owned()),
            _ => ("contradicts what is here".to_owned(), "با آنچه هست نمی‌خواند".to_owned()),
        };
        match lang {
            Lang::En => en,
            Lang::Fa => fa,
        }
    }
}

/// The names that texts of violations mention.
const PARAMS: [&str; 9] = ["min", "max", "allowed", "format", "with", "name", "field", "at", "expected"];

impl From<CellProblem> for RowProblem {
    fn from(cell: CellProblem) -> Self {
        RowProblem {
            column: Some(cell.column),
            pointer: String::new(),
            code: cell.code.as_str().to_owned(),
            params: cell.params.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        }
    }
}

impl From<RowError> for RowProblem {
    fn from(error: RowError) -> Self {
        let with = |code: &str, params: &[(&str, String)]| RowProblem {
            params: params.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect(),
            ..RowProblem::of(code)
        };
        match error {
            RowError::Ragged { expected, found } => with("ragged_row", &[("expected", expected.to_string()), ("found", found.to_string())]),
            RowError::TooManyColumns => RowProblem::of("too_many_columns"),
            RowError::FieldTooLarge { column } => RowProblem {
                column: Some(column),
                ..RowProblem::of("cell_too_large")
            },
            RowError::TooLarge => RowProblem::of("row_too_large"),
            RowError::Encoding => RowProblem::of("encoding"),
            RowError::Syntax { column } => with("invalid_json", &[("at", column.to_string())]),
            RowError::NotAnObject => RowProblem::of("invalid_json"),
            RowError::UnclosedCard => RowProblem::of("invalid_card"),
            RowError::DuplicateMember(name) => with("duplicate_member", &[("name", name)]),
        }
    }
}

/// What an error of the pipeline means for the row; the error itself where it is not about the row: the database is away, or a fault
/// of ours.
pub fn of_error(error: Error, violation: impl Fn(&Violation) -> RowProblem) -> Result<Vec<RowProblem>, Error> {
    Ok(match error {
        Error::Invalid(problems) => problems.0.iter().map(violation).collect(),
        Error::Taken(field) => {
            let v = Violation {
                pointer: format!("/{field}"),
                code: Code::Taken,
                params: Vec::new(),
            };
            vec![violation(&v)]
        }
        Error::NotFound => vec![RowProblem::of("not_found")],
        Error::Forbidden(_) => vec![RowProblem::of("forbidden")],
        Error::Conflict(code) => vec![RowProblem::of(code)],
        Error::Duplicate(_) => vec![RowProblem::of(Code::Taken.as_str())],
        Error::Stale(_) | Error::Precondition => vec![RowProblem::of("conflict")],
        other => return Err(other),
    })
}

//! The paper that a template is set on.
use crate::core::problem::{Code, Problems};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

crate::choice! {
    /// A size of paper: ISO 216, or those of North America.
    #[derive(Default)]
    pub enum Paper { #[default] A4 = "a4", A5 = "a5", Letter = "letter", Legal = "legal" }
}

crate::choice! {
    /// Which way the paper is turned.
    #[derive(Default)]
    pub enum Orientation { #[default] Portrait = "portrait", Landscape = "landscape" }
}

/// How a PDF is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PageSettings {
    pub paper: Paper,
    pub orientation: Orientation,
    /// White space at each edge, in millimetres.
    #[schema(minimum = 5, maximum = 60, example = 20)]
    pub margin_mm: i64,
    /// The size of ordinary text, in points.
    #[schema(minimum = 6, maximum = 24, example = 11)]
    pub font_size: i64,
    /// Whether the first page begins with the organization's name and address, where those are set.
    pub letterhead: bool,
    /// Whether pages are numbered where there are several.
    pub page_numbers: bool,
}

impl Default for PageSettings {
    fn default() -> Self {
        PageSettings {
            paper: Paper::A4,
            orientation: Orientation::Portrait,
            margin_mm: 20,
            font_size: 11,
            letterhead: true,
            page_numbers: true,
        }
    }
}

impl PageSettings {
    /// Bounds that are broken.
    pub fn check(&self) -> Problems {
        let mut problems = Problems::default();
        for (at, value, min, max) in [("/margin_mm", self.margin_mm, 5, 60), ("/font_size", self.font_size, 6, 24)] {
            if !(min..=max).contains(&value) {
                problems.with(at, Code::OutOfRange, vec![("min", min.to_string()), ("max", max.to_string())]);
            }
        }
        problems
    }

    /// Width and height in points of 1/72 inch, as the paper lies.
    pub fn points(&self) -> (f32, f32) {
        let (width, height) = match self.paper {
            Paper::A4 => (595.28, 841.89),
            Paper::A5 => (419.53, 595.28),
            Paper::Letter => (612.0, 792.0),
            Paper::Legal => (612.0, 1008.0),
        };
        match self.orientation {
            Orientation::Portrait => (width, height),
            Orientation::Landscape => (height, width),
        }
    }
}

//! Postal addresses, structured.
use crate::core::identifiers::iran;
use crate::core::problem::{Code, Problems};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A postal address.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Address {
    /// ISO 3166-1 alpha-2.
    #[schema(min_length = 2, max_length = 2, example = "IR")]
    pub country: Option<String>,
    #[schema(max_length = 100, example = "یزد")]
    pub province: Option<String>,
    #[schema(max_length = 100, example = "یزد")]
    pub city: Option<String>,
    #[schema(max_length = 100)]
    pub district: Option<String>,
    #[schema(max_length = 500, example = "خیابان کاشانی، کوچهٔ ۱۲")]
    pub street: Option<String>,
    /// Checked by its country's rule where we know it.
    #[schema(max_length = 20, example = "8916789101")]
    pub postal_code: Option<String>,
    /// Such as `home` or `work`.
    #[schema(max_length = 50, example = "home")]
    pub label: Option<String>,
    /// Degrees north, −90 to 90.
    #[schema(minimum = -90, maximum = 90)]
    pub latitude: Option<f64>,
    /// Degrees east, −180 to 180.
    #[schema(minimum = -180, maximum = 180)]
    pub longitude: Option<f64>,
}

impl Address {
    /// Brings the address into its normal form.
    pub fn settle(&mut self, at: &str) -> Problems {
        let mut problems = Problems::default();
        let texts = [
            ("province", &self.province, 100),
            ("city", &self.city, 100),
            ("district", &self.district, 100),
            ("street", &self.street, 500),
            ("postal_code", &self.postal_code, 20),
            ("label", &self.label, 50),
        ];
        for (name, text, max) in texts {
            if let Some(text) = text {
                crate::core::input::length(&format!("{at}/{name}"), text, 0, max, &mut problems);
            }
        }
        if let Some(country) = &mut self.country {
            country.make_ascii_uppercase();
            if country.len() != 2 || !country.bytes().all(|b| b.is_ascii_uppercase()) {
                problems.with(
                    format!("{at}/country"),
                    Code::Format,
                    vec![("format", "ISO 3166-1 alpha-2".to_owned())],
                );
            }
        }
        if self.country.as_deref() == Some("IR")
            && let Some(code) = &mut self.postal_code
        {
            match iran::postal_code(code) {
                Ok(normal) => *code = normal,
                Err(wrong) => problems.add(format!("{at}/postal_code"), wrong),
            }
        }
        for (name, value, max) in [("latitude", self.latitude, 90.0), ("longitude", self.longitude, 180.0)] {
            if value.is_some_and(|v| !(-max..=max).contains(&v)) {
                problems.with(
                    format!("{at}/{name}"),
                    Code::OutOfRange,
                    vec![("min", (-max).to_string()), ("max", max.to_string())],
                );
            }
        }
        problems
    }
}

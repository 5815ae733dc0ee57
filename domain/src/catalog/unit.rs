//! Units of measure: a short closed list with the codes that electronic invoices write, so that a quantity means the same to everyone.
use crate::access::user::Locale;

macro_rules! units {
    ($($(#[$meta:meta])* $variant:ident = $word:literal, $code:literal, $en:literal, $fa:literal;)+) => {
        crate::choice! {
            /// What a quantity counts.
            #[derive(Default)]
            pub enum UnitOfMeasure { $($(#[$meta])* $variant = $word),+ }
        }
        impl UnitOfMeasure {
            /// The code of UN/ECE Recommendation 20, as electronic invoices write it.
            pub const fn code(self) -> &'static str {
                match self { $(UnitOfMeasure::$variant => $code),+ }
            }
            /// What documents call it.
            pub const fn label(self, language: Locale) -> &'static str {
                match (self, language) {
                    $((UnitOfMeasure::$variant, Locale::English) => $en, (UnitOfMeasure::$variant, Locale::Persian) => $fa,)+
                }
            }
        }
    };
}

units! {
    #[default] Piece = "piece", "C62", "pcs", "عدد";
    Set = "set", "SET", "set", "دستگاه";
    Pair = "pair", "PR", "pair", "جفت";
    Box = "box", "XBX", "box", "جعبه";
    Carton = "carton", "XCT", "carton", "کارتن";
    Pack = "pack", "XPK", "pack", "بسته";
    Gram = "gram", "GRM", "g", "گرم";
    Kilogram = "kilogram", "KGM", "kg", "کیلوگرم";
    Tonne = "tonne", "TNE", "t", "تن";
    Millilitre = "millilitre", "MLT", "ml", "میلی‌لیتر";
    Litre = "litre", "LTR", "l", "لیتر";
    CubicMetre = "cubic_metre", "MTQ", "m³", "مترمکعب";
    Millimetre = "millimetre", "MMT", "mm", "میلی‌متر";
    Metre = "metre", "MTR", "m", "متر";
    Kilometre = "kilometre", "KMT", "km", "کیلومتر";
    SquareMetre = "square_metre", "MTK", "m²", "مترمربع";
    Minute = "minute", "MIN", "min", "دقیقه";
    Hour = "hour", "HUR", "h", "ساعت";
    Day = "day", "DAY", "days", "روز";
    Month = "month", "MON", "months", "ماه";
    Year = "year", "ANN", "years", "سال";
    KilowattHour = "kilowatt_hour", "KWH", "kWh", "کیلووات‌ساعت";
    /// A service that is not counted.
    Flat = "flat", "LS", "flat rate", "مقطوع";
}

//! Folding for `:` on texts, until `core::text::fold` is merged; then this file goes, and `mod.rs` uses that instead.

/// Lower case, and Persian letters and Latin digits for their Arabic and Persian variants.
pub fn fold(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let c = match c {
                'ي' | 'ى' => 'ی',
                'ك' => 'ک',
                '۰'..='۹' => char::from_digit(c as u32 - '۰' as u32, 10).unwrap_or(c),
                '٠'..='٩' => char::from_digit(c as u32 - '٠' as u32, 10).unwrap_or(c),
                other => other,
            };
            c.to_lowercase()
        })
        .collect()
}

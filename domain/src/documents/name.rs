//! Names of files, which come from anywhere and go to anyone's disk.

/// Names that Windows keeps for its devices, whatever stands behind the first dot.
const DEVICES: [&str; 4] = ["CON", "PRN", "AUX", "NUL"];
/// The same with a digit behind.
const PORTS: [&str; 2] = ["COM", "LPT"];

/// The name under which a file may be saved on any system: without separators of folders, signs that a shell or a file system takes
/// for its own, or dots and spaces at the end; never empty, never the name of a device. Letters of every script stay as they are.
pub fn safe(name: &str) -> String {
    let plain = |c: char| match c {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
        c if c.is_control() || bidi(c) => '_',
        c => c,
    };
    let name: String = name.chars().map(plain).collect();
    // Leading dots hide a file, or climb out of its folder.
    let name = name.trim_start_matches(['.', ' ']).trim_end_matches(['.', ' ']);
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let port = stem.len() == 4 && stem.is_char_boundary(3) && PORTS.contains(&&stem[..3]) && stem.ends_with(|c: char| c.is_ascii_digit());
    match name {
        "" => "document".to_owned(),
        name if port || DEVICES.contains(&stem.as_str()) => format!("_{name}"),
        name => name.to_owned(),
    }
}

fn bidi(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::safe;
    use proptest::prelude::*;

    #[test]
    fn names_climb_nowhere_and_name_no_device() {
        for (given, kept) in [
            ("قرارداد ۱۴۰۵.pdf", "قرارداد ۱۴۰۵.pdf"),
            ("..\\..\\x", "_.._x"),
            ("/etc/x", "_etc_x"),
            ("a\0b", "a_b"),
            ("CON", "_CON"),
            ("con.txt", "_con.txt"),
            ("lpt1.pdf", "_lpt1.pdf"),
            ("console.txt", "console.txt"),
            ("...", "document"),
            ("", "document"),
            ("x\u{202E}fdp.exe", "x_fdp.exe"),
            ("a\r\nSet-Cookie: b", "a__Set-Cookie_ b"),
            ("end. ", "end"),
        ] {
            assert_eq!(safe(given), kept, "{given:?}");
        }
    }

    proptest! {
        #[test]
        fn a_safe_name_is_one_part_of_a_path(name in "\\PC{0,60}|[./\\\\: \u{0}-\u{1f}]{0,20}") {
            let name = safe(&name);
            prop_assert!(!name.is_empty() && !name.contains(['/', '\\', '\0', '\n', '\r']) && name != "." && name != "..");
            prop_assert_eq!(safe(&name), name);
        }
    }
}

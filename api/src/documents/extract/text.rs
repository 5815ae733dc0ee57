//! Plain text in any encoding, and the text of pages.
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::Encoding;

/// Bytes that decide the encoding.
const LOOKED_AT: usize = 64 << 10;
/// As wide as lines of a page are made; only words matter.
const WIDTH: usize = 200;

/// The text of bytes: as their byte order mark says, else as their letters look.
pub fn plain(bytes: &[u8]) -> String {
    let encoding = Encoding::for_bom(bytes).map(|(encoding, _)| encoding).unwrap_or_else(|| {
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        let head = bytes.get(..LOOKED_AT).unwrap_or(bytes);
        detector.feed(head, head.len() == bytes.len());
        detector.guess(None, Utf8Detection::Allow)
    });
    encoding.decode(bytes).0.into_owned()
}

/// The words of a page, without its scripts and styles.
pub fn html(bytes: &[u8]) -> Result<String, String> {
    let text = plain(bytes);
    let page = html2text::config::plain_no_decorate().string_from_read(text.as_bytes(), WIDTH);
    page.map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
    use super::*;

    #[test]
    fn text_is_read_in_its_encoding() {
        let (windows, _, _) = encoding_rs::WINDOWS_1256.encode("سلام دنيا، اين يک متن فارسي است که بايد خوانده شود");
        for (bytes, holds) in [
            ("سلام".as_bytes(), "سلام"),
            (b"\xEF\xBB\xBF\xD8\xB3", "س"),
            (b"\xFF\xFEa\0b\0", "ab"),
            (&windows, "سلام"),
        ] {
            assert!(plain(bytes).contains(holds), "{:?}", plain(bytes));
        }
    }

    #[test]
    fn a_page_is_its_words() {
        let page = "<html><head><title>T</title><style>p{color:red}</style><script>alert('hidden')</script></head><body><p>سلام <b>دنیا</b></p><p>دوم</p></body></html>";
        let text = html(page.as_bytes()).unwrap();
        assert!(text.contains("سلام دنیا") && text.contains("دوم"), "{text}");
        assert!(!text.contains("hidden") && !text.contains("color"), "{text}");
    }
}

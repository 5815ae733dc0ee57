//! The text of contents, so that searches find them. A content is read in a process of its own, with little memory and time: a file made
//! to break its reader breaks that process, and the document says that its text could not be read.
mod child;
mod job;
mod office;
mod pdf;
mod text;

pub use child::run as read_here;
pub use job::ExtractText;
pub use text::plain;

use super::media::is_text;

/// How a content is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Reader {
    Plain,
    Html,
    Pdf,
    Docx,
    Xlsx,
}

impl Reader {
    /// The reader of a type; none where there is no text in it that we could read.
    pub fn of(kind: &str) -> Option<Reader> {
        Some(match kind {
            "text/html" | "application/xhtml+xml" => Reader::Html,
            "application/pdf" => Reader::Pdf,
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => Reader::Docx,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => Reader::Xlsx,
            // A picture that happens to be written in letters.
            "image/svg+xml" => return None,
            kind if is_text(kind) => Reader::Plain,
            _ => return None,
        })
    }

    const fn word(self) -> &'static str {
        match self {
            Reader::Plain => "plain",
            Reader::Html => "html",
            Reader::Pdf => "pdf",
            Reader::Docx => "docx",
            Reader::Xlsx => "xlsx",
        }
    }

    /// The text of a whole content.
    pub fn text(self, bytes: &[u8]) -> Result<String, String> {
        match self {
            Reader::Plain => Ok(plain(bytes)),
            Reader::Html => text::html(bytes),
            Reader::Pdf => pdf::text(bytes),
            Reader::Docx => office::docx(bytes),
            Reader::Xlsx => office::xlsx(bytes),
        }
    }
}

/// Whether there may be text in a content of this type.
pub fn reads(kind: &str) -> bool {
    Reader::of(kind).is_some()
}

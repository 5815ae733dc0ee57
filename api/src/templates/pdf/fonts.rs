//! The typeface of PDFs: Vazirmatn, which has Persian and Latin letters, embedded in the program so that a letter looks the same on every
//! machine.
use krilla::text::Font;
use parley::FontContext;
use parley::fontique::{Blob, CharmapIndex, Collection, CollectionOptions, SourceCache};
use std::sync::{Arc, LazyLock};

/// What parley calls it.
pub const FAMILY: &str = "Vazirmatn";

static REGULAR: &[u8] = include_bytes!("../../../fonts/Vazirmatn-Regular.ttf");
static BOLD: &[u8] = include_bytes!("../../../fonts/Vazirmatn-Bold.ttf");

/// Read once; a copy shares what was read.
struct Read {
    context: FontContext,
    /// Where each face says which glyph a character has.
    maps: Vec<CharmapIndex>,
}

static READ: LazyLock<Read> = LazyLock::new(|| {
    let mut collection = Collection::new(CollectionOptions {
        shared: false,
        // Those of the machine would make its letters unlike another's.
        system_fonts: false,
    });
    let mut maps = Vec::new();
    for font in [REGULAR, BOLD] {
        let families = collection.register_fonts(Blob::new(Arc::new(font)), None);
        maps.extend(families.iter().flat_map(|(_, fonts)| fonts).map(|font| font.charmap_index()));
    }
    let context = FontContext {
        collection,
        source_cache: SourceCache::default(),
    };
    Read { context, maps }
});

/// The typeface for setting text.
pub fn context() -> FontContext {
    READ.context.clone()
}

/// A face as a PDF is written with.
pub struct Face {
    pub font: Font,
    data: &'static [u8],
    map: CharmapIndex,
}

impl Face {
    /// The glyph of a character; none where it has none.
    pub fn glyph(&self, c: char) -> Option<u32> {
        self.map.charmap(self.data)?.map(c).filter(|id| *id != 0)
    }
}

/// The typeface for writing a PDF.
pub struct Faces {
    regular: Face,
    bold: Face,
}

impl Faces {
    /// None where the embedded files are no fonts.
    pub fn new() -> Option<Faces> {
        let face = |data: &'static [u8], at: usize| {
            Some(Face {
                font: Font::new(data.into(), 0)?,
                data,
                map: *READ.maps.get(at)?,
            })
        };
        Some(Faces {
            regular: face(REGULAR, 0)?,
            bold: face(BOLD, 1)?,
        })
    }
    /// The one that a text was set in.
    pub fn of(&self, set_in: &[u8]) -> &Face {
        if std::ptr::eq(set_in.as_ptr(), self.bold.data.as_ptr()) {
            &self.bold
        } else {
            &self.regular
        }
    }
}

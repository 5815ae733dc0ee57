//! Imports.
use crate::{row, store};
use domain::integration::import::Import;

row! { Import in imports {
    object: Plain,
    format: Word,
    mode: Word,
    match_on: Maybe,
    dry_run: Plain,
    mapping: Json,
    meanings: Json,
    required_columns: Json,
    defaults: Json,
    data_source_id: Maybe,
    file_name: Maybe,
    state: Word,
    layout: Maybe,
    encoding: Maybe,
    separator: Maybe,
    columns: Json,
    unmapped: Json,
    counts: Json,
    size_bytes: Maybe,
    digest: Maybe,
    failure: Json,
    undo: Json,
    started_at: Maybe,
    finished_at: Maybe,
} }
store! { Import }

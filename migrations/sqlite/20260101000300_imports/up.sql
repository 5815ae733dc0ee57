CREATE TABLE imports (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    object TEXT NOT NULL,
    format TEXT NOT NULL,
    mode TEXT NOT NULL,
    match_on TEXT,
    dry_run BOOLEAN NOT NULL,
    mapping TEXT,
    meanings TEXT,
    required_columns TEXT NOT NULL,
    defaults TEXT,
    data_source_id BLOB,
    file_name TEXT,
    state TEXT NOT NULL,
    layout TEXT,
    encoding TEXT,
    separator TEXT,
    columns TEXT NOT NULL,
    unmapped TEXT NOT NULL,
    counts TEXT NOT NULL,
    size_bytes BIGINT,
    digest TEXT,
    failure TEXT,
    undo TEXT,
    started_at INTEGER,
    finished_at INTEGER,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX imports_created_at ON imports (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX imports_updated_at ON imports (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX imports_owner ON imports (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX imports_unit ON imports (unit_id, updated_at, id) WHERE deleted_at IS NULL;

-- How far the rows of an import are: where reading goes on, and what is counted, in the transaction of the rows themselves.
CREATE TABLE import_checkpoints (
    import_id BLOB NOT NULL PRIMARY KEY,
    place_offset BIGINT NOT NULL,
    place_number BIGINT NOT NULL,
    place_line BIGINT NOT NULL,
    counts TEXT NOT NULL,
    undo_number BIGINT,
    at INTEGER NOT NULL
);

-- What became of each row of an import, and of each record of a bulk action: written in the transaction of its effect, so that work
-- which is resumed does each exactly once. What a row said stands in the file. made_id is what was made or removed for the record's sake.
CREATE TABLE work_rows (
    work_id BLOB NOT NULL,
    number BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    record_id BLOB,
    made_id BLOB,
    version BIGINT,
    errors TEXT,
    undo TEXT,
    PRIMARY KEY (work_id, number)
) WITHOUT ROWID;

CREATE TABLE bulk_actions (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    object TEXT NOT NULL,
    action TEXT NOT NULL,
    condition TEXT,
    ids TEXT,
    state TEXT NOT NULL,
    matched BIGINT NOT NULL,
    counts TEXT NOT NULL,
    failure TEXT,
    undo TEXT,
    started_at INTEGER,
    finished_at INTEGER,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX bulk_actions_created_at ON bulk_actions (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX bulk_actions_updated_at ON bulk_actions (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX bulk_actions_owner ON bulk_actions (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX bulk_actions_unit ON bulk_actions (unit_id, updated_at, id) WHERE deleted_at IS NULL;

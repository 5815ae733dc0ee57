CREATE TABLE imports (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    object text NOT NULL,
    format text NOT NULL,
    mode text NOT NULL,
    match_on text,
    dry_run boolean NOT NULL,
    mapping jsonb,
    meanings jsonb,
    required_columns jsonb NOT NULL,
    defaults jsonb,
    data_source_id uuid,
    file_name text,
    state text NOT NULL,
    layout text,
    encoding text,
    separator text,
    columns jsonb NOT NULL,
    unmapped jsonb NOT NULL,
    counts jsonb NOT NULL,
    size_bytes bigint,
    digest text,
    failure jsonb,
    undo jsonb,
    started_at timestamptz,
    finished_at timestamptz,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX imports_created_at ON imports (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX imports_updated_at ON imports (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX imports_owner ON imports (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX imports_unit ON imports (unit_id, updated_at, id) WHERE deleted_at IS NULL;

-- How far the rows of an import are: where reading goes on, and what is counted, in the transaction of the rows themselves.
CREATE TABLE import_checkpoints (
    import_id uuid NOT NULL PRIMARY KEY,
    place_offset bigint NOT NULL,
    place_number bigint NOT NULL,
    place_line bigint NOT NULL,
    counts text NOT NULL,
    undo_number bigint,
    at timestamptz NOT NULL
);

-- What became of each row of an import, and of each record of a bulk action: written in the transaction of its effect, so that work
-- which is resumed does each exactly once. What a row said stands in the file. made_id is what was made or removed for the record's sake.
CREATE TABLE work_rows (
    work_id uuid NOT NULL,
    number bigint NOT NULL,
    outcome text NOT NULL,
    record_id uuid,
    made_id uuid,
    version bigint,
    errors text,
    undo text,
    PRIMARY KEY (work_id, number)
);

CREATE TABLE bulk_actions (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    object text NOT NULL,
    action jsonb NOT NULL,
    condition text,
    ids jsonb,
    state text NOT NULL,
    matched bigint NOT NULL,
    counts jsonb NOT NULL,
    failure text,
    undo jsonb,
    started_at timestamptz,
    finished_at timestamptz,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX bulk_actions_created_at ON bulk_actions (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX bulk_actions_updated_at ON bulk_actions (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX bulk_actions_owner ON bulk_actions (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX bulk_actions_unit ON bulk_actions (unit_id, updated_at, id) WHERE deleted_at IS NULL;

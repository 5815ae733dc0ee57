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
    match_on text NOT NULL,
    dry_run boolean NOT NULL,
    mapping jsonb NOT NULL,
    file_name text,
    state text NOT NULL,
    columns jsonb NOT NULL,
    counts jsonb NOT NULL,
    size_bytes bigint,
    digest text,
    failure text,
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

-- What became of each row: written in the transaction of its effect, so that a resumed import does each row exactly once.
CREATE TABLE import_rows (
    import_id uuid NOT NULL,
    number bigint NOT NULL,
    outcome text NOT NULL,
    record_id uuid,
    version bigint,
    undo text,
    errors text,
    source text NOT NULL,
    PRIMARY KEY (import_id, number)
);
CREATE INDEX import_rows_outcome ON import_rows (import_id, outcome, number);

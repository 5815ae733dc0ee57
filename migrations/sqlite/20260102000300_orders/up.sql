-- How documents are numbered. Of several active series of a kind the one made last is in force.
CREATE TABLE number_series (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    prefix TEXT NOT NULL,
    restarts TEXT NOT NULL,
    digits BIGINT NOT NULL,
    first_number BIGINT NOT NULL,
    active BOOLEAN NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX number_series_created_at ON number_series (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX number_series_updated_at ON number_series (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX number_series_owner ON number_series (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX number_series_unit ON number_series (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX number_series_name ON number_series (name, id) WHERE deleted_at IS NULL;
CREATE INDEX number_series_in_force ON number_series (kind, created_at, id) WHERE deleted_at IS NULL AND active;

-- The last number given behind each head. Who takes the next locks the row until the document that gets it is kept.
CREATE TABLE series_counters (
    kind TEXT NOT NULL,
    head TEXT NOT NULL,
    last_number BIGINT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (kind, head)
);

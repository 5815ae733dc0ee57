-- The change log. `seq` is the order of writing; on PostgreSQL transactions commit in another order, so followers read by (tx, seq)
-- and only below the oldest transaction still open. The hash covers `changed` by a digest with a random salt; an erasure takes the values and
-- the salt away and leaves the digest in `content`.
CREATE TABLE changes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    tx BIGINT NOT NULL DEFAULT 0,
    object TEXT NOT NULL,
    record_id BLOB NOT NULL,
    op TEXT NOT NULL,
    version BIGINT NOT NULL,
    at INTEGER NOT NULL,
    actor_id BLOB NOT NULL,
    via TEXT NOT NULL,
    origin BLOB NOT NULL,
    salt BLOB,
    content TEXT,
    changed TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    was_there BOOLEAN NOT NULL,
    is_there BOOLEAN NOT NULL,
    owner_before BLOB,
    unit_before BLOB,
    owner_after BLOB,
    unit_after BLOB
);
CREATE INDEX changes_order ON changes (tx, seq);
CREATE INDEX changes_record ON changes (record_id, version);
CREATE INDEX changes_at ON changes (at, seq);
CREATE INDEX changes_actor ON changes (actor_id, at, seq);

-- Seals over ranges of the change log, in its order: an entry cut out of a sealed range shows. Each covers the one before. Of a
-- pruned range the superseded entries are gone, and only the seal is left.
CREATE TABLE change_seals (
    number BIGINT NOT NULL PRIMARY KEY,
    to_tx BIGINT NOT NULL,
    to_seq BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    at INTEGER NOT NULL,
    digest TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL
);

CREATE TABLE external_ids (
    object TEXT NOT NULL,
    system TEXT NOT NULL,
    value TEXT NOT NULL,
    record_id BLOB NOT NULL,
    PRIMARY KEY (object, system, value)
) WITHOUT ROWID;
CREATE INDEX external_ids_record ON external_ids (record_id);

-- Custom field values by which records are found: each as a text whose order is the value's.
CREATE TABLE custom_values (
    object TEXT NOT NULL,
    field TEXT NOT NULL,
    key TEXT NOT NULL,
    record_id BLOB NOT NULL,
    PRIMARY KEY (object, field, key, record_id)
) WITHOUT ROWID;
CREATE INDEX custom_values_record ON custom_values (object, record_id);

-- Answers kept for repeated requests, each written in the transaction of its effect.
CREATE TABLE idempotency_keys (
    principal BLOB NOT NULL,
    route TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status BIGINT NOT NULL,
    headers TEXT NOT NULL,
    body BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (principal, route, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

-- What the organization has set, and the server's own secrets.
CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- Work that waits. `run_at` is when it is next due: for a running job, when its lease ends and another worker may take it over.
-- `fence` grows with each claim and each cancel: a write of a worker that holds an older one is refused.
CREATE TABLE jobs (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    max_attempts BIGINT NOT NULL,
    run_at INTEGER NOT NULL,
    fence BIGINT NOT NULL,
    progress_done BIGINT NOT NULL,
    progress_total BIGINT,
    checkpoint TEXT NOT NULL,
    result TEXT NOT NULL,
    error TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    finished_at INTEGER,
    created_by BLOB,
    origin BLOB NOT NULL
);
CREATE UNIQUE INDEX jobs__key_key ON jobs (kind, key) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_due ON jobs (run_at, id) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_parked ON jobs (kind) WHERE state = 'parked';
CREATE INDEX jobs_created ON jobs (created_at, id);
CREATE INDEX jobs_finished ON jobs (finished_at);
-- Rows whose text has changed since the text indexes were brought up to date, which is done once for each commit: an index that is written
-- with every row costs as much as all else about the row. `old` is the text that the index still holds; null where it holds none.
CREATE TABLE pending_search (
    object TEXT NOT NULL,
    place INTEGER NOT NULL,
    old TEXT,
    PRIMARY KEY (object, place)
) WITHOUT ROWID;

CREATE TABLE custom_fields (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    object TEXT NOT NULL,
    name TEXT NOT NULL,
    label_en TEXT NOT NULL,
    label_fa TEXT NOT NULL,
    kind TEXT NOT NULL,
    choices TEXT NOT NULL,
    required BOOLEAN NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX custom_fields_created_at ON custom_fields (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_fields_updated_at ON custom_fields (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_fields_owner ON custom_fields (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_fields_unit ON custom_fields (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE custom_fields_search USING fts5 (search, content = 'custom_fields', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER custom_fields_search_insert AFTER INSERT ON custom_fields BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('custom_fields', new.rowid, NULL);
END;
CREATE TRIGGER custom_fields_search_delete AFTER DELETE ON custom_fields BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('custom_fields', old.rowid, old.search);
END;
CREATE TRIGGER custom_fields_search_update AFTER UPDATE OF search ON custom_fields WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('custom_fields', old.rowid, old.search);
END;
CREATE UNIQUE INDEX custom_fields__name_key ON custom_fields (object, name) WHERE deleted_at IS NULL;

-- Who let us reach them, by which way and for what. Rows are added, never changed; only an erasure takes the address out of them.
CREATE TABLE consents (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    customer_id BLOB NOT NULL,
    contact_kind TEXT,
    contact_value TEXT,
    channel TEXT NOT NULL,
    purpose TEXT NOT NULL,
    status TEXT NOT NULL,
    legal_basis TEXT NOT NULL,
    source TEXT NOT NULL,
    proof TEXT,
    proof_document_id BLOB,
    text_version TEXT,
    given_at INTEGER NOT NULL,
    expires_at INTEGER,
    confirms_id BLOB,
    contact_hash TEXT,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    contact_key TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX consents_created_at ON consents (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX consents_updated_at ON consents (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX consents_owner ON consents (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX consents_unit ON consents (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX consents_given_at ON consents (given_at, id) WHERE deleted_at IS NULL;
CREATE INDEX consents_customer ON consents (customer_id, channel, purpose, given_at, id) WHERE deleted_at IS NULL;

-- That customers were erased. Nothing personal stands here.
CREATE TABLE erasures (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    customer_id BLOB NOT NULL,
    reason TEXT NOT NULL,
    counts TEXT NOT NULL,
    records_digest TEXT NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX erasures_created_at ON erasures (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX erasures_updated_at ON erasures (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX erasures_owner ON erasures (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX erasures_unit ON erasures (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX erasures_customer ON erasures (customer_id);

-- What erased people were known by, each as a keyed hash whose key is outside the database: it keeps them from coming in again.
CREATE TABLE erased_identifiers (
    hash TEXT NOT NULL PRIMARY KEY,
    erasure_id BLOB NOT NULL,
    erased_at INTEGER NOT NULL
) WITHOUT ROWID;

-- The records whose entries in the change log were emptied: the erasure's own entry proves which.
CREATE TABLE erased_records (
    object TEXT NOT NULL,
    record_id BLOB NOT NULL,
    erasure_id BLOB NOT NULL,
    PRIMARY KEY (object, record_id)
) WITHOUT ROWID;

-- That what erased people were known by may come in again. What it was does not stand here.
CREATE TABLE erasure_lifts (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    erasure_id BLOB,
    erased_at INTEGER,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX erasure_lifts_created_at ON erasure_lifts (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX erasure_lifts_updated_at ON erasure_lifts (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX erasure_lifts_owner ON erasure_lifts (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX erasure_lifts_unit ON erasure_lifts (unit_id, updated_at, id) WHERE deleted_at IS NULL;

-- Rules by which records go once they are old enough.
CREATE TABLE retention_rules (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    name TEXT NOT NULL,
    object TEXT NOT NULL,
    condition TEXT,
    date_field TEXT NOT NULL,
    age_days BIGINT NOT NULL,
    action TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX retention_rules_created_at ON retention_rules (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX retention_rules_updated_at ON retention_rules (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX retention_rules_owner ON retention_rules (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX retention_rules_unit ON retention_rules (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX retention_rules_name ON retention_rules (name, id) WHERE deleted_at IS NULL;

-- What became of each run of a rule.
CREATE TABLE retention_runs (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    rule_id BLOB NOT NULL,
    state TEXT NOT NULL,
    applied BIGINT NOT NULL,
    skipped BIGINT NOT NULL,
    skips TEXT NOT NULL,
    ended_at INTEGER,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX retention_runs_created_at ON retention_runs (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX retention_runs_updated_at ON retention_runs (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX retention_runs_owner ON retention_runs (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX retention_runs_unit ON retention_runs (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX retention_runs_rule ON retention_runs (rule_id, id) WHERE deleted_at IS NULL;

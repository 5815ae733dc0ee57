CREATE TABLE merges (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    survivor_id BLOB NOT NULL,
    merged_ids TEXT NOT NULL,
    fields TEXT,
    state TEXT NOT NULL,
    moved TEXT NOT NULL,
    undo_until INTEGER,
    undone_at INTEGER,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX merges_created_at ON merges (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX merges_updated_at ON merges (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX merges_owner ON merges (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX merges_unit ON merges (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX merges_survivor ON merges (survivor_id) WHERE deleted_at IS NULL;

-- What each merge did, in order, with the values before and after: by this it is undone.
CREATE TABLE merge_steps (
    merge_id BLOB NOT NULL,
    number BIGINT NOT NULL,
    step TEXT NOT NULL,
    object TEXT NOT NULL,
    record_id BLOB NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    PRIMARY KEY (merge_id, number)
) WITHOUT ROWID;
CREATE INDEX merge_steps_record ON merge_steps (record_id, object);

-- Records that went into another one, and which: by this an old id finds the survivor for ever.
CREATE TABLE merged_records (
    object TEXT NOT NULL,
    record_id BLOB NOT NULL,
    survivor_id BLOB NOT NULL,
    merge_id BLOB NOT NULL,
    PRIMARY KEY (object, record_id)
) WITHOUT ROWID;

CREATE TABLE duplicates (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    a_id BLOB NOT NULL,
    b_id BLOB NOT NULL,
    score TEXT NOT NULL,
    reasons TEXT NOT NULL,
    state TEXT NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX duplicates_created_at ON duplicates (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX duplicates_updated_at ON duplicates (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX duplicates_owner ON duplicates (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX duplicates_unit ON duplicates (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX duplicates_score ON duplicates (score, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX duplicates__b_id_key ON duplicates (a_id, b_id) WHERE deleted_at IS NULL;
CREATE INDEX duplicates_b ON duplicates (b_id);

-- Blocking keys of the matcher's run: customers that share one are compared.
CREATE TABLE duplicate_keys (
    key TEXT NOT NULL,
    customer_id BLOB NOT NULL,
    PRIMARY KEY (key, customer_id)
) WITHOUT ROWID;

-- What refers to a customer moves in the trash too: few records, to be found without a look at all of them.
CREATE INDEX customers_trash ON customers (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX relationships_trash ON relationships (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX group_members_trash ON group_members (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX shares_trash ON shares (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX documents_trash ON documents (deleted_at) WHERE deleted_at IS NOT NULL;

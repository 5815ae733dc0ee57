CREATE TABLE merges (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    survivor_id uuid NOT NULL,
    merged_ids jsonb NOT NULL,
    fields jsonb,
    state text COLLATE "C" NOT NULL,
    moved jsonb NOT NULL,
    undo_until timestamptz,
    undone_at timestamptz,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX merges_created_at ON merges (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX merges_updated_at ON merges (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX merges_owner ON merges (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX merges_unit ON merges (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX merges_survivor ON merges (survivor_id) WHERE deleted_at IS NULL;

-- What each merge did, in order, with the values before and after: by this it is undone.
CREATE TABLE merge_steps (
    merge_id uuid NOT NULL,
    number bigint NOT NULL,
    step text NOT NULL,
    object text NOT NULL,
    record_id uuid NOT NULL,
    before text NOT NULL,
    after text NOT NULL,
    PRIMARY KEY (merge_id, number)
);
CREATE INDEX merge_steps_record ON merge_steps (record_id, object);

-- Records that went into another one, and which: by this an old id finds the survivor for ever.
CREATE TABLE merged_records (
    object text NOT NULL,
    record_id uuid NOT NULL,
    survivor_id uuid NOT NULL,
    merge_id uuid NOT NULL,
    PRIMARY KEY (object, record_id)
);

CREATE TABLE duplicates (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    a_id uuid NOT NULL,
    b_id uuid NOT NULL,
    score text COLLATE "C" NOT NULL,
    reasons jsonb NOT NULL,
    state text COLLATE "C" NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
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
    key text COLLATE "C" NOT NULL,
    customer_id uuid NOT NULL,
    PRIMARY KEY (key, customer_id)
);

-- What refers to a customer moves in the trash too: few records, to be found without a look at all of them.
CREATE INDEX customers_trash ON customers (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX relationships_trash ON relationships (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX group_members_trash ON group_members (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX shares_trash ON shares (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX documents_trash ON documents (deleted_at) WHERE deleted_at IS NOT NULL;

-- Who let us reach them, by which way and for what. Rows are added, never changed; only an erasure takes the address out of them.
CREATE TABLE consents (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    customer_id uuid NOT NULL,
    contact_kind text COLLATE "C",
    contact_value text COLLATE "C",
    channel text COLLATE "C" NOT NULL,
    purpose text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    legal_basis text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    proof text COLLATE "C",
    proof_document_id uuid,
    text_version text COLLATE "C",
    given_at timestamptz NOT NULL,
    expires_at timestamptz,
    confirms_id uuid,
    contact_hash text COLLATE "C",
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    contact_key text COLLATE "C" NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX consents_created_at ON consents (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX consents_updated_at ON consents (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX consents_owner ON consents (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX consents_unit ON consents (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX consents_given_at ON consents (given_at, id) WHERE deleted_at IS NULL;
CREATE INDEX consents_customer ON consents (customer_id, channel, purpose, given_at, id) WHERE deleted_at IS NULL;

-- That customers were erased. Nothing personal stands here.
CREATE TABLE erasures (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    customer_id uuid NOT NULL,
    reason text COLLATE "C" NOT NULL,
    counts jsonb NOT NULL,
    records_digest text COLLATE "C" NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX erasures_created_at ON erasures (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX erasures_updated_at ON erasures (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX erasures_owner ON erasures (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX erasures_unit ON erasures (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX erasures_customer ON erasures (customer_id);

-- What erased people were known by, each as a keyed hash whose key is outside the database: it keeps them from coming in again.
CREATE TABLE erased_identifiers (
    hash text COLLATE "C" NOT NULL PRIMARY KEY,
    erasure_id uuid NOT NULL,
    erased_at timestamptz NOT NULL
);

-- The records whose entries in the change log were emptied: the erasure's own entry proves which.
CREATE TABLE erased_records (
    object text COLLATE "C" NOT NULL,
    record_id uuid NOT NULL,
    erasure_id uuid NOT NULL,
    PRIMARY KEY (object, record_id)
);

-- That what erased people were known by may come in again. What it was does not stand here.
CREATE TABLE erasure_lifts (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    kind text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL,
    erasure_id uuid,
    erased_at timestamptz,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX erasure_lifts_created_at ON erasure_lifts (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX erasure_lifts_updated_at ON erasure_lifts (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX erasure_lifts_owner ON erasure_lifts (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX erasure_lifts_unit ON erasure_lifts (unit_id, updated_at, id) WHERE deleted_at IS NULL;

-- Rules by which records go once they are old enough.
CREATE TABLE retention_rules (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    name text COLLATE "C" NOT NULL,
    object text COLLATE "C" NOT NULL,
    condition text COLLATE "C",
    date_field text COLLATE "C" NOT NULL,
    age_days bigint NOT NULL,
    action text COLLATE "C" NOT NULL,
    active boolean NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX retention_rules_created_at ON retention_rules (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX retention_rules_updated_at ON retention_rules (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX retention_rules_owner ON retention_rules (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX retention_rules_unit ON retention_rules (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX retention_rules_name ON retention_rules (name, id) WHERE deleted_at IS NULL;

-- What became of each run of a rule.
CREATE TABLE retention_runs (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    rule_id uuid NOT NULL,
    state text COLLATE "C" NOT NULL,
    applied bigint NOT NULL,
    skipped bigint NOT NULL,
    skips jsonb NOT NULL,
    ended_at timestamptz,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX retention_runs_created_at ON retention_runs (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX retention_runs_updated_at ON retention_runs (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX retention_runs_owner ON retention_runs (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX retention_runs_unit ON retention_runs (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX retention_runs_rule ON retention_runs (rule_id, id) WHERE deleted_at IS NULL;

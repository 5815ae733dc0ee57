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

-- Addresses mailed to those who are asked to confirm a consent; kept is the digest of each one's secret.
CREATE TABLE consent_links (
    id uuid NOT NULL PRIMARY KEY,
    consent_id uuid NOT NULL,
    contact_key text COLLATE "C" NOT NULL,
    hash bytea NOT NULL,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX consent_links__hash_key ON consent_links (hash);
CREATE INDEX consent_links_contact ON consent_links (contact_key, expires_at);
CREATE INDEX consent_links_expires ON consent_links (expires_at);

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

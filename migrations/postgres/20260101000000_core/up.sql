CREATE EXTENSION IF NOT EXISTS pg_trgm;


-- The change log. `seq` is the order of writing; on PostgreSQL transactions commit in another order, so followers read by (tx, seq)
-- and only below the oldest transaction still open. The hash covers `changed` by a digest with a random salt; an erasure takes the values and
-- the salt away and leaves the digest in `content`.
CREATE TABLE changes (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tx bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    object text NOT NULL,
    record_id uuid NOT NULL,
    op text NOT NULL,
    version bigint NOT NULL,
    at timestamptz NOT NULL,
    actor_id uuid NOT NULL,
    via text NOT NULL,
    origin uuid NOT NULL,
    salt uuid,
    content text,
    changed text NOT NULL,
    previous_hash text NOT NULL,
    hash text NOT NULL,
    was_there boolean NOT NULL,
    is_there boolean NOT NULL,
    owner_before uuid,
    unit_before uuid,
    owner_after uuid,
    unit_after uuid
);
CREATE INDEX changes_order ON changes (tx, seq);
CREATE INDEX changes_record ON changes (record_id, version);
CREATE INDEX changes_at ON changes (at, seq);
CREATE INDEX changes_actor ON changes (actor_id, at, seq);

-- Seals over ranges of the change log, in its order: an entry cut out of a sealed range shows. Each covers the one before. Of a
-- pruned range the superseded entries are gone, and only the seal is left.
CREATE TABLE change_seals (
    number bigint NOT NULL PRIMARY KEY,
    to_tx bigint NOT NULL,
    to_seq bigint NOT NULL,
    entries bigint NOT NULL,
    at timestamptz NOT NULL,
    digest text NOT NULL,
    previous_hash text NOT NULL,
    hash text NOT NULL
);

CREATE TABLE external_ids (
    object text NOT NULL,
    system text NOT NULL,
    value text NOT NULL,
    record_id uuid NOT NULL,
    PRIMARY KEY (object, system, value)
);
CREATE INDEX external_ids_record ON external_ids (record_id);

-- Custom field values by which records are found: each as a text whose order is the value's.
CREATE TABLE custom_values (
    object text NOT NULL,
    field text NOT NULL,
    key text COLLATE "C" NOT NULL,
    record_id uuid NOT NULL,
    PRIMARY KEY (object, field, key, record_id)
);
CREATE INDEX custom_values_record ON custom_values (object, record_id);

-- Answers kept for repeated requests, each written in the transaction of its effect.
CREATE TABLE idempotency_keys (
    principal uuid NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    status bigint NOT NULL,
    headers text NOT NULL,
    body bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (principal, route, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

-- What the organization has set, and the server's own secrets.
CREATE TABLE settings (
    name text NOT NULL PRIMARY KEY,
    value text NOT NULL
);

-- Work that waits. `run_at` is when it is next due: for a running job, when its lease ends and another worker may take it over.
-- `fence` grows with each claim and each cancel: a write of a worker that holds an older one is refused.
CREATE TABLE jobs (
    id uuid NOT NULL PRIMARY KEY,
    kind text NOT NULL,
    key text NOT NULL,
    payload jsonb NOT NULL,
    state text NOT NULL,
    attempts bigint NOT NULL,
    max_attempts bigint NOT NULL,
    run_at timestamptz NOT NULL,
    fence bigint NOT NULL,
    progress_done bigint NOT NULL,
    progress_total bigint,
    checkpoint jsonb NOT NULL,
    result jsonb NOT NULL,
    error text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    finished_at timestamptz,
    created_by uuid,
    origin uuid NOT NULL
);
CREATE UNIQUE INDEX jobs__key_key ON jobs (kind, key) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_due ON jobs (run_at, id) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_parked ON jobs (kind) WHERE state = 'parked';
CREATE INDEX jobs_created ON jobs (created_at, id);
CREATE INDEX jobs_finished ON jobs (finished_at);
CREATE TABLE custom_fields (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    object text NOT NULL,
    name text NOT NULL,
    label_en text NOT NULL,
    label_fa text NOT NULL,
    kind text NOT NULL,
    choices jsonb NOT NULL,
    required boolean NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX custom_fields_created_at ON custom_fields (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_fields_updated_at ON custom_fields (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_fields_owner ON custom_fields (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_fields_unit ON custom_fields (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_fields_search ON custom_fields USING gin (search gin_trgm_ops);
CREATE UNIQUE INDEX custom_fields__name_key ON custom_fields (object, name) WHERE deleted_at IS NULL;

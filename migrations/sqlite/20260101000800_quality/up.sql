-- What the data of customers should be. Of several active profiles of a kind the one made last is in force.
CREATE TABLE quality_profiles (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    name TEXT NOT NULL,
    customer_kind TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    fields TEXT NOT NULL,
    suggest_after BIGINT NOT NULL,
    suggest_within_days BIGINT NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX quality_profiles_created_at ON quality_profiles (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX quality_profiles_updated_at ON quality_profiles (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX quality_profiles_owner ON quality_profiles (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX quality_profiles_unit ON quality_profiles (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX quality_profiles_name ON quality_profiles (name, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX quality_profiles__name_key ON quality_profiles (name) WHERE deleted_at IS NULL;
CREATE INDEX quality_profiles_in_force ON quality_profiles (customer_kind, created_at, id) WHERE deleted_at IS NULL AND active;

-- Where values come from, with what it costs and what was counted to have come.
CREATE TABLE data_sources (
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
    api_key_id BLOB,
    user_id BLOB,
    is_default BOOLEAN NOT NULL,
    cost_per_record TEXT,
    cost_per_month TEXT,
    from_date DATE,
    to_date DATE,
    notes TEXT,
    records BIGINT NOT NULL,
    gathered BIGINT NOT NULL,
    kept BIGINT NOT NULL,
    cost TEXT,
    cost_per_kept TEXT,
    counted_at INTEGER,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX data_sources_created_at ON data_sources (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX data_sources_updated_at ON data_sources (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX data_sources_owner ON data_sources (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX data_sources_unit ON data_sources (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX data_sources_name ON data_sources (name, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX data_sources__name_key ON data_sources (name) WHERE deleted_at IS NULL;
CREATE INDEX data_sources_records ON data_sources (records, id) WHERE deleted_at IS NULL;
CREATE INDEX data_sources_gathered ON data_sources (gathered, id) WHERE deleted_at IS NULL;
CREATE INDEX data_sources_kept ON data_sources (kept, id) WHERE deleted_at IS NULL;

-- Ways to reach a customer that stand in what happened with them.
CREATE TABLE suggestions (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    customer_id BLOB NOT NULL,
    contact_kind TEXT NOT NULL,
    value TEXT NOT NULL,
    replaces TEXT,
    reasons TEXT NOT NULL,
    occurrences BIGINT NOT NULL,
    first_seen_at INTEGER,
    last_seen_at INTEGER,
    interaction_ids TEXT NOT NULL,
    state TEXT NOT NULL,
    decided_by BLOB,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX suggestions_created_at ON suggestions (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX suggestions_updated_at ON suggestions (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX suggestions_owner ON suggestions (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX suggestions_unit ON suggestions (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX suggestions_occurrences ON suggestions (occurrences, id) WHERE deleted_at IS NULL;
CREATE INDEX suggestions_last_seen_at ON suggestions (last_seen_at, id) WHERE deleted_at IS NULL;
CREATE INDEX suggestions_customer ON suggestions (customer_id, state, last_seen_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX suggestions__value_key ON suggestions (customer_id, value) WHERE deleted_at IS NULL;
CREATE INDEX suggestions_trash ON suggestions (deleted_at) WHERE deleted_at IS NOT NULL;

-- What the data of customers should be. Of several active profiles of a kind the one made last is in force.
CREATE TABLE quality_profiles (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    name text COLLATE "C" NOT NULL,
    customer_kind text COLLATE "C" NOT NULL,
    active boolean NOT NULL,
    fields jsonb NOT NULL,
    suggest_after bigint NOT NULL,
    suggest_within_days bigint NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
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
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    name text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    api_key_id uuid,
    user_id uuid,
    is_default boolean NOT NULL,
    cost_per_record jsonb,
    cost_per_month jsonb,
    from_date date,
    to_date date,
    notes text COLLATE "C",
    records bigint NOT NULL,
    gathered bigint NOT NULL,
    kept bigint NOT NULL,
    cost jsonb,
    cost_per_kept jsonb,
    counted_at timestamptz,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
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
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    customer_id uuid NOT NULL,
    contact_kind text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    replaces text COLLATE "C",
    reasons jsonb NOT NULL,
    occurrences bigint NOT NULL,
    first_seen_at timestamptz,
    last_seen_at timestamptz,
    interaction_ids jsonb NOT NULL,
    state text COLLATE "C" NOT NULL,
    decided_by uuid,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
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

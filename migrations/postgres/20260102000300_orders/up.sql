-- How documents are numbered. Of several active series of a kind the one made last is in force.
CREATE TABLE number_series (
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
    prefix text COLLATE "C" NOT NULL,
    restarts text COLLATE "C" NOT NULL,
    digits bigint NOT NULL,
    first_number bigint NOT NULL,
    active boolean NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX number_series_created_at ON number_series (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX number_series_updated_at ON number_series (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX number_series_owner ON number_series (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX number_series_unit ON number_series (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX number_series_name ON number_series (name, id) WHERE deleted_at IS NULL;
CREATE INDEX number_series_in_force ON number_series (kind, created_at, id) WHERE deleted_at IS NULL AND active;

-- The last number given behind each head. Who takes the next locks the row until the document that gets it is kept.
CREATE TABLE series_counters (
    kind text COLLATE "C" NOT NULL,
    head text COLLATE "C" NOT NULL,
    last_number bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (kind, head)
);

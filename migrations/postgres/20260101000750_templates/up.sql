CREATE TABLE templates (
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
    language text COLLATE "C" NOT NULL,
    object text COLLATE "C",
    subject text COLLATE "C",
    body text NOT NULL,
    page jsonb NOT NULL,
    time_zone text COLLATE "C" NOT NULL,
    active boolean NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX templates_created_at ON templates (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX templates_updated_at ON templates (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX templates_owner ON templates (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX templates_unit ON templates (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX templates_name ON templates (name, id) WHERE deleted_at IS NULL;
CREATE INDEX templates_object ON templates (object, id) WHERE deleted_at IS NULL;
CREATE INDEX templates_search ON templates USING gin (search gin_trgm_ops);

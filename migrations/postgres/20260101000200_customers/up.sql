CREATE TABLE customers (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    kind text NOT NULL,
    given_name text,
    family_name text,
    organization_name text,
    display_name text COLLATE "C" NOT NULL,
    national_id text,
    legal_id text,
    birth_date date,
    gender text,
    identifying_features text,
    lifecycle_stage text NOT NULL,
    province text,
    city text,
    district text,
    country text,
    interests jsonb NOT NULL,
    tags jsonb NOT NULL,
    tastes text,
    tendencies text,
    buying_habits text,
    field_of_work text,
    job_class text,
    job_title text,
    credit_class text,
    access_class text,
    customer_group text,
    language text NOT NULL,
    notes text,
    marketer_id uuid,
    referrer_id uuid,
    liaison_id uuid,
    account_team jsonb NOT NULL,
    contact_points jsonb NOT NULL,
    addresses jsonb NOT NULL,
    bank_accounts jsonb NOT NULL,
    completeness bigint NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX customers_created_at ON customers (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_updated_at ON customers (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_owner ON customers (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_unit ON customers (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_search ON customers USING gin (search gin_trgm_ops);
CREATE INDEX customers_completeness ON customers (completeness, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_display_name ON customers (display_name, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_stage ON customers (lifecycle_stage, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_city ON customers (city, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_kind ON customers (kind, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_national_id ON customers (national_id) WHERE deleted_at IS NULL AND national_id IS NOT NULL;
CREATE INDEX customers_legal_id ON customers (legal_id) WHERE deleted_at IS NULL AND legal_id IS NOT NULL;
CREATE INDEX customers_referrer ON customers (referrer_id);

-- By what a customer is found: telephone numbers (E.164) and email addresses (lower case).
CREATE TABLE customer_keys (
    kind text NOT NULL,
    value text NOT NULL,
    customer_id uuid NOT NULL,
    PRIMARY KEY (kind, value, customer_id)
);
CREATE INDEX customer_keys_customer ON customer_keys (customer_id);

CREATE TABLE relationships (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    from_id uuid NOT NULL,
    to_id uuid NOT NULL,
    kind text NOT NULL,
    from_date date,
    to_date date,
    notes text,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX relationships_created_at ON relationships (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX relationships_updated_at ON relationships (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX relationships_owner ON relationships (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX relationships_unit ON relationships (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX relationships_from ON relationships (from_id, kind) WHERE deleted_at IS NULL;
CREATE INDEX relationships_to ON relationships (to_id, kind) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX relationships__to_id_key ON relationships (from_id, to_id, kind) WHERE deleted_at IS NULL AND to_date IS NULL;
CREATE TABLE groups (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    name text COLLATE "C" NOT NULL,
    description text,
    condition text,
    kind text NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX groups_created_at ON groups (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX groups_updated_at ON groups (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX groups_owner ON groups (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX groups_unit ON groups (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX groups_search ON groups USING gin (search gin_trgm_ops);
CREATE UNIQUE INDEX groups__name_key ON groups (name) WHERE deleted_at IS NULL;
CREATE TABLE group_members (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    group_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX group_members_created_at ON group_members (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX group_members_updated_at ON group_members (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX group_members_owner ON group_members (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX group_members_unit ON group_members (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX group_members__customer_id_key ON group_members (group_id, customer_id) WHERE deleted_at IS NULL;
CREATE INDEX group_members_customer ON group_members (customer_id, group_id);

-- Who fits the condition of a group: kept in step by every write of a customer.
CREATE TABLE group_matches (
    group_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (group_id, customer_id)
);
CREATE INDEX group_matches_customer ON group_matches (customer_id, since);

-- Which state of a group's condition is in force, and which one its members were last found by.
CREATE TABLE group_rules (
    group_id uuid NOT NULL PRIMARY KEY,
    revision text NOT NULL,
    built text,
    built_at timestamptz
);

-- Who joined and left a group, of either kind.
CREATE TABLE group_history (
    id uuid NOT NULL PRIMARY KEY,
    group_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    event text NOT NULL,
    cause text NOT NULL,
    at timestamptz NOT NULL,
    actor_id uuid
);
CREATE INDEX group_history_group ON group_history (group_id, at, id);
CREATE INDEX group_history_customer ON group_history (customer_id, at);

CREATE TABLE units (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    name text COLLATE "C" NOT NULL,
    parent_id uuid,
    manager_id uuid,
    region text COLLATE "C",
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX units_created_at ON units (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX units_updated_at ON units (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX units_owner ON units (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX units_unit ON units (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX units_search ON units USING gin (search gin_trgm_ops);
CREATE INDEX units_parent ON units (parent_id);
CREATE INDEX units_name ON units (name, id) WHERE deleted_at IS NULL;
CREATE TABLE users (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    name text COLLATE "C" NOT NULL,
    email text NOT NULL,
    works_in_id uuid,
    role_ids jsonb NOT NULL,
    locale text NOT NULL,
    active boolean NOT NULL,
    invited_at timestamptz,
    password_set_at timestamptz,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX users_created_at ON users (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX users_updated_at ON users (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX users_owner ON users (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX users_unit ON users (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX users_search ON users USING gin (search gin_trgm_ops);
CREATE UNIQUE INDEX users__email_key ON users (email) WHERE deleted_at IS NULL;
CREATE INDEX users_name ON users (name, id) WHERE deleted_at IS NULL;
CREATE INDEX users_works_in ON users (works_in_id);
CREATE TABLE teams (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    name text COLLATE "C" NOT NULL,
    member_ids jsonb NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX teams_created_at ON teams (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX teams_updated_at ON teams (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX teams_owner ON teams (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX teams_unit ON teams (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX teams_search ON teams USING gin (search gin_trgm_ops);
CREATE INDEX teams_name ON teams (name, id) WHERE deleted_at IS NULL;
CREATE TABLE roles (
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
    permissions jsonb NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX roles_created_at ON roles (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX roles_updated_at ON roles (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX roles_owner ON roles (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX roles_unit ON roles (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX roles_search ON roles USING gin (search gin_trgm_ops);
CREATE UNIQUE INDEX roles__name_key ON roles (name) WHERE deleted_at IS NULL;
CREATE TABLE shares (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    object text NOT NULL,
    record_id uuid NOT NULL,
    grantee_kind text NOT NULL,
    grantee_id uuid NOT NULL,
    action text NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX shares_created_at ON shares (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX shares_updated_at ON shares (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX shares_owner ON shares (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX shares_unit ON shares (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX shares__grantee_id_key ON shares (object, record_id, grantee_id) WHERE deleted_at IS NULL;
CREATE INDEX shares_grantee ON shares (grantee_id, object) WHERE deleted_at IS NULL;
CREATE TABLE api_keys (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    name text NOT NULL,
    user_id uuid,
    permissions jsonb NOT NULL,
    allowed_ips jsonb NOT NULL,
    expires_at timestamptz,
    prefix text NOT NULL,
    last_used_at timestamptz,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX api_keys_created_at ON api_keys (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX api_keys_updated_at ON api_keys (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX api_keys_owner ON api_keys (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX api_keys_unit ON api_keys (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX api_keys__prefix_key ON api_keys (prefix);
CREATE INDEX api_keys_user ON api_keys (user_id);

-- What a user proves who they are with. Never read by anything but sign-in.
CREATE TABLE credentials (
    user_id uuid NOT NULL PRIMARY KEY,
    password_hash text,
    totp_secret bytea,
    totp_confirmed boolean NOT NULL,
    totp_last_step bigint,
    recovery_hashes jsonb NOT NULL,
    session_version bigint NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE api_key_secrets (
    api_key_id uuid NOT NULL PRIMARY KEY,
    hash bytea NOT NULL
);

-- One family of refresh tokens: a sign-in, until it ends.
CREATE TABLE sessions (
    id uuid NOT NULL PRIMARY KEY,
    user_id uuid NOT NULL,
    refresh_hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    end_reason text,
    ip text NOT NULL,
    user_agent text NOT NULL
);
CREATE UNIQUE INDEX sessions__refresh_hash_key ON sessions (refresh_hash);
CREATE INDEX sessions_user ON sessions (user_id, created_at);

-- Refresh tokens that were used: one that comes back was copied.
CREATE TABLE spent_refresh_tokens (
    hash bytea NOT NULL PRIMARY KEY,
    session_id uuid NOT NULL
);
CREATE INDEX spent_refresh_tokens_session ON spent_refresh_tokens (session_id);

-- Failed sign-ins, by what they were counted under.
CREATE TABLE sign_in_failures (
    key text NOT NULL PRIMARY KEY,
    count bigint NOT NULL,
    last_at timestamptz NOT NULL,
    forgiven_to timestamptz NOT NULL
);
CREATE INDEX sign_in_failures_last ON sign_in_failures (last_at);

-- Devices a user has signed in from before.
CREATE TABLE devices (
    id uuid NOT NULL PRIMARY KEY,
    user_id uuid NOT NULL,
    hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    used_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX devices__hash_key ON devices (hash);
CREATE INDEX devices_user ON devices (user_id, used_at);

-- Addresses mailed to users, by which they choose a password: one for each mail, until it is used or too old.
CREATE TABLE mailed_links (
    id uuid NOT NULL PRIMARY KEY,
    purpose text NOT NULL,
    subject_id uuid NOT NULL,
    address text,
    hash bytea NOT NULL,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX mailed_links__hash_key ON mailed_links (hash);
CREATE INDEX mailed_links_subject ON mailed_links (subject_id, expires_at);
CREATE INDEX mailed_links_address ON mailed_links (address, expires_at) WHERE address IS NOT NULL;
CREATE INDEX mailed_links_expires ON mailed_links (expires_at);

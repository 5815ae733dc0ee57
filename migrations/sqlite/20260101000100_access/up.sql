CREATE TABLE units (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    name TEXT NOT NULL,
    parent_id BLOB,
    manager_id BLOB,
    region TEXT,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX units_created_at ON units (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX units_updated_at ON units (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX units_owner ON units (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX units_unit ON units (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE units_search USING fts5 (search, content = 'units', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER units_search_insert AFTER INSERT ON units BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('units', new.rowid, NULL);
END;
CREATE TRIGGER units_search_delete AFTER DELETE ON units BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('units', old.rowid, old.search);
END;
CREATE TRIGGER units_search_update AFTER UPDATE OF search ON units WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('units', old.rowid, old.search);
END;
CREATE INDEX units_parent ON units (parent_id);
CREATE INDEX units_name ON units (name, id) WHERE deleted_at IS NULL;
CREATE TABLE users (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    works_in_id BLOB,
    role_ids TEXT NOT NULL,
    locale TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    invited_at INTEGER,
    password_set_at INTEGER,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX users_created_at ON users (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX users_updated_at ON users (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX users_owner ON users (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX users_unit ON users (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE users_search USING fts5 (search, content = 'users', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER users_search_insert AFTER INSERT ON users BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('users', new.rowid, NULL);
END;
CREATE TRIGGER users_search_delete AFTER DELETE ON users BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('users', old.rowid, old.search);
END;
CREATE TRIGGER users_search_update AFTER UPDATE OF search ON users WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('users', old.rowid, old.search);
END;
CREATE UNIQUE INDEX users__email_key ON users (email) WHERE deleted_at IS NULL;
CREATE INDEX users_name ON users (name, id) WHERE deleted_at IS NULL;
CREATE INDEX users_works_in ON users (works_in_id);
CREATE TABLE teams (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    name TEXT NOT NULL,
    member_ids TEXT NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX teams_created_at ON teams (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX teams_updated_at ON teams (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX teams_owner ON teams (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX teams_unit ON teams (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE teams_search USING fts5 (search, content = 'teams', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER teams_search_insert AFTER INSERT ON teams BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('teams', new.rowid, NULL);
END;
CREATE TRIGGER teams_search_delete AFTER DELETE ON teams BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('teams', old.rowid, old.search);
END;
CREATE TRIGGER teams_search_update AFTER UPDATE OF search ON teams WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('teams', old.rowid, old.search);
END;
CREATE INDEX teams_name ON teams (name, id) WHERE deleted_at IS NULL;
CREATE TABLE roles (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    name TEXT NOT NULL,
    description TEXT,
    permissions TEXT NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX roles_created_at ON roles (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX roles_updated_at ON roles (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX roles_owner ON roles (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX roles_unit ON roles (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE roles_search USING fts5 (search, content = 'roles', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER roles_search_insert AFTER INSERT ON roles BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('roles', new.rowid, NULL);
END;
CREATE TRIGGER roles_search_delete AFTER DELETE ON roles BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('roles', old.rowid, old.search);
END;
CREATE TRIGGER roles_search_update AFTER UPDATE OF search ON roles WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('roles', old.rowid, old.search);
END;
CREATE UNIQUE INDEX roles__name_key ON roles (name) WHERE deleted_at IS NULL;
CREATE TABLE shares (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    object TEXT NOT NULL,
    record_id BLOB NOT NULL,
    grantee_kind TEXT NOT NULL,
    grantee_id BLOB NOT NULL,
    action TEXT NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX shares_created_at ON shares (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX shares_updated_at ON shares (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX shares_owner ON shares (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX shares_unit ON shares (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX shares__grantee_id_key ON shares (object, record_id, grantee_id) WHERE deleted_at IS NULL;
CREATE INDEX shares_grantee ON shares (grantee_id, object) WHERE deleted_at IS NULL;
CREATE TABLE api_keys (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    name TEXT NOT NULL,
    user_id BLOB,
    permissions TEXT NOT NULL,
    allowed_ips TEXT NOT NULL,
    expires_at INTEGER,
    prefix TEXT NOT NULL,
    last_used_at INTEGER,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX api_keys_created_at ON api_keys (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX api_keys_updated_at ON api_keys (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX api_keys_owner ON api_keys (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX api_keys_unit ON api_keys (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX api_keys__prefix_key ON api_keys (prefix);
CREATE INDEX api_keys_user ON api_keys (user_id);

-- What a user proves who they are with. Never read by anything but sign-in.
CREATE TABLE credentials (
    user_id BLOB NOT NULL PRIMARY KEY,
    password_hash TEXT,
    totp_secret BLOB,
    totp_confirmed BOOLEAN NOT NULL,
    totp_last_step BIGINT,
    recovery_hashes TEXT NOT NULL,
    session_version BIGINT NOT NULL,
    updated_at INTEGER NOT NULL
);

CREATE TABLE api_key_secrets (
    api_key_id BLOB NOT NULL PRIMARY KEY,
    hash BLOB NOT NULL
);

-- One family of refresh tokens: a sign-in, until it ends.
CREATE TABLE sessions (
    id BLOB NOT NULL PRIMARY KEY,
    user_id BLOB NOT NULL,
    refresh_hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER,
    end_reason TEXT,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL
);
CREATE UNIQUE INDEX sessions__refresh_hash_key ON sessions (refresh_hash);
CREATE INDEX sessions_user ON sessions (user_id, created_at);

-- Refresh tokens that were used: one that comes back was copied.
CREATE TABLE spent_refresh_tokens (
    hash BLOB NOT NULL PRIMARY KEY,
    session_id BLOB NOT NULL
);
CREATE INDEX spent_refresh_tokens_session ON spent_refresh_tokens (session_id);

-- Failed sign-ins, by what they were counted under.
CREATE TABLE sign_in_failures (
    key TEXT NOT NULL PRIMARY KEY,
    count BIGINT NOT NULL,
    last_at INTEGER NOT NULL,
    forgiven_to INTEGER NOT NULL
);
CREATE INDEX sign_in_failures_last ON sign_in_failures (last_at);

-- Devices a user has signed in from before.
CREATE TABLE devices (
    id BLOB NOT NULL PRIMARY KEY,
    user_id BLOB NOT NULL,
    hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX devices__hash_key ON devices (hash);
CREATE INDEX devices_user ON devices (user_id, used_at);

-- Addresses mailed to users, by which they choose a password: one for each mail, until it is used or too old.
CREATE TABLE mailed_links (
    id BLOB NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    address TEXT,
    hash BLOB NOT NULL,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX mailed_links__hash_key ON mailed_links (hash);
CREATE INDEX mailed_links_subject ON mailed_links (subject_id, expires_at);
CREATE INDEX mailed_links_address ON mailed_links (address, expires_at) WHERE address IS NOT NULL;
CREATE INDEX mailed_links_expires ON mailed_links (expires_at);

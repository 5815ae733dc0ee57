CREATE TABLE customers (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    kind TEXT NOT NULL,
    given_name TEXT,
    family_name TEXT,
    organization_name TEXT,
    display_name TEXT NOT NULL,
    national_id TEXT,
    legal_id TEXT,
    birth_date DATE,
    gender TEXT,
    identifying_features TEXT,
    lifecycle_stage TEXT NOT NULL,
    province TEXT,
    city TEXT,
    district TEXT,
    country TEXT,
    interests TEXT NOT NULL,
    tags TEXT NOT NULL,
    tastes TEXT,
    tendencies TEXT,
    buying_habits TEXT,
    field_of_work TEXT,
    job_class TEXT,
    job_title TEXT,
    credit_class TEXT,
    access_class TEXT,
    customer_group TEXT,
    language TEXT NOT NULL,
    notes TEXT,
    marketer_id BLOB,
    referrer_id BLOB,
    liaison_id BLOB,
    account_team TEXT NOT NULL,
    contact_points TEXT NOT NULL,
    addresses TEXT NOT NULL,
    bank_accounts TEXT NOT NULL,
    completeness BIGINT NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX customers_created_at ON customers (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_updated_at ON customers (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_owner ON customers (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_unit ON customers (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE customers_search USING fts5 (search, content = 'customers', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER customers_search_insert AFTER INSERT ON customers BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('customers', new.rowid, NULL);
END;
CREATE TRIGGER customers_search_delete AFTER DELETE ON customers BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('customers', old.rowid, old.search);
END;
CREATE TRIGGER customers_search_update AFTER UPDATE OF search ON customers WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('customers', old.rowid, old.search);
END;
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
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    customer_id BLOB NOT NULL,
    PRIMARY KEY (kind, value, customer_id)
) WITHOUT ROWID;
CREATE INDEX customer_keys_customer ON customer_keys (customer_id);

CREATE TABLE relationships (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    from_id BLOB NOT NULL,
    to_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    from_date DATE,
    to_date DATE,
    notes TEXT,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX relationships_created_at ON relationships (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX relationships_updated_at ON relationships (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX relationships_owner ON relationships (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX relationships_unit ON relationships (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX relationships_from ON relationships (from_id, kind) WHERE deleted_at IS NULL;
CREATE INDEX relationships_to ON relationships (to_id, kind) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX relationships__to_id_key ON relationships (from_id, to_id, kind) WHERE deleted_at IS NULL AND to_date IS NULL;
CREATE TABLE groups (
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
    condition TEXT,
    kind TEXT NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX groups_created_at ON groups (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX groups_updated_at ON groups (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX groups_owner ON groups (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX groups_unit ON groups (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE groups_search USING fts5 (search, content = 'groups', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER groups_search_insert AFTER INSERT ON groups BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('groups', new.rowid, NULL);
END;
CREATE TRIGGER groups_search_delete AFTER DELETE ON groups BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('groups', old.rowid, old.search);
END;
CREATE TRIGGER groups_search_update AFTER UPDATE OF search ON groups WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('groups', old.rowid, old.search);
END;
CREATE UNIQUE INDEX groups__name_key ON groups (name) WHERE deleted_at IS NULL;
CREATE TABLE group_members (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    group_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX group_members_created_at ON group_members (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX group_members_updated_at ON group_members (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX group_members_owner ON group_members (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX group_members_unit ON group_members (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX group_members__customer_id_key ON group_members (group_id, customer_id) WHERE deleted_at IS NULL;
CREATE INDEX group_members_customer ON group_members (customer_id, group_id);

-- Who fits the condition of a group: kept in step by every write of a customer.
CREATE TABLE group_matches (
    group_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (group_id, customer_id)
) WITHOUT ROWID;
CREATE INDEX group_matches_customer ON group_matches (customer_id, since);

-- Which state of a group's condition is in force, and which one its members were last found by.
CREATE TABLE group_rules (
    group_id BLOB NOT NULL PRIMARY KEY,
    revision TEXT NOT NULL,
    built TEXT,
    built_at INTEGER
) WITHOUT ROWID;

-- Who joined and left a group, of either kind.
CREATE TABLE group_history (
    id BLOB NOT NULL PRIMARY KEY,
    group_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    event TEXT NOT NULL,
    cause TEXT NOT NULL,
    at INTEGER NOT NULL,
    actor_id BLOB
) WITHOUT ROWID;
CREATE INDEX group_history_group ON group_history (group_id, at, id);
CREATE INDEX group_history_customer ON group_history (customer_id, at);

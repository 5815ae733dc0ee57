CREATE TABLE templates (
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
    language TEXT NOT NULL,
    object TEXT,
    subject TEXT,
    body TEXT NOT NULL,
    page TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX templates_created_at ON templates (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX templates_updated_at ON templates (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX templates_owner ON templates (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX templates_unit ON templates (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX templates_name ON templates (name, id) WHERE deleted_at IS NULL;
CREATE INDEX templates_object ON templates (object, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE templates_search USING fts5 (search, content = 'templates', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER templates_search_insert AFTER INSERT ON templates BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('templates', new.rowid, NULL);
END;
CREATE TRIGGER templates_search_delete AFTER DELETE ON templates BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('templates', old.rowid, old.search);
END;
CREATE TRIGGER templates_search_update AFTER UPDATE OF search ON templates WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('templates', old.rowid, old.search);
END;

CREATE TABLE documents (
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
    tags TEXT NOT NULL,
    customer_id BLOB,
    links TEXT NOT NULL,
    media_type TEXT,
    size_bytes BIGINT,
    digest TEXT,
    content_version BIGINT NOT NULL,
    extraction TEXT NOT NULL,
    retention_until DATE,
    legal_hold BOOLEAN NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL DEFAULT '',
    deleted_at INTEGER
);
CREATE INDEX documents_created_at ON documents (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX documents_updated_at ON documents (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX documents_owner ON documents (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX documents_unit ON documents (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX documents_name ON documents (name, id) WHERE deleted_at IS NULL;
CREATE INDEX documents_customer ON documents (customer_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE documents_search USING fts5 (search, content = 'documents', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER documents_search_insert AFTER INSERT ON documents BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('documents', new.rowid, NULL);
END;
CREATE TRIGGER documents_search_delete AFTER DELETE ON documents BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('documents', old.rowid, old.search);
END;
CREATE TRIGGER documents_search_update AFTER UPDATE OF search ON documents WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('documents', old.rowid, old.search);
END;

-- Each content that a document ever had; the bytes are kept outside the database under content_id, which a restored version shares with
-- the one it was restored from.
CREATE TABLE document_versions (
    document_id BLOB NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    content_id BLOB NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    digest TEXT NOT NULL,
    restored_from BIGINT,
    created_at INTEGER NOT NULL,
    created_by BLOB,
    PRIMARY KEY (document_id, number)
) WITHOUT ROWID;
CREATE INDEX document_versions_content ON document_versions (content_id);

-- The text of the latest content, folded as searches are: put behind the name into the column that they look into.
CREATE TABLE document_texts (
    document_id BLOB NOT NULL PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    folded TEXT NOT NULL
);

-- The records that a document belongs to, its customer among them: by these a record finds its documents.
CREATE TABLE document_links (
    object TEXT NOT NULL,
    record_id BLOB NOT NULL,
    document_id BLOB NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    PRIMARY KEY (object, record_id, document_id)
) WITHOUT ROWID;
CREATE INDEX document_links_document ON document_links (document_id);

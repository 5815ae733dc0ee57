CREATE TABLE documents (
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
    tags jsonb NOT NULL,
    customer_id uuid,
    links jsonb NOT NULL,
    media_type text COLLATE "C",
    size_bytes bigint,
    digest text COLLATE "C",
    content_version bigint NOT NULL,
    extraction text NOT NULL,
    retention_until date,
    legal_hold boolean NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL DEFAULT '',
    deleted_at timestamptz
);
CREATE INDEX documents_created_at ON documents (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX documents_updated_at ON documents (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX documents_owner ON documents (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX documents_unit ON documents (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX documents_name ON documents (name, id) WHERE deleted_at IS NULL;
CREATE INDEX documents_customer ON documents (customer_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX documents_search ON documents USING gin (search gin_trgm_ops);

-- Each content that a document ever had; the bytes are kept outside the database under content_id, which a restored version shares with
-- the one it was restored from.
CREATE TABLE document_versions (
    document_id uuid NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    number bigint NOT NULL,
    content_id uuid NOT NULL,
    media_type text NOT NULL,
    size_bytes bigint NOT NULL,
    digest text NOT NULL,
    restored_from bigint,
    created_at timestamptz NOT NULL,
    created_by uuid,
    PRIMARY KEY (document_id, number)
);
CREATE INDEX document_versions_content ON document_versions (content_id);

-- The text of the latest content, folded as searches are: put behind the name into the column that they look into.
CREATE TABLE document_texts (
    document_id uuid NOT NULL PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    number bigint NOT NULL,
    folded text NOT NULL
);

-- The records that a document belongs to, its customer among them: by these a record finds its documents.
CREATE TABLE document_links (
    object text COLLATE "C" NOT NULL,
    record_id uuid NOT NULL,
    document_id uuid NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    PRIMARY KEY (object, record_id, document_id)
);
CREATE INDEX document_links_document ON document_links (document_id);

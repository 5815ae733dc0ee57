CREATE TABLE interactions (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    kind TEXT NOT NULL,
    channel TEXT NOT NULL,
    direction TEXT,
    customer_id BLOB,
    address TEXT,
    participant_ids TEXT NOT NULL,
    user_ids TEXT NOT NULL,
    other_participants TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    duration_seconds BIGINT,
    subject TEXT,
    body TEXT,
    keywords TEXT NOT NULL,
    outcome TEXT,
    result TEXT,
    recording_url TEXT,
    answers_id BLOB,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX interactions_created_at ON interactions (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX interactions_updated_at ON interactions (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX interactions_owner ON interactions (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX interactions_unit ON interactions (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE interactions_search USING fts5 (search, content = 'interactions', tokenize = 'trigram', detail = 'full');
CREATE TRIGGER interactions_search_insert AFTER INSERT ON interactions BEGIN
    INSERT INTO interactions_search (rowid, search) VALUES (new.rowid, new.search);
END;
CREATE TRIGGER interactions_search_delete AFTER DELETE ON interactions BEGIN
    INSERT INTO interactions_search (interactions_search, rowid, search) VALUES ('delete', old.rowid, old.search);
END;
CREATE TRIGGER interactions_search_update AFTER UPDATE OF search ON interactions WHEN old.search <> new.search BEGIN
    INSERT INTO interactions_search (interactions_search, rowid, search) VALUES ('delete', old.rowid, old.search);
    INSERT INTO interactions_search (rowid, search) VALUES (new.rowid, new.search);
END;
CREATE INDEX interactions_started_at ON interactions (started_at, id) WHERE deleted_at IS NULL;
CREATE INDEX interactions_customer ON interactions (customer_id, started_at, id) WHERE deleted_at IS NULL;
CREATE INDEX interactions_answers ON interactions (answers_id);

-- Which customers took part in an interaction, in the order of time: a timeline reads it.
CREATE TABLE interaction_parties (
    customer_id BLOB NOT NULL,
    started_at INTEGER NOT NULL,
    interaction_id BLOB NOT NULL,
    PRIMARY KEY (customer_id, started_at, interaction_id)
) WITHOUT ROWID;
CREATE INDEX interaction_parties_interaction ON interaction_parties (interaction_id);

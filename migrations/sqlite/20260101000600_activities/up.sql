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
CREATE VIRTUAL TABLE interactions_search USING fts5 (search, content = 'interactions', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER interactions_search_insert AFTER INSERT ON interactions BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('interactions', new.rowid, NULL);
END;
CREATE TRIGGER interactions_search_delete AFTER DELETE ON interactions BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('interactions', old.rowid, old.search);
END;
CREATE TRIGGER interactions_search_update AFTER UPDATE OF search ON interactions WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('interactions', old.rowid, old.search);
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

CREATE TABLE tasks (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    title TEXT NOT NULL,
    description TEXT,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    priority TEXT NOT NULL,
    customer_id BLOB,
    interaction_id BLOB,
    team_id BLOB,
    due_at INTEGER,
    snoozed_until INTEGER,
    recurrence TEXT,
    time_zone TEXT NOT NULL,
    checklist TEXT NOT NULL,
    depends_on_ids TEXT NOT NULL,
    escalate_to_id BLOB,
    escalate_after_minutes BIGINT,
    escalated_at INTEGER,
    completed_at INTEGER,
    series_started_at INTEGER,
    next_id BLOB,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX tasks_created_at ON tasks (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_updated_at ON tasks (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_owner ON tasks (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_unit ON tasks (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE tasks_search USING fts5 (search, content = 'tasks', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER tasks_search_insert AFTER INSERT ON tasks BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('tasks', new.rowid, NULL);
END;
CREATE TRIGGER tasks_search_delete AFTER DELETE ON tasks BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('tasks', old.rowid, old.search);
END;
CREATE TRIGGER tasks_search_update AFTER UPDATE OF search ON tasks WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('tasks', old.rowid, old.search);
END;
CREATE INDEX tasks_due ON tasks (due_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_customer ON tasks (customer_id, due_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_timeline ON tasks (customer_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_status ON tasks (status, due_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_team ON tasks (team_id, due_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_late ON tasks (due_at) WHERE deleted_at IS NULL AND escalate_to_id IS NOT NULL AND escalated_at IS NULL AND status IN ('open', 'in_progress');

-- What refers to a customer moves in the trash too when customers are merged: few records, to be found without a look at all of them.
CREATE INDEX interactions_trash ON interactions (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX tasks_trash ON tasks (deleted_at) WHERE deleted_at IS NOT NULL;

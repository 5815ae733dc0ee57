CREATE TABLE calendars (
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
    time_zone TEXT NOT NULL,
    alarms BOOLEAN NOT NULL,
    alarm_minutes BIGINT NOT NULL,
    renewed_at INTEGER,
    last_used_at INTEGER,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX calendars_created_at ON calendars (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX calendars_updated_at ON calendars (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX calendars_owner ON calendars (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX calendars_unit ON calendars (unit_id, updated_at, id) WHERE deleted_at IS NULL;

-- What a feed's address is compared by. Never read by anything but the feed.
CREATE TABLE calendar_secrets (
    calendar_id BLOB NOT NULL PRIMARY KEY,
    hash BLOB NOT NULL
);
CREATE INDEX interactions_appointments ON interactions (started_at, id) WHERE deleted_at IS NULL AND channel IN ('meeting', 'visit');
CREATE INDEX tasks_snoozed ON tasks (snoozed_until, id) WHERE deleted_at IS NULL AND snoozed_until IS NOT NULL;

-- What users are told of as it happens, each row to one of them, in the order of (tx, seq) as the change log has it. `moment` is what a
-- reminder is about: nobody is reminded of it twice.
CREATE TABLE notifications (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    tx BIGINT NOT NULL DEFAULT 0,
    id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    object TEXT NOT NULL,
    record_id BLOB NOT NULL,
    moment INTEGER,
    created_at INTEGER NOT NULL
);
CREATE INDEX notifications_user ON notifications (user_id, tx, seq);
CREATE INDEX notifications_order ON notifications (tx, seq);
CREATE INDEX notifications_created_at ON notifications (created_at, seq);
CREATE UNIQUE INDEX notifications__moment_key ON notifications (record_id, moment, user_id) WHERE moment IS NOT NULL;

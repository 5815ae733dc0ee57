CREATE TABLE calendars (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    name text COLLATE "C" NOT NULL,
    user_id uuid,
    time_zone text COLLATE "C" NOT NULL,
    alarms boolean NOT NULL,
    alarm_minutes bigint NOT NULL,
    renewed_at timestamptz,
    last_used_at timestamptz,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX calendars_created_at ON calendars (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX calendars_updated_at ON calendars (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX calendars_owner ON calendars (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX calendars_unit ON calendars (unit_id, updated_at, id) WHERE deleted_at IS NULL;

-- What a feed's address is compared by. Never read by anything but the feed.
CREATE TABLE calendar_secrets (
    calendar_id uuid NOT NULL PRIMARY KEY,
    hash bytea NOT NULL
);
CREATE INDEX interactions_appointments ON interactions (started_at, id) WHERE deleted_at IS NULL AND channel IN ('meeting', 'visit');
CREATE INDEX tasks_snoozed ON tasks (snoozed_until, id) WHERE deleted_at IS NULL AND snoozed_until IS NOT NULL;

-- What users are told of as it happens, each row to one of them, in the order of (tx, seq) as the change log has it. `moment` is what a
-- reminder is about: nobody is reminded of it twice.
CREATE TABLE notifications (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tx bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    kind text NOT NULL,
    object text NOT NULL,
    record_id uuid NOT NULL,
    moment timestamptz,
    created_at timestamptz NOT NULL
);
CREATE INDEX notifications_user ON notifications (user_id, tx, seq);
CREATE INDEX notifications_order ON notifications (tx, seq);
CREATE INDEX notifications_created_at ON notifications (created_at, seq);
CREATE UNIQUE INDEX notifications__moment_key ON notifications (record_id, moment, user_id) WHERE moment IS NOT NULL;

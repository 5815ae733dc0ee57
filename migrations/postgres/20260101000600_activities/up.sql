CREATE TABLE interactions (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    kind text COLLATE "C" NOT NULL,
    channel text COLLATE "C" NOT NULL,
    direction text COLLATE "C",
    customer_id uuid,
    address text COLLATE "C",
    participant_ids jsonb NOT NULL,
    user_ids jsonb NOT NULL,
    other_participants jsonb NOT NULL,
    started_at timestamptz NOT NULL,
    duration_seconds bigint,
    subject text COLLATE "C",
    body text COLLATE "C",
    keywords jsonb NOT NULL,
    outcome text COLLATE "C",
    result text COLLATE "C",
    recording_url text COLLATE "C",
    answers_id uuid,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX interactions_created_at ON interactions (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX interactions_updated_at ON interactions (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX interactions_owner ON interactions (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX interactions_unit ON interactions (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX interactions_search ON interactions USING gin (search gin_trgm_ops);
CREATE INDEX interactions_started_at ON interactions (started_at, id) WHERE deleted_at IS NULL;
CREATE INDEX interactions_customer ON interactions (customer_id, started_at, id) WHERE deleted_at IS NULL;
CREATE INDEX interactions_answers ON interactions (answers_id);

-- Which customers took part in an interaction, in the order of time: a timeline reads it.
CREATE TABLE interaction_parties (
    customer_id uuid NOT NULL,
    started_at timestamptz NOT NULL,
    interaction_id uuid NOT NULL,
    PRIMARY KEY (customer_id, started_at, interaction_id)
);
CREATE INDEX interaction_parties_interaction ON interaction_parties (interaction_id);

CREATE TABLE tasks (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    title text COLLATE "C" NOT NULL,
    description text COLLATE "C",
    kind text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    priority text COLLATE "C" NOT NULL,
    customer_id uuid,
    interaction_id uuid,
    team_id uuid,
    due_at timestamptz,
    snoozed_until timestamptz,
    recurrence text COLLATE "C",
    time_zone text COLLATE "C" NOT NULL,
    checklist jsonb NOT NULL,
    depends_on_ids jsonb NOT NULL,
    escalate_to_id uuid,
    escalate_after_minutes bigint,
    escalated_at timestamptz,
    completed_at timestamptz,
    series_started_at timestamptz,
    next_id uuid,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX tasks_created_at ON tasks (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_updated_at ON tasks (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_owner ON tasks (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_unit ON tasks (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_search ON tasks USING gin (search gin_trgm_ops);
CREATE INDEX tasks_due ON tasks (due_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_customer ON tasks (customer_id, due_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_timeline ON tasks (customer_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_status ON tasks (status, due_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_team ON tasks (team_id, due_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_late ON tasks (due_at) WHERE deleted_at IS NULL AND escalate_to_id IS NOT NULL AND escalated_at IS NULL AND status IN ('open', 'in_progress');

-- What refers to a customer moves in the trash too when customers are merged: few records, to be found without a look at all of them.
CREATE INDEX interactions_trash ON interactions (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX tasks_trash ON tasks (deleted_at) WHERE deleted_at IS NOT NULL;

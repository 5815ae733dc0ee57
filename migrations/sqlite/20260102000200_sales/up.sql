CREATE TABLE pipelines (
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
    template TEXT,
    is_default BOOLEAN NOT NULL,
    going_back TEXT NOT NULL,
    reopen_within_days BIGINT,
    stuck_after_days BIGINT,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX pipelines_created_at ON pipelines (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX pipelines_updated_at ON pipelines (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX pipelines_owner ON pipelines (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX pipelines_unit ON pipelines (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX pipelines_name ON pipelines (name, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE pipelines_search USING fts5 (search, content = 'pipelines', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER pipelines_search_insert AFTER INSERT ON pipelines BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('pipelines', new.rowid, NULL);
END;
CREATE TRIGGER pipelines_search_delete AFTER DELETE ON pipelines BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('pipelines', old.rowid, old.search);
END;
CREATE TRIGGER pipelines_search_update AFTER UPDATE OF search ON pipelines WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('pipelines', old.rowid, old.search);
END;

CREATE TABLE stages (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    pipeline_id BLOB NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    position BIGINT NOT NULL,
    probability BIGINT NOT NULL,
    forecast_category TEXT NOT NULL,
    required_fields TEXT NOT NULL,
    checklist TEXT NOT NULL,
    guidance_en TEXT,
    guidance_fa TEXT,
    exit_condition TEXT,
    allowed_next_ids TEXT NOT NULL,
    time_limit_seconds BIGINT,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX stages_created_at ON stages (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stages_updated_at ON stages (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stages_owner ON stages (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stages_unit ON stages (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stages_name ON stages (name, id) WHERE deleted_at IS NULL;
CREATE INDEX stages_position ON stages (position, id) WHERE deleted_at IS NULL;
CREATE INDEX stages_pipeline ON stages (pipeline_id, position) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE stages_search USING fts5 (search, content = 'stages', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER stages_search_insert AFTER INSERT ON stages BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('stages', new.rowid, NULL);
END;
CREATE TRIGGER stages_search_delete AFTER DELETE ON stages BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('stages', old.rowid, old.search);
END;
CREATE TRIGGER stages_search_update AFTER UPDATE OF search ON stages WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('stages', old.rowid, old.search);
END;

CREATE TABLE competitors (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    name TEXT NOT NULL,
    website TEXT,
    threat TEXT NOT NULL,
    strengths TEXT NOT NULL,
    weaknesses TEXT NOT NULL,
    prices TEXT NOT NULL,
    how_to_win TEXT,
    notes TEXT,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX competitors_created_at ON competitors (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX competitors_updated_at ON competitors (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX competitors_owner ON competitors (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX competitors_unit ON competitors (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX competitors_name ON competitors (name, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE competitors_search USING fts5 (search, content = 'competitors', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER competitors_search_insert AFTER INSERT ON competitors BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('competitors', new.rowid, NULL);
END;
CREATE TRIGGER competitors_search_delete AFTER DELETE ON competitors BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('competitors', old.rowid, old.search);
END;
CREATE TRIGGER competitors_search_update AFTER UPDATE OF search ON competitors WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('competitors', old.rowid, old.search);
END;

CREATE TABLE opportunities (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    name TEXT NOT NULL,
    customer_id BLOB NOT NULL,
    pipeline_id BLOB NOT NULL,
    stage_id BLOB NOT NULL,
    status TEXT NOT NULL,
    kind TEXT NOT NULL,
    lines TEXT NOT NULL,
    amount TEXT,
    close_date DATE,
    started_on DATE,
    own_probability BIGINT,
    own_forecast_category TEXT,
    next_step TEXT,
    next_step_on DATE,
    description TEXT,
    source TEXT,
    campaign TEXT,
    partner_id BLOB,
    competitor_ids TEXT NOT NULL,
    team TEXT NOT NULL,
    checklist_done TEXT NOT NULL,
    close_reason TEXT,
    close_note TEXT,
    lost_to_id BLOB,
    probability BIGINT NOT NULL,
    forecast_category TEXT NOT NULL,
    stage_entered_at INTEGER,
    stage_due_at INTEGER,
    stage_note TEXT,
    closed_at INTEGER,
    close_date_moves BIGINT NOT NULL,
    close_dates TEXT NOT NULL,
    stuck_at INTEGER,
    slipping_at INTEGER,
    accepted_quote_id BLOB,
    order_id BLOB,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    amount_units BIGINT,
    amount_micros BIGINT,
    amount_currency TEXT,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX opportunities_created_at ON opportunities (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunities_updated_at ON opportunities (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunities_owner ON opportunities (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunities_unit ON opportunities (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunities_name ON opportunities (name, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunities_close_date ON opportunities (close_date, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunities_amount ON opportunities (amount_currency, amount_units, amount_micros, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunities_customer ON opportunities (customer_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunities_partner ON opportunities (partner_id) WHERE deleted_at IS NULL;
-- The board: the open deals of a pipeline by stage, each with what is added up.
CREATE INDEX opportunities_board ON opportunities (pipeline_id, status, stage_id, close_date, id, probability, amount_currency, amount_units, amount_micros, owner_id, unit_id) WHERE deleted_at IS NULL;
-- Forecasts: what closes in a period, each with what tells it apart and what is added up.
CREATE INDEX opportunities_forecast ON opportunities (close_date, status, forecast_category, amount_currency, probability, unit_id, owner_id, pipeline_id, amount_units, amount_micros, customer_id, id) WHERE deleted_at IS NULL;
-- What was won by whom and in which unit: what quotas are held against.
CREATE INDEX opportunities_won ON opportunities (owner_id, close_date, amount_currency, unit_id, pipeline_id, amount_units, amount_micros, customer_id, id) WHERE deleted_at IS NULL AND status = 'won';
CREATE INDEX opportunities_won_unit ON opportunities (unit_id, close_date, amount_currency, owner_id, pipeline_id, amount_units, amount_micros, customer_id, id) WHERE deleted_at IS NULL AND status = 'won';
CREATE INDEX opportunities_stage ON opportunities (stage_id) WHERE deleted_at IS NULL;
-- Deals that a job looks for: too long in their stage, or open behind their closing day.
CREATE INDEX opportunities_stuck ON opportunities (stage_due_at) WHERE deleted_at IS NULL AND status = 'open' AND stuck_at IS NULL;
CREATE INDEX opportunities_slipping ON opportunities (close_date) WHERE deleted_at IS NULL AND status = 'open' AND slipping_at IS NULL;
-- What refers to a customer moves in the trash too when customers are merged.
CREATE INDEX opportunities_trash ON opportunities (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE VIRTUAL TABLE opportunities_search USING fts5 (search, content = 'opportunities', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER opportunities_search_insert AFTER INSERT ON opportunities BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('opportunities', new.rowid, NULL);
END;
CREATE TRIGGER opportunities_search_delete AFTER DELETE ON opportunities BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('opportunities', old.rowid, old.search);
END;
CREATE TRIGGER opportunities_search_update AFTER UPDATE OF search ON opportunities WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('opportunities', old.rowid, old.search);
END;

-- Where deals were: one row for each stay in a stage, open while it lasts.
CREATE TABLE opportunity_stages (
    id BLOB NOT NULL,
    opportunity_id BLOB NOT NULL,
    pipeline_id BLOB NOT NULL,
    stage_id BLOB NOT NULL,
    from_stage_id BLOB,
    entered_at INTEGER NOT NULL,
    entered_by BLOB,
    left_at INTEGER,
    left_by BLOB,
    elapsed_seconds BIGINT,
    working_seconds BIGINT,
    note TEXT,
    PRIMARY KEY (id)
) WITHOUT ROWID;
CREATE INDEX opportunity_stages_opportunity ON opportunity_stages (opportunity_id, entered_at, id);
CREATE INDEX opportunity_stages_stage ON opportunity_stages (stage_id, left_at);

-- Who competes for which deal: what win rates are counted over.
CREATE TABLE opportunity_competitors (
    competitor_id BLOB NOT NULL,
    opportunity_id BLOB NOT NULL,
    PRIMARY KEY (competitor_id, opportunity_id)
) WITHOUT ROWID;
CREATE INDEX opportunity_competitors_opportunity ON opportunity_competitors (opportunity_id);

CREATE TABLE opportunity_contacts (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    opportunity_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    role TEXT NOT NULL,
    is_primary BOOLEAN NOT NULL,
    notes TEXT,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX opportunity_contacts_created_at ON opportunity_contacts (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunity_contacts_updated_at ON opportunity_contacts (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunity_contacts_owner ON opportunity_contacts (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunity_contacts_unit ON opportunity_contacts (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunity_contacts_opportunity ON opportunity_contacts (opportunity_id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX opportunity_contacts__customer_id_key ON opportunity_contacts (opportunity_id, role, customer_id) WHERE deleted_at IS NULL;
CREATE INDEX opportunity_contacts_customer ON opportunity_contacts (customer_id) WHERE deleted_at IS NULL;

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
    product_id BLOB,
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
    lead_id BLOB,
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
CREATE INDEX opportunities_product ON opportunities (product_id) WHERE deleted_at IS NULL;
CREATE INDEX opportunities_lead ON opportunities (lead_id) WHERE deleted_at IS NULL;
-- What became of deals: all that results are counted and added up by.
CREATE INDEX opportunities_results ON opportunities (close_date, status, owner_id, unit_id, product_id, pipeline_id, customer_id, amount_currency, amount_units, amount_micros, started_on, id) WHERE deleted_at IS NULL;
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

CREATE TABLE leads (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    display_name TEXT NOT NULL,
    given_name TEXT,
    family_name TEXT,
    organization_name TEXT,
    job_title TEXT,
    contact_points TEXT NOT NULL,
    province TEXT,
    city TEXT,
    country TEXT,
    channel TEXT NOT NULL,
    source TEXT,
    campaign TEXT,
    partner_id BLOB,
    interests TEXT NOT NULL,
    message TEXT,
    amount TEXT,
    needs_skills TEXT NOT NULL,
    auto_assign BOOLEAN NOT NULL,
    assigned_by_id BLOB,
    assigned_at INTEGER,
    status TEXT NOT NULL,
    score BIGINT NOT NULL,
    score_parts TEXT NOT NULL,
    nurture_until DATE,
    disqualify_reason TEXT,
    status_note TEXT,
    recycled BIGINT NOT NULL,
    converted_at INTEGER,
    customer_id BLOB,
    contact_id BLOB,
    opportunity_id BLOB,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    amount_units BIGINT,
    amount_micros BIGINT,
    amount_currency TEXT,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX leads_created_at ON leads (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX leads_updated_at ON leads (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX leads_owner ON leads (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX leads_unit ON leads (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX leads_display_name ON leads (display_name, id) WHERE deleted_at IS NULL;
CREATE INDEX leads_score ON leads (score, id) WHERE deleted_at IS NULL;
CREATE INDEX leads_load ON leads (owner_id, status) WHERE deleted_at IS NULL;
CREATE INDEX leads_ripe ON leads (nurture_until) WHERE deleted_at IS NULL AND status = 'nurturing';
CREATE INDEX leads_customer ON leads (customer_id) WHERE deleted_at IS NULL;
CREATE INDEX leads_contact ON leads (contact_id) WHERE deleted_at IS NULL;
CREATE INDEX leads_partner ON leads (partner_id) WHERE deleted_at IS NULL;
-- What refers to a customer moves in the trash too when customers are merged.
CREATE INDEX leads_trash ON leads (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE VIRTUAL TABLE leads_search USING fts5 (search, content = 'leads', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER leads_search_insert AFTER INSERT ON leads BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('leads', new.rowid, NULL);
END;
CREATE TRIGGER leads_search_delete AFTER DELETE ON leads BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('leads', old.rowid, old.search);
END;
CREATE TRIGGER leads_search_update AFTER UPDATE OF search ON leads WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('leads', old.rowid, old.search);
END;

-- Telephone numbers and email addresses by which a lead is found.
CREATE TABLE lead_keys (
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    lead_id BLOB NOT NULL,
    PRIMARY KEY (kind, value, lead_id)
) WITHOUT ROWID;
CREATE INDEX lead_keys_lead ON lead_keys (lead_id);

CREATE TABLE scoring_rules (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    name TEXT NOT NULL,
    condition TEXT NOT NULL,
    points BIGINT NOT NULL,
    active BOOLEAN NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX scoring_rules_created_at ON scoring_rules (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX scoring_rules_updated_at ON scoring_rules (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX scoring_rules_owner ON scoring_rules (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX scoring_rules_unit ON scoring_rules (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX scoring_rules_name ON scoring_rules (name, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE scoring_rules_search USING fts5 (search, content = 'scoring_rules', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER scoring_rules_search_insert AFTER INSERT ON scoring_rules BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('scoring_rules', new.rowid, NULL);
END;
CREATE TRIGGER scoring_rules_search_delete AFTER DELETE ON scoring_rules BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('scoring_rules', old.rowid, old.search);
END;
CREATE TRIGGER scoring_rules_search_update AFTER UPDATE OF search ON scoring_rules WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('scoring_rules', old.rowid, old.search);
END;

CREATE TABLE assignment_rules (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    name TEXT NOT NULL,
    position BIGINT NOT NULL,
    condition TEXT,
    strategy TEXT NOT NULL,
    candidates TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX assignment_rules_created_at ON assignment_rules (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX assignment_rules_updated_at ON assignment_rules (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX assignment_rules_owner ON assignment_rules (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX assignment_rules_unit ON assignment_rules (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX assignment_rules_name ON assignment_rules (name, id) WHERE deleted_at IS NULL;
CREATE INDEX assignment_rules_position ON assignment_rules (position, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE assignment_rules_search USING fts5 (search, content = 'assignment_rules', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER assignment_rules_search_insert AFTER INSERT ON assignment_rules BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('assignment_rules', new.rowid, NULL);
END;
CREATE TRIGGER assignment_rules_search_delete AFTER DELETE ON assignment_rules BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('assignment_rules', old.rowid, old.search);
END;
CREATE TRIGGER assignment_rules_search_update AFTER UPDATE OF search ON assignment_rules WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('assignment_rules', old.rowid, old.search);
END;

CREATE TABLE market_notes (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    region TEXT,
    from_date DATE NOT NULL,
    to_date DATE,
    source TEXT,
    competitor_id BLOB,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX market_notes_created_at ON market_notes (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX market_notes_updated_at ON market_notes (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX market_notes_owner ON market_notes (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX market_notes_unit ON market_notes (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX market_notes_title ON market_notes (title, id) WHERE deleted_at IS NULL;
CREATE INDEX market_notes_from_date ON market_notes (from_date, id) WHERE deleted_at IS NULL;
CREATE INDEX market_notes_region ON market_notes (region, id) WHERE deleted_at IS NULL;
CREATE INDEX market_notes_competitor ON market_notes (competitor_id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE market_notes_search USING fts5 (search, content = 'market_notes', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER market_notes_search_insert AFTER INSERT ON market_notes BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('market_notes', new.rowid, NULL);
END;
CREATE TRIGGER market_notes_search_delete AFTER DELETE ON market_notes BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('market_notes', old.rowid, old.search);
END;
CREATE TRIGGER market_notes_search_update AFTER UPDATE OF search ON market_notes WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('market_notes', old.rowid, old.search);
END;

-- Who got a lead last by a rule.
CREATE TABLE assignment_turns (
    rule_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    taken_at INTEGER NOT NULL,
    PRIMARY KEY (rule_id)
) WITHOUT ROWID;

CREATE TABLE market_indicators (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    indicator TEXT NOT NULL,
    region TEXT,
    from_date DATE NOT NULL,
    to_date DATE NOT NULL,
    value TEXT NOT NULL,
    unit TEXT,
    source TEXT,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX market_indicators_created_at ON market_indicators (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX market_indicators_updated_at ON market_indicators (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX market_indicators_owner ON market_indicators (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX market_indicators_unit ON market_indicators (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX market_indicators_indicator ON market_indicators (indicator, id) WHERE deleted_at IS NULL;
CREATE INDEX market_indicators_region ON market_indicators (region, id) WHERE deleted_at IS NULL;
CREATE INDEX market_indicators_from_date ON market_indicators (from_date, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE market_indicators_search USING fts5 (search, content = 'market_indicators', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER market_indicators_search_insert AFTER INSERT ON market_indicators BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('market_indicators', new.rowid, NULL);
END;
CREATE TRIGGER market_indicators_search_delete AFTER DELETE ON market_indicators BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('market_indicators', old.rowid, old.search);
END;
CREATE TRIGGER market_indicators_search_update AFTER UPDATE OF search ON market_indicators WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('market_indicators', old.rowid, old.search);
END;

CREATE TABLE account_plans (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    customer_id BLOB NOT NULL,
    name TEXT NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    status TEXT NOT NULL,
    revenue_target TEXT,
    objectives TEXT NOT NULL,
    strengths TEXT,
    weaknesses TEXT,
    chances TEXT,
    risks TEXT,
    strategy TEXT,
    progress BIGINT,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    revenue_target_units BIGINT,
    revenue_target_micros BIGINT,
    revenue_target_currency TEXT,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX account_plans_created_at ON account_plans (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX account_plans_updated_at ON account_plans (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX account_plans_owner ON account_plans (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX account_plans_unit ON account_plans (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX account_plans_customer ON account_plans (customer_id, starts_on, id) WHERE deleted_at IS NULL;
CREATE INDEX account_plans_name ON account_plans (name, id) WHERE deleted_at IS NULL;
CREATE INDEX account_plans_starts_on ON account_plans (starts_on, id) WHERE deleted_at IS NULL;
CREATE INDEX account_plans_ends_on ON account_plans (ends_on, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE account_plans_search USING fts5 (search, content = 'account_plans', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER account_plans_search_insert AFTER INSERT ON account_plans BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('account_plans', new.rowid, NULL);
END;
CREATE TRIGGER account_plans_search_delete AFTER DELETE ON account_plans BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('account_plans', old.rowid, old.search);
END;
CREATE TRIGGER account_plans_search_update AFTER UPDATE OF search ON account_plans WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('account_plans', old.rowid, old.search);
END;

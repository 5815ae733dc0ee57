CREATE TABLE pipelines (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    name text COLLATE "C" NOT NULL,
    description text COLLATE "C",
    template text COLLATE "C",
    is_default boolean NOT NULL,
    going_back text COLLATE "C" NOT NULL,
    reopen_within_days bigint,
    stuck_after_days bigint,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX pipelines_created_at ON pipelines (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX pipelines_updated_at ON pipelines (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX pipelines_owner ON pipelines (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX pipelines_unit ON pipelines (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX pipelines_name ON pipelines (name, id) WHERE deleted_at IS NULL;
CREATE INDEX pipelines_search ON pipelines USING gin (search gin_trgm_ops);

CREATE TABLE stages (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    pipeline_id uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    probability bigint NOT NULL,
    forecast_category text COLLATE "C" NOT NULL,
    required_fields jsonb NOT NULL,
    checklist jsonb NOT NULL,
    guidance_en text COLLATE "C",
    guidance_fa text COLLATE "C",
    exit_condition text COLLATE "C",
    allowed_next_ids jsonb NOT NULL,
    time_limit_seconds bigint,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX stages_created_at ON stages (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stages_updated_at ON stages (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stages_owner ON stages (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stages_unit ON stages (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stages_name ON stages (name, id) WHERE deleted_at IS NULL;
CREATE INDEX stages_position ON stages (position, id) WHERE deleted_at IS NULL;
CREATE INDEX stages_pipeline ON stages (pipeline_id, position) WHERE deleted_at IS NULL;
CREATE INDEX stages_search ON stages USING gin (search gin_trgm_ops);

CREATE TABLE competitors (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    name text COLLATE "C" NOT NULL,
    website text COLLATE "C",
    threat text COLLATE "C" NOT NULL,
    strengths jsonb NOT NULL,
    weaknesses jsonb NOT NULL,
    prices jsonb NOT NULL,
    how_to_win text COLLATE "C",
    notes text COLLATE "C",
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX competitors_created_at ON competitors (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX competitors_updated_at ON competitors (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX competitors_owner ON competitors (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX competitors_unit ON competitors (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX competitors_name ON competitors (name, id) WHERE deleted_at IS NULL;
CREATE INDEX competitors_search ON competitors USING gin (search gin_trgm_ops);

CREATE TABLE opportunities (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    name text COLLATE "C" NOT NULL,
    customer_id uuid NOT NULL,
    pipeline_id uuid NOT NULL,
    stage_id uuid NOT NULL,
    status text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    lines jsonb NOT NULL,
    amount jsonb,
    product_id uuid,
    close_date date,
    started_on date,
    own_probability bigint,
    own_forecast_category text COLLATE "C",
    next_step text COLLATE "C",
    next_step_on date,
    description text COLLATE "C",
    source text COLLATE "C",
    campaign text COLLATE "C",
    partner_id uuid,
    competitor_ids jsonb NOT NULL,
    team jsonb NOT NULL,
    checklist_done jsonb NOT NULL,
    close_reason text COLLATE "C",
    close_note text COLLATE "C",
    lost_to_id uuid,
    lead_id uuid,
    probability bigint NOT NULL,
    forecast_category text COLLATE "C" NOT NULL,
    stage_entered_at timestamptz,
    stage_due_at timestamptz,
    stage_note text COLLATE "C",
    closed_at timestamptz,
    close_date_moves bigint NOT NULL,
    close_dates jsonb NOT NULL,
    stuck_at timestamptz,
    slipping_at timestamptz,
    accepted_quote_id uuid,
    order_id uuid,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    amount_units bigint,
    amount_micros bigint,
    amount_currency text COLLATE "C",
    search text NOT NULL,
    deleted_at timestamptz
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
CREATE INDEX opportunities_search ON opportunities USING gin (search gin_trgm_ops);

-- Where deals were: one row for each stay in a stage, open while it lasts.
CREATE TABLE opportunity_stages (
    id uuid NOT NULL,
    opportunity_id uuid NOT NULL,
    pipeline_id uuid NOT NULL,
    stage_id uuid NOT NULL,
    from_stage_id uuid,
    entered_at timestamptz NOT NULL,
    entered_by uuid,
    left_at timestamptz,
    left_by uuid,
    elapsed_seconds bigint,
    working_seconds bigint,
    note text COLLATE "C",
    PRIMARY KEY (id)
);
CREATE INDEX opportunity_stages_opportunity ON opportunity_stages (opportunity_id, entered_at, id);
CREATE INDEX opportunity_stages_stage ON opportunity_stages (stage_id, left_at);

-- Who competes for which deal: what win rates are counted over.
CREATE TABLE opportunity_competitors (
    competitor_id uuid NOT NULL,
    opportunity_id uuid NOT NULL,
    PRIMARY KEY (competitor_id, opportunity_id)
);
CREATE INDEX opportunity_competitors_opportunity ON opportunity_competitors (opportunity_id);

CREATE TABLE opportunity_contacts (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    opportunity_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    role text COLLATE "C" NOT NULL,
    is_primary boolean NOT NULL,
    notes text COLLATE "C",
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX opportunity_contacts_created_at ON opportunity_contacts (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunity_contacts_updated_at ON opportunity_contacts (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunity_contacts_owner ON opportunity_contacts (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunity_contacts_unit ON opportunity_contacts (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunity_contacts_opportunity ON opportunity_contacts (opportunity_id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX opportunity_contacts__customer_id_key ON opportunity_contacts (opportunity_id, role, customer_id) WHERE deleted_at IS NULL;
CREATE INDEX opportunity_contacts_customer ON opportunity_contacts (customer_id) WHERE deleted_at IS NULL;

CREATE TABLE leads (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    display_name text COLLATE "C" NOT NULL,
    given_name text COLLATE "C",
    family_name text COLLATE "C",
    organization_name text COLLATE "C",
    job_title text COLLATE "C",
    contact_points jsonb NOT NULL,
    province text COLLATE "C",
    city text COLLATE "C",
    country text COLLATE "C",
    channel text COLLATE "C" NOT NULL,
    source text COLLATE "C",
    campaign text COLLATE "C",
    partner_id uuid,
    interests jsonb NOT NULL,
    message text COLLATE "C",
    amount jsonb,
    needs_skills jsonb NOT NULL,
    auto_assign boolean NOT NULL,
    assigned_by_id uuid,
    assigned_at timestamptz,
    status text COLLATE "C" NOT NULL,
    score bigint NOT NULL,
    score_parts jsonb NOT NULL,
    nurture_until date,
    disqualify_reason text COLLATE "C",
    status_note text COLLATE "C",
    recycled bigint NOT NULL,
    converted_at timestamptz,
    customer_id uuid,
    contact_id uuid,
    opportunity_id uuid,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    amount_units bigint,
    amount_micros bigint,
    amount_currency text COLLATE "C",
    search text NOT NULL,
    deleted_at timestamptz
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
CREATE INDEX leads_search ON leads USING gin (search gin_trgm_ops);

-- Telephone numbers and email addresses by which a lead is found.
CREATE TABLE lead_keys (
    kind text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    lead_id uuid NOT NULL,
    PRIMARY KEY (kind, value, lead_id)
);
CREATE INDEX lead_keys_lead ON lead_keys (lead_id);

CREATE TABLE scoring_rules (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    name text COLLATE "C" NOT NULL,
    condition text COLLATE "C" NOT NULL,
    points bigint NOT NULL,
    active boolean NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX scoring_rules_created_at ON scoring_rules (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX scoring_rules_updated_at ON scoring_rules (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX scoring_rules_owner ON scoring_rules (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX scoring_rules_unit ON scoring_rules (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX scoring_rules_name ON scoring_rules (name, id) WHERE deleted_at IS NULL;
CREATE INDEX scoring_rules_search ON scoring_rules USING gin (search gin_trgm_ops);

CREATE TABLE assignment_rules (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    name text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    condition text COLLATE "C",
    strategy text COLLATE "C" NOT NULL,
    candidates jsonb NOT NULL,
    active boolean NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX assignment_rules_created_at ON assignment_rules (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX assignment_rules_updated_at ON assignment_rules (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX assignment_rules_owner ON assignment_rules (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX assignment_rules_unit ON assignment_rules (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX assignment_rules_name ON assignment_rules (name, id) WHERE deleted_at IS NULL;
CREATE INDEX assignment_rules_position ON assignment_rules (position, id) WHERE deleted_at IS NULL;
CREATE INDEX assignment_rules_search ON assignment_rules USING gin (search gin_trgm_ops);

CREATE TABLE market_notes (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    title text COLLATE "C" NOT NULL,
    body text COLLATE "C" NOT NULL,
    region text COLLATE "C",
    from_date date NOT NULL,
    to_date date,
    source text COLLATE "C",
    competitor_id uuid,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX market_notes_created_at ON market_notes (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX market_notes_updated_at ON market_notes (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX market_notes_owner ON market_notes (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX market_notes_unit ON market_notes (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX market_notes_title ON market_notes (title, id) WHERE deleted_at IS NULL;
CREATE INDEX market_notes_from_date ON market_notes (from_date, id) WHERE deleted_at IS NULL;
CREATE INDEX market_notes_region ON market_notes (region, id) WHERE deleted_at IS NULL;
CREATE INDEX market_notes_competitor ON market_notes (competitor_id) WHERE deleted_at IS NULL;
CREATE INDEX market_notes_search ON market_notes USING gin (search gin_trgm_ops);

-- Who got a lead last by a rule.
CREATE TABLE assignment_turns (
    rule_id uuid NOT NULL,
    user_id uuid NOT NULL,
    taken_at timestamptz NOT NULL,
    PRIMARY KEY (rule_id)
);

CREATE TABLE market_indicators (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    indicator text COLLATE "C" NOT NULL,
    region text COLLATE "C",
    from_date date NOT NULL,
    to_date date NOT NULL,
    value text COLLATE "C" NOT NULL,
    unit text COLLATE "C",
    source text COLLATE "C",
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX market_indicators_created_at ON market_indicators (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX market_indicators_updated_at ON market_indicators (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX market_indicators_owner ON market_indicators (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX market_indicators_unit ON market_indicators (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX market_indicators_indicator ON market_indicators (indicator, id) WHERE deleted_at IS NULL;
CREATE INDEX market_indicators_region ON market_indicators (region, id) WHERE deleted_at IS NULL;
CREATE INDEX market_indicators_from_date ON market_indicators (from_date, id) WHERE deleted_at IS NULL;
CREATE INDEX market_indicators_search ON market_indicators USING gin (search gin_trgm_ops);

CREATE TABLE account_plans (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    customer_id uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    status text COLLATE "C" NOT NULL,
    revenue_target jsonb,
    objectives jsonb NOT NULL,
    strengths text COLLATE "C",
    weaknesses text COLLATE "C",
    chances text COLLATE "C",
    risks text COLLATE "C",
    strategy text COLLATE "C",
    progress bigint,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    revenue_target_units bigint,
    revenue_target_micros bigint,
    revenue_target_currency text COLLATE "C",
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX account_plans_created_at ON account_plans (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX account_plans_updated_at ON account_plans (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX account_plans_owner ON account_plans (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX account_plans_unit ON account_plans (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX account_plans_customer ON account_plans (customer_id, starts_on, id) WHERE deleted_at IS NULL;
CREATE INDEX account_plans_name ON account_plans (name, id) WHERE deleted_at IS NULL;
CREATE INDEX account_plans_starts_on ON account_plans (starts_on, id) WHERE deleted_at IS NULL;
CREATE INDEX account_plans_ends_on ON account_plans (ends_on, id) WHERE deleted_at IS NULL;
CREATE INDEX account_plans_search ON account_plans USING gin (search gin_trgm_ops);

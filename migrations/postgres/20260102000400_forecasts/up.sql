-- What a deal with lines comes to by product: at most one row for each, and one without product for what is in no catalogue.
CREATE TABLE opportunity_products (
    opportunity_id uuid NOT NULL,
    place bigint NOT NULL,
    product_id uuid,
    amount_units bigint,
    amount_micros bigint,
    PRIMARY KEY (opportunity_id, place)
);
CREATE INDEX opportunity_products_product ON opportunity_products (product_id, opportunity_id, amount_units, amount_micros);

CREATE TABLE quotas (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    for_unit_id uuid,
    period text COLLATE "C" NOT NULL,
    amount jsonb,
    deals bigint,
    product_id uuid,
    pipeline_id uuid,
    region text COLLATE "C",
    notes text COLLATE "C",
    starts_on date,
    ends_on date,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    amount_units bigint,
    amount_micros bigint,
    amount_currency text COLLATE "C",
    subject text COLLATE "C" NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX quotas_created_at ON quotas (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX quotas_updated_at ON quotas (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX quotas_owner ON quotas (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX quotas_unit ON quotas (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX quotas_period ON quotas (period, id) WHERE deleted_at IS NULL;
-- One quota of each kind in a period.
CREATE UNIQUE INDEX quotas__period_key ON quotas (subject, period) WHERE deleted_at IS NULL;

CREATE TABLE forecast_adjustments (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    user_id uuid,
    for_unit_id uuid,
    period text COLLATE "C" NOT NULL,
    number text COLLATE "C" NOT NULL,
    amount jsonb NOT NULL,
    reason text COLLATE "C" NOT NULL,
    belongs_to_id uuid,
    starts_on date,
    ends_on date,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    subject text COLLATE "C" NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX forecast_adjustments_created_at ON forecast_adjustments (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX forecast_adjustments_updated_at ON forecast_adjustments (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX forecast_adjustments_owner ON forecast_adjustments (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX forecast_adjustments_unit ON forecast_adjustments (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX forecast_adjustments_period ON forecast_adjustments (period, id) WHERE deleted_at IS NULL;
-- One number of each kind in a period.
CREATE UNIQUE INDEX forecast_adjustments__period_key ON forecast_adjustments (subject, period) WHERE deleted_at IS NULL;
CREATE INDEX forecast_adjustments_user ON forecast_adjustments (user_id, period) WHERE deleted_at IS NULL;
CREATE INDEX forecast_adjustments_of_unit ON forecast_adjustments (for_unit_id, period) WHERE deleted_at IS NULL;

CREATE TABLE forecast_snapshots (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    period text COLLATE "C" NOT NULL,
    note text COLLATE "C",
    taken_at timestamptz,
    deals bigint NOT NULL,
    starts_on date,
    ends_on date,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX forecast_snapshots_created_at ON forecast_snapshots (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX forecast_snapshots_updated_at ON forecast_snapshots (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX forecast_snapshots_owner ON forecast_snapshots (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX forecast_snapshots_unit ON forecast_snapshots (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX forecast_snapshots_period ON forecast_snapshots (period, id) WHERE deleted_at IS NULL;
CREATE INDEX forecast_snapshots_taken_at ON forecast_snapshots (taken_at, id) WHERE deleted_at IS NULL;

-- Deals as they were when a forecast was kept.
CREATE TABLE forecast_snapshot_deals (
    snapshot_id uuid NOT NULL,
    id uuid NOT NULL,
    owner_id uuid,
    unit_id uuid,
    pipeline_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    close_date date NOT NULL,
    status text COLLATE "C" NOT NULL,
    forecast_category text COLLATE "C" NOT NULL,
    probability bigint NOT NULL,
    amount_currency text COLLATE "C",
    amount_units bigint,
    amount_micros bigint,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (snapshot_id, id)
);

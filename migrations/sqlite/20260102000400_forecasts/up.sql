-- What a deal with lines comes to by product: at most one row for each, and one without product for what is in no catalogue.
CREATE TABLE opportunity_products (
    opportunity_id BLOB NOT NULL,
    place BIGINT NOT NULL,
    product_id BLOB,
    amount_units BIGINT,
    amount_micros BIGINT,
    PRIMARY KEY (opportunity_id, place)
) WITHOUT ROWID;
CREATE INDEX opportunity_products_product ON opportunity_products (product_id, opportunity_id, amount_units, amount_micros);

CREATE TABLE quotas (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    for_unit_id BLOB,
    period TEXT NOT NULL,
    amount TEXT,
    deals BIGINT,
    product_id BLOB,
    pipeline_id BLOB,
    region TEXT,
    notes TEXT,
    starts_on DATE,
    ends_on DATE,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    amount_units BIGINT,
    amount_micros BIGINT,
    amount_currency TEXT,
    subject TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX quotas_created_at ON quotas (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX quotas_updated_at ON quotas (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX quotas_owner ON quotas (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX quotas_unit ON quotas (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX quotas_period ON quotas (period, id) WHERE deleted_at IS NULL;
-- One quota of each kind in a period.
CREATE UNIQUE INDEX quotas__period_key ON quotas (subject, period) WHERE deleted_at IS NULL;

CREATE TABLE forecast_adjustments (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    user_id BLOB,
    for_unit_id BLOB,
    period TEXT NOT NULL,
    number TEXT NOT NULL,
    amount TEXT NOT NULL,
    reason TEXT NOT NULL,
    belongs_to_id BLOB,
    starts_on DATE,
    ends_on DATE,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    subject TEXT NOT NULL,
    deleted_at INTEGER
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
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    period TEXT NOT NULL,
    note TEXT,
    taken_at INTEGER,
    deals BIGINT NOT NULL,
    starts_on DATE,
    ends_on DATE,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX forecast_snapshots_created_at ON forecast_snapshots (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX forecast_snapshots_updated_at ON forecast_snapshots (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX forecast_snapshots_owner ON forecast_snapshots (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX forecast_snapshots_unit ON forecast_snapshots (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX forecast_snapshots_period ON forecast_snapshots (period, id) WHERE deleted_at IS NULL;
CREATE INDEX forecast_snapshots_taken_at ON forecast_snapshots (taken_at, id) WHERE deleted_at IS NULL;

-- Deals as they were when a forecast was kept.
CREATE TABLE forecast_snapshot_deals (
    snapshot_id BLOB NOT NULL,
    id BLOB NOT NULL,
    owner_id BLOB,
    unit_id BLOB,
    pipeline_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    close_date DATE NOT NULL,
    status TEXT NOT NULL,
    forecast_category TEXT NOT NULL,
    probability BIGINT NOT NULL,
    amount_currency TEXT,
    amount_units BIGINT,
    amount_micros BIGINT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (snapshot_id, id)
) WITHOUT ROWID;

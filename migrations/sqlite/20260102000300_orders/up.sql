-- How documents are numbered. Of several active series of a kind the one made last is in force.
CREATE TABLE number_series (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    prefix TEXT NOT NULL,
    restarts TEXT NOT NULL,
    digits BIGINT NOT NULL,
    first_number BIGINT NOT NULL,
    active BOOLEAN NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX number_series_created_at ON number_series (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX number_series_updated_at ON number_series (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX number_series_owner ON number_series (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX number_series_unit ON number_series (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX number_series_name ON number_series (name, id) WHERE deleted_at IS NULL;
CREATE INDEX number_series_in_force ON number_series (kind, created_at, id) WHERE deleted_at IS NULL AND active;

-- The last number given behind each head. Who takes the next locks the row until the document that gets it is kept.
CREATE TABLE series_counters (
    kind TEXT NOT NULL,
    head TEXT NOT NULL,
    last_number BIGINT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (kind, head)
);

-- Where goods lie.
CREATE TABLE warehouses (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    city TEXT,
    address TEXT,
    priority BIGINT NOT NULL,
    active BOOLEAN NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX warehouses_created_at ON warehouses (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX warehouses_updated_at ON warehouses (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX warehouses_owner ON warehouses (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX warehouses_unit ON warehouses (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE warehouses_search USING fts5 (search, content = 'warehouses', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER warehouses_search_insert AFTER INSERT ON warehouses BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('warehouses', new.rowid, NULL);
END;
CREATE TRIGGER warehouses_search_delete AFTER DELETE ON warehouses BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('warehouses', old.rowid, old.search);
END;
CREATE TRIGGER warehouses_search_update AFTER UPDATE OF search ON warehouses WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('warehouses', old.rowid, old.search);
END;
CREATE INDEX warehouses_code ON warehouses (code, id) WHERE deleted_at IS NULL;
CREATE INDEX warehouses_name ON warehouses (name, id) WHERE deleted_at IS NULL;
CREATE INDEX warehouses_priority ON warehouses (priority, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX warehouses__code_key ON warehouses (code) WHERE deleted_at IS NULL;

-- What there is of a product in a warehouse. The quantities stand in millionths too, so that the table itself can hold them to what must be:
-- nothing is taken or promised that is not there.
CREATE TABLE stock (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    product_id BLOB NOT NULL,
    warehouse_id BLOB NOT NULL,
    on_hand TEXT NOT NULL,
    reserved TEXT NOT NULL,
    available TEXT NOT NULL,
    incoming TEXT NOT NULL,
    on_hand_millionths BIGINT NOT NULL,
    reserved_millionths BIGINT NOT NULL,
    available_millionths BIGINT NOT NULL,
    incoming_millionths BIGINT NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER,
    CHECK (on_hand_millionths >= 0),
    CHECK (reserved_millionths >= 0),
    CHECK (available_millionths >= 0),
    CHECK (incoming_millionths >= 0),
    CHECK (available_millionths = on_hand_millionths - reserved_millionths)
);
CREATE INDEX stock_created_at ON stock (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stock_updated_at ON stock (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stock_owner ON stock (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stock_unit ON stock (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stock_on_hand ON stock (on_hand, id) WHERE deleted_at IS NULL;
CREATE INDEX stock_reserved ON stock (reserved, id) WHERE deleted_at IS NULL;
CREATE INDEX stock_available ON stock (available, id) WHERE deleted_at IS NULL;
CREATE INDEX stock_incoming ON stock (incoming, id) WHERE deleted_at IS NULL;
CREATE INDEX stock_warehouse ON stock (warehouse_id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX stock__warehouse_id_key ON stock (product_id, warehouse_id) WHERE deleted_at IS NULL;

-- The ledger of stock. The level of a product in a warehouse is what its entries come to.
CREATE TABLE stock_movements (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    kind TEXT NOT NULL,
    product_id BLOB NOT NULL,
    warehouse_id BLOB NOT NULL,
    quantity TEXT NOT NULL,
    to_warehouse_id BLOB,
    expected BOOLEAN NOT NULL,
    note TEXT,
    on_hand_change TEXT NOT NULL,
    reserved_change TEXT NOT NULL,
    incoming_change TEXT NOT NULL,
    on_hand_after TEXT NOT NULL,
    pair_id BLOB,
    reservation_id BLOB,
    on_hand_millionths BIGINT NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX stock_movements_created_at ON stock_movements (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stock_movements_updated_at ON stock_movements (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stock_movements_owner ON stock_movements (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stock_movements_unit ON stock_movements (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stock_movements_product ON stock_movements (product_id, warehouse_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stock_movements_consumed ON stock_movements (created_at, product_id) WHERE deleted_at IS NULL AND kind IN ('issue', 'fulfil');

-- Stock that is promised.
CREATE TABLE stock_reservations (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    product_id BLOB NOT NULL,
    warehouse_id BLOB,
    quantity TEXT NOT NULL,
    expires_at INTEGER,
    note TEXT,
    open_quantity TEXT NOT NULL,
    order_id BLOB,
    order_line BIGINT,
    status TEXT NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX stock_reservations_created_at ON stock_reservations (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stock_reservations_updated_at ON stock_reservations (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stock_reservations_owner ON stock_reservations (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stock_reservations_unit ON stock_reservations (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stock_reservations_expires_at ON stock_reservations (expires_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stock_reservations_product ON stock_reservations (product_id, id) WHERE deleted_at IS NULL;
CREATE INDEX stock_reservations_over ON stock_reservations (expires_at, id) WHERE deleted_at IS NULL AND status = 'active';
CREATE INDEX stock_reservations_order ON stock_reservations (order_id, id) WHERE deleted_at IS NULL AND status = 'active';

-- How much customers may owe, by currency.
CREATE TABLE credit_accounts (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    customer_id BLOB NOT NULL,
    credit_limit TEXT NOT NULL,
    notes TEXT,
    blocked BOOLEAN NOT NULL,
    blocked_reason TEXT,
    blocked_by BLOB,
    currency TEXT NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX credit_accounts_created_at ON credit_accounts (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX credit_accounts_updated_at ON credit_accounts (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX credit_accounts_owner ON credit_accounts (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX credit_accounts_unit ON credit_accounts (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX credit_accounts__customer_id_key ON credit_accounts (currency, customer_id) WHERE deleted_at IS NULL;
CREATE INDEX credit_accounts_customer ON credit_accounts (customer_id) WHERE deleted_at IS NULL;

-- Orders. What is open of them counts as owed; the amounts that are added up stand in the smallest units of the currency.
CREATE TABLE orders (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    number TEXT,
    customer_id BLOB NOT NULL,
    opportunity_id BLOB,
    quote_id BLOB,
    purchase_request_id BLOB,
    status TEXT NOT NULL,
    hold_reason TEXT,
    currency TEXT NOT NULL,
    lines TEXT NOT NULL,
    adjustments TEXT NOT NULL,
    reference TEXT,
    requested_on DATE,
    payment_days BIGINT NOT NULL,
    payment_term_id BLOB,
    rounding_step TEXT,
    warehouse_id BLOB,
    ship_to TEXT,
    notes TEXT,
    line_totals TEXT NOT NULL,
    totals TEXT,
    progress TEXT NOT NULL,
    invoiced TEXT,
    revision BIGINT NOT NULL,
    confirmed_at INTEGER,
    confirmed_by BLOB,
    released_by BLOB,
    reason TEXT,
    total_units BIGINT NOT NULL,
    open_units BIGINT NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX orders_created_at ON orders (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX orders_updated_at ON orders (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX orders_owner ON orders (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX orders_unit ON orders (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE orders_search USING fts5 (search, content = 'orders', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER orders_search_insert AFTER INSERT ON orders BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('orders', new.rowid, NULL);
END;
CREATE TRIGGER orders_search_delete AFTER DELETE ON orders BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('orders', old.rowid, old.search);
END;
CREATE TRIGGER orders_search_update AFTER UPDATE OF search ON orders WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('orders', old.rowid, old.search);
END;
CREATE INDEX orders_number ON orders (number, id) WHERE deleted_at IS NULL;
CREATE INDEX orders_requested_on ON orders (requested_on, id) WHERE deleted_at IS NULL;
CREATE INDEX orders_confirmed_at ON orders (confirmed_at, id) WHERE deleted_at IS NULL;
CREATE INDEX orders_customer ON orders (customer_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX orders_status ON orders (status, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX orders_opportunity ON orders (opportunity_id, created_at, id) WHERE deleted_at IS NULL;
-- Of a quote there is one order, the deleted ones included.
CREATE UNIQUE INDEX orders__quote_id_key ON orders (quote_id) WHERE quote_id IS NOT NULL;
-- Of a purchase request there is one order, the deleted ones included.
CREATE UNIQUE INDEX orders__purchase_request_id_key ON orders (purchase_request_id) WHERE purchase_request_id IS NOT NULL;
CREATE UNIQUE INDEX orders__number_key ON orders (number) WHERE number IS NOT NULL;
CREATE INDEX orders_open ON orders (customer_id, currency, open_units) WHERE deleted_at IS NULL AND open_units > 0;
CREATE INDEX orders_trash ON orders (deleted_at) WHERE deleted_at IS NOT NULL;

-- What of orders is on its way.
CREATE TABLE shipments (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    number TEXT,
    order_id BLOB NOT NULL,
    customer_id BLOB,
    lines TEXT NOT NULL,
    carrier TEXT,
    tracking_number TEXT,
    notes TEXT,
    status TEXT NOT NULL,
    delivered_at INTEGER,
    received_by TEXT,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX shipments_created_at ON shipments (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX shipments_updated_at ON shipments (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX shipments_owner ON shipments (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX shipments_unit ON shipments (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE shipments_search USING fts5 (search, content = 'shipments', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER shipments_search_insert AFTER INSERT ON shipments BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('shipments', new.rowid, NULL);
END;
CREATE TRIGGER shipments_search_delete AFTER DELETE ON shipments BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('shipments', old.rowid, old.search);
END;
CREATE TRIGGER shipments_search_update AFTER UPDATE OF search ON shipments WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('shipments', old.rowid, old.search);
END;
CREATE INDEX shipments_number ON shipments (number, id) WHERE deleted_at IS NULL;
CREATE INDEX shipments_delivered_at ON shipments (delivered_at, id) WHERE deleted_at IS NULL;
CREATE INDEX shipments_order ON shipments (order_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX shipments_customer ON shipments (customer_id, created_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX shipments__number_key ON shipments (number) WHERE number IS NOT NULL;

-- Invoices. One that was issued stays as it is.
CREATE TABLE invoices (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    number TEXT,
    customer_id BLOB NOT NULL,
    order_id BLOB,
    status TEXT NOT NULL,
    currency TEXT NOT NULL,
    lines TEXT NOT NULL,
    adjustments TEXT NOT NULL,
    prepaid TEXT,
    rounding TEXT,
    issued_on DATE,
    payment_days BIGINT,
    payment_term_id BLOB,
    instalments TEXT NOT NULL,
    reference TEXT,
    notes TEXT,
    line_totals TEXT NOT NULL,
    totals TEXT,
    due TEXT NOT NULL,
    due_on DATE,
    issued_at INTEGER,
    paid TEXT,
    credited TEXT,
    open TEXT,
    settled_on DATE,
    total_units BIGINT NOT NULL,
    open_units BIGINT NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER,
    CHECK (open_units >= 0)
);
CREATE INDEX invoices_created_at ON invoices (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX invoices_updated_at ON invoices (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX invoices_owner ON invoices (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX invoices_unit ON invoices (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE invoices_search USING fts5 (search, content = 'invoices', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER invoices_search_insert AFTER INSERT ON invoices BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('invoices', new.rowid, NULL);
END;
CREATE TRIGGER invoices_search_delete AFTER DELETE ON invoices BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('invoices', old.rowid, old.search);
END;
CREATE TRIGGER invoices_search_update AFTER UPDATE OF search ON invoices WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('invoices', old.rowid, old.search);
END;
CREATE INDEX invoices_number ON invoices (number, id) WHERE deleted_at IS NULL;
CREATE INDEX invoices_issued_on ON invoices (issued_on, id) WHERE deleted_at IS NULL;
CREATE INDEX invoices_due_on ON invoices (due_on, id) WHERE deleted_at IS NULL;
CREATE INDEX invoices_issued_at ON invoices (issued_at, id) WHERE deleted_at IS NULL;
CREATE INDEX invoices_settled_on ON invoices (settled_on, id) WHERE deleted_at IS NULL;
CREATE INDEX invoices_customer ON invoices (customer_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX invoices_order ON invoices (order_id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX invoices__number_key ON invoices (number) WHERE number IS NOT NULL;
CREATE INDEX invoices_open ON invoices (customer_id, currency, due_on) WHERE deleted_at IS NULL AND open_units > 0;
CREATE INDEX invoices_trash ON invoices (deleted_at) WHERE deleted_at IS NOT NULL;

-- What was taken back of invoices.
CREATE TABLE credit_notes (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    number TEXT,
    invoice_id BLOB NOT NULL,
    customer_id BLOB,
    reason TEXT NOT NULL,
    currency TEXT NOT NULL,
    lines TEXT NOT NULL,
    adjustments TEXT NOT NULL,
    issued_on DATE,
    rounding TEXT,
    line_totals TEXT NOT NULL,
    totals TEXT,
    surplus TEXT,
    allocations TEXT NOT NULL,
    unallocated TEXT,
    refunded TEXT,
    unallocated_units BIGINT NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER,
    CHECK (unallocated_units >= 0)
);
CREATE INDEX credit_notes_created_at ON credit_notes (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX credit_notes_updated_at ON credit_notes (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX credit_notes_owner ON credit_notes (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX credit_notes_unit ON credit_notes (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE credit_notes_search USING fts5 (search, content = 'credit_notes', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER credit_notes_search_insert AFTER INSERT ON credit_notes BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('credit_notes', new.rowid, NULL);
END;
CREATE TRIGGER credit_notes_search_delete AFTER DELETE ON credit_notes BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('credit_notes', old.rowid, old.search);
END;
CREATE TRIGGER credit_notes_search_update AFTER UPDATE OF search ON credit_notes WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('credit_notes', old.rowid, old.search);
END;
CREATE INDEX credit_notes_number ON credit_notes (number, id) WHERE deleted_at IS NULL;
CREATE INDEX credit_notes_issued_on ON credit_notes (issued_on, id) WHERE deleted_at IS NULL;
CREATE INDEX credit_notes_invoice ON credit_notes (invoice_id) WHERE deleted_at IS NULL;
CREATE INDEX credit_notes_customer ON credit_notes (customer_id, created_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX credit_notes__number_key ON credit_notes (number) WHERE number IS NOT NULL;

-- What customers paid.
CREATE TABLE payments (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    number TEXT,
    customer_id BLOB NOT NULL,
    amount TEXT NOT NULL,
    method TEXT NOT NULL,
    received_on DATE,
    reference TEXT,
    allocations TEXT NOT NULL,
    allocate_by TEXT NOT NULL,
    notes TEXT,
    status TEXT NOT NULL,
    unallocated TEXT,
    refunded TEXT,
    reversed_at INTEGER,
    reversed_by BLOB,
    reversal_reason TEXT,
    currency TEXT NOT NULL,
    amount_units BIGINT NOT NULL,
    unallocated_units BIGINT NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER,
    CHECK (unallocated_units >= 0)
);
CREATE INDEX payments_created_at ON payments (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX payments_updated_at ON payments (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX payments_owner ON payments (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX payments_unit ON payments (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE payments_search USING fts5 (search, content = 'payments', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER payments_search_insert AFTER INSERT ON payments BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('payments', new.rowid, NULL);
END;
CREATE TRIGGER payments_search_delete AFTER DELETE ON payments BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('payments', old.rowid, old.search);
END;
CREATE TRIGGER payments_search_update AFTER UPDATE OF search ON payments WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('payments', old.rowid, old.search);
END;
CREATE INDEX payments_number ON payments (number, id) WHERE deleted_at IS NULL;
CREATE INDEX payments_received_on ON payments (received_on, id) WHERE deleted_at IS NULL;
CREATE INDEX payments_customer ON payments (customer_id, created_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX payments__number_key ON payments (number) WHERE number IS NOT NULL;
CREATE UNIQUE INDEX payments__reference_key ON payments (method, reference) WHERE reference IS NOT NULL AND status = 'received' AND deleted_at IS NULL;

-- For which invoices a payment is, or was.
CREATE TABLE payment_allocations (
    invoice_id BLOB NOT NULL,
    payment_id BLOB NOT NULL,
    PRIMARY KEY (invoice_id, payment_id)
);

-- The ledger of customers. What one owes is the sum of the amounts of a currency.
CREATE TABLE ledger_entries (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    customer_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    on_date DATE NOT NULL,
    amount TEXT NOT NULL,
    number TEXT,
    invoice_id BLOB,
    credit_note_id BLOB,
    payment_id BLOB,
    currency TEXT NOT NULL,
    amount_units BIGINT NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX ledger_entries_created_at ON ledger_entries (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX ledger_entries_updated_at ON ledger_entries (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX ledger_entries_owner ON ledger_entries (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX ledger_entries_unit ON ledger_entries (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX ledger_entries_on_date ON ledger_entries (on_date, id) WHERE deleted_at IS NULL;
CREATE INDEX ledger_entries_customer ON ledger_entries (customer_id, currency, on_date, id) WHERE deleted_at IS NULL;

-- Contracts, for which notice is given or which are renewed.
CREATE TABLE contracts (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    number TEXT,
    customer_id BLOB NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    starts_on DATE NOT NULL,
    term_months BIGINT,
    calendar TEXT NOT NULL,
    ends_on DATE,
    notice_days BIGINT NOT NULL,
    currency TEXT NOT NULL,
    value TEXT,
    lines TEXT NOT NULL,
    renewal TEXT NOT NULL,
    renewal_term_months BIGINT,
    renewal_percent TEXT,
    renewal_lead_days BIGINT NOT NULL,
    renewal_pipeline_id BLOB,
    order_id BLOB,
    opportunity_id BLOB,
    notes TEXT,
    line_totals TEXT NOT NULL,
    totals TEXT,
    renewal_due_on DATE,
    renewal_opportunity_id BLOB,
    renewal_task_id BLOB,
    previous_id BLOB,
    next_id BLOB,
    anchor_on DATE,
    anchor_months BIGINT NOT NULL,
    steps BIGINT NOT NULL,
    activated_at INTEGER,
    activated_by BLOB,
    notice_on DATE,
    closed_on DATE,
    reason TEXT,
    value_units BIGINT,
    value_micros BIGINT,
    value_currency TEXT,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX contracts_created_at ON contracts (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contracts_updated_at ON contracts (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contracts_owner ON contracts (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contracts_unit ON contracts (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE contracts_search USING fts5 (search, content = 'contracts', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER contracts_search_insert AFTER INSERT ON contracts BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('contracts', new.rowid, NULL);
END;
CREATE TRIGGER contracts_search_delete AFTER DELETE ON contracts BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('contracts', old.rowid, old.search);
END;
CREATE TRIGGER contracts_search_update AFTER UPDATE OF search ON contracts WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('contracts', old.rowid, old.search);
END;
CREATE INDEX contracts_number ON contracts (number, id) WHERE deleted_at IS NULL;
CREATE INDEX contracts_name ON contracts (name, id) WHERE deleted_at IS NULL;
CREATE INDEX contracts_starts_on ON contracts (starts_on, id) WHERE deleted_at IS NULL;
CREATE INDEX contracts_ends_on ON contracts (ends_on, id) WHERE deleted_at IS NULL;
CREATE INDEX contracts_renewal_due_on ON contracts (renewal_due_on, id) WHERE deleted_at IS NULL;
CREATE INDEX contracts_activated_at ON contracts (activated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contracts_closed_on ON contracts (closed_on, id) WHERE deleted_at IS NULL;
CREATE INDEX contracts_customer ON contracts (customer_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contracts_due ON contracts (id) WHERE deleted_at IS NULL AND status = 'active' AND renewal_opportunity_id IS NULL;
CREATE UNIQUE INDEX contracts__number_key ON contracts (number) WHERE number IS NOT NULL;
-- A contract is renewed once, the deleted ones included.
CREATE UNIQUE INDEX contracts__previous_id_key ON contracts (previous_id) WHERE previous_id IS NOT NULL;
CREATE INDEX contracts_trash ON contracts (deleted_at) WHERE deleted_at IS NOT NULL;

-- Of which contracts the due renewal has become a deal and a call. It does so once, whatever restarts and whichever way a clock is set.
CREATE TABLE contract_renewals (
    contract_id BLOB NOT NULL PRIMARY KEY,
    raised_at INTEGER NOT NULL
);

-- What was paid back to customers.
CREATE TABLE refunds (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    number TEXT,
    payment_id BLOB,
    credit_note_id BLOB,
    customer_id BLOB,
    amount TEXT,
    method TEXT NOT NULL,
    refunded_on DATE,
    reference TEXT,
    notes TEXT,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX refunds_created_at ON refunds (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX refunds_updated_at ON refunds (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX refunds_owner ON refunds (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX refunds_unit ON refunds (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE refunds_search USING fts5 (search, content = 'refunds', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER refunds_search_insert AFTER INSERT ON refunds BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('refunds', new.rowid, NULL);
END;
CREATE TRIGGER refunds_search_delete AFTER DELETE ON refunds BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('refunds', old.rowid, old.search);
END;
CREATE TRIGGER refunds_search_update AFTER UPDATE OF search ON refunds WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('refunds', old.rowid, old.search);
END;
CREATE INDEX refunds_number ON refunds (number, id) WHERE deleted_at IS NULL;
CREATE INDEX refunds_refunded_on ON refunds (refunded_on, id) WHERE deleted_at IS NULL;
CREATE INDEX refunds_customer ON refunds (customer_id, created_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX refunds__number_key ON refunds (number) WHERE number IS NOT NULL;
CREATE UNIQUE INDEX refunds__reference_key ON refunds (method, reference) WHERE reference IS NOT NULL AND deleted_at IS NULL;

-- What customers ask for.
CREATE TABLE purchase_requests (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    number TEXT,
    customer_id BLOB NOT NULL,
    opportunity_id BLOB,
    status TEXT NOT NULL,
    currency TEXT NOT NULL,
    lines TEXT NOT NULL,
    reference TEXT,
    requested_on DATE,
    ship_to TEXT,
    notes TEXT,
    decided_at INTEGER,
    decided_by BLOB,
    reason TEXT,
    order_id BLOB,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX purchase_requests_created_at ON purchase_requests (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX purchase_requests_updated_at ON purchase_requests (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX purchase_requests_owner ON purchase_requests (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX purchase_requests_unit ON purchase_requests (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE purchase_requests_search USING fts5 (search, content = 'purchase_requests', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER purchase_requests_search_insert AFTER INSERT ON purchase_requests BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('purchase_requests', new.rowid, NULL);
END;
CREATE TRIGGER purchase_requests_search_delete AFTER DELETE ON purchase_requests BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('purchase_requests', old.rowid, old.search);
END;
CREATE TRIGGER purchase_requests_search_update AFTER UPDATE OF search ON purchase_requests WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('purchase_requests', old.rowid, old.search);
END;
CREATE INDEX purchase_requests_number ON purchase_requests (number, id) WHERE deleted_at IS NULL;
CREATE INDEX purchase_requests_requested_on ON purchase_requests (requested_on, id) WHERE deleted_at IS NULL;
CREATE INDEX purchase_requests_decided_at ON purchase_requests (decided_at, id) WHERE deleted_at IS NULL;
CREATE INDEX purchase_requests_customer ON purchase_requests (customer_id, created_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX purchase_requests__number_key ON purchase_requests (number) WHERE number IS NOT NULL;
CREATE INDEX purchase_requests_trash ON purchase_requests (deleted_at) WHERE deleted_at IS NOT NULL;

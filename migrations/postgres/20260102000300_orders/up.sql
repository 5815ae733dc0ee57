-- How documents are numbered. Of several active series of a kind the one made last is in force.
CREATE TABLE number_series (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    name text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    prefix text COLLATE "C" NOT NULL,
    restarts text COLLATE "C" NOT NULL,
    digits bigint NOT NULL,
    first_number bigint NOT NULL,
    active boolean NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX number_series_created_at ON number_series (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX number_series_updated_at ON number_series (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX number_series_owner ON number_series (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX number_series_unit ON number_series (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX number_series_name ON number_series (name, id) WHERE deleted_at IS NULL;
CREATE INDEX number_series_in_force ON number_series (kind, created_at, id) WHERE deleted_at IS NULL AND active;

-- The last number given behind each head. Who takes the next locks the row until the document that gets it is kept.
CREATE TABLE series_counters (
    kind text COLLATE "C" NOT NULL,
    head text COLLATE "C" NOT NULL,
    last_number bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (kind, head)
);

-- Where goods lie.
CREATE TABLE warehouses (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    code text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    city text COLLATE "C",
    address text COLLATE "C",
    priority bigint NOT NULL,
    active boolean NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX warehouses_created_at ON warehouses (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX warehouses_updated_at ON warehouses (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX warehouses_owner ON warehouses (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX warehouses_unit ON warehouses (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX warehouses_search ON warehouses USING gin (search gin_trgm_ops);
CREATE INDEX warehouses_code ON warehouses (code, id) WHERE deleted_at IS NULL;
CREATE INDEX warehouses_name ON warehouses (name, id) WHERE deleted_at IS NULL;
CREATE INDEX warehouses_priority ON warehouses (priority, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX warehouses__code_key ON warehouses (code) WHERE deleted_at IS NULL;

-- What there is of a product in a warehouse. The quantities stand in millionths too, so that the table itself can hold them to what must be:
-- nothing is taken or promised that is not there.
CREATE TABLE stock (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    product_id uuid NOT NULL,
    warehouse_id uuid NOT NULL,
    on_hand text COLLATE "C" NOT NULL,
    reserved text COLLATE "C" NOT NULL,
    available text COLLATE "C" NOT NULL,
    incoming text COLLATE "C" NOT NULL,
    on_hand_millionths bigint NOT NULL,
    reserved_millionths bigint NOT NULL,
    available_millionths bigint NOT NULL,
    incoming_millionths bigint NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz,
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
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    kind text COLLATE "C" NOT NULL,
    product_id uuid NOT NULL,
    warehouse_id uuid NOT NULL,
    quantity text COLLATE "C" NOT NULL,
    to_warehouse_id uuid,
    expected boolean NOT NULL,
    note text COLLATE "C",
    on_hand_change text COLLATE "C" NOT NULL,
    reserved_change text COLLATE "C" NOT NULL,
    incoming_change text COLLATE "C" NOT NULL,
    on_hand_after text COLLATE "C" NOT NULL,
    pair_id uuid,
    reservation_id uuid,
    on_hand_millionths bigint NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX stock_movements_created_at ON stock_movements (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stock_movements_updated_at ON stock_movements (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stock_movements_owner ON stock_movements (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stock_movements_unit ON stock_movements (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stock_movements_product ON stock_movements (product_id, warehouse_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stock_movements_consumed ON stock_movements (created_at, product_id) WHERE deleted_at IS NULL AND kind IN ('issue', 'fulfil');

-- Stock that is promised.
CREATE TABLE stock_reservations (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    product_id uuid NOT NULL,
    warehouse_id uuid,
    quantity text COLLATE "C" NOT NULL,
    expires_at timestamptz,
    note text COLLATE "C",
    open_quantity text COLLATE "C" NOT NULL,
    order_id uuid,
    order_line bigint,
    status text COLLATE "C" NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
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
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    customer_id uuid NOT NULL,
    credit_limit jsonb NOT NULL,
    notes text COLLATE "C",
    blocked boolean NOT NULL,
    blocked_reason text COLLATE "C",
    blocked_by uuid,
    currency text COLLATE "C" NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX credit_accounts_created_at ON credit_accounts (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX credit_accounts_updated_at ON credit_accounts (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX credit_accounts_owner ON credit_accounts (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX credit_accounts_unit ON credit_accounts (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX credit_accounts__customer_id_key ON credit_accounts (currency, customer_id) WHERE deleted_at IS NULL;
CREATE INDEX credit_accounts_customer ON credit_accounts (customer_id) WHERE deleted_at IS NULL;

-- Orders. What is open of them counts as owed; the amounts that are added up stand in the smallest units of the currency.
CREATE TABLE orders (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    number text COLLATE "C",
    customer_id uuid NOT NULL,
    opportunity_id uuid,
    quote_id uuid,
    purchase_request_id uuid,
    status text COLLATE "C" NOT NULL,
    hold_reason text COLLATE "C",
    currency text COLLATE "C" NOT NULL,
    lines jsonb NOT NULL,
    adjustments jsonb NOT NULL,
    reference text COLLATE "C",
    requested_on date,
    payment_days bigint NOT NULL,
    payment_term_id uuid,
    rounding_step text COLLATE "C",
    warehouse_id uuid,
    ship_to text COLLATE "C",
    notes text COLLATE "C",
    line_totals jsonb NOT NULL,
    totals jsonb,
    progress jsonb NOT NULL,
    invoiced jsonb,
    revision bigint NOT NULL,
    confirmed_at timestamptz,
    confirmed_by uuid,
    released_by uuid,
    reason text COLLATE "C",
    total_units bigint NOT NULL,
    open_units bigint NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX orders_created_at ON orders (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX orders_updated_at ON orders (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX orders_owner ON orders (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX orders_unit ON orders (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX orders_search ON orders USING gin (search gin_trgm_ops);
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
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    number text COLLATE "C",
    order_id uuid NOT NULL,
    customer_id uuid,
    lines jsonb NOT NULL,
    carrier text COLLATE "C",
    tracking_number text COLLATE "C",
    notes text COLLATE "C",
    status text COLLATE "C" NOT NULL,
    delivered_at timestamptz,
    received_by text COLLATE "C",
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX shipments_created_at ON shipments (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX shipments_updated_at ON shipments (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX shipments_owner ON shipments (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX shipments_unit ON shipments (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX shipments_search ON shipments USING gin (search gin_trgm_ops);
CREATE INDEX shipments_number ON shipments (number, id) WHERE deleted_at IS NULL;
CREATE INDEX shipments_delivered_at ON shipments (delivered_at, id) WHERE deleted_at IS NULL;
CREATE INDEX shipments_order ON shipments (order_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX shipments_customer ON shipments (customer_id, created_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX shipments__number_key ON shipments (number) WHERE number IS NOT NULL;

-- Invoices. One that was issued stays as it is.
CREATE TABLE invoices (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    number text COLLATE "C",
    customer_id uuid NOT NULL,
    order_id uuid,
    status text COLLATE "C" NOT NULL,
    currency text COLLATE "C" NOT NULL,
    lines jsonb NOT NULL,
    adjustments jsonb NOT NULL,
    prepaid jsonb,
    rounding jsonb,
    issued_on date,
    payment_days bigint,
    payment_term_id uuid,
    instalments jsonb NOT NULL,
    reference text COLLATE "C",
    notes text COLLATE "C",
    line_totals jsonb NOT NULL,
    totals jsonb,
    due jsonb NOT NULL,
    due_on date,
    issued_at timestamptz,
    paid jsonb,
    credited jsonb,
    open jsonb,
    settled_on date,
    total_units bigint NOT NULL,
    open_units bigint NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz,
    CHECK (open_units >= 0)
);
CREATE INDEX invoices_created_at ON invoices (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX invoices_updated_at ON invoices (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX invoices_owner ON invoices (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX invoices_unit ON invoices (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX invoices_search ON invoices USING gin (search gin_trgm_ops);
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
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    number text COLLATE "C",
    invoice_id uuid NOT NULL,
    customer_id uuid,
    reason text COLLATE "C" NOT NULL,
    currency text COLLATE "C" NOT NULL,
    lines jsonb NOT NULL,
    adjustments jsonb NOT NULL,
    issued_on date,
    rounding jsonb,
    line_totals jsonb NOT NULL,
    totals jsonb,
    surplus jsonb,
    allocations jsonb NOT NULL,
    unallocated jsonb,
    refunded jsonb,
    unallocated_units bigint NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz,
    CHECK (unallocated_units >= 0)
);
CREATE INDEX credit_notes_created_at ON credit_notes (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX credit_notes_updated_at ON credit_notes (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX credit_notes_owner ON credit_notes (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX credit_notes_unit ON credit_notes (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX credit_notes_search ON credit_notes USING gin (search gin_trgm_ops);
CREATE INDEX credit_notes_number ON credit_notes (number, id) WHERE deleted_at IS NULL;
CREATE INDEX credit_notes_issued_on ON credit_notes (issued_on, id) WHERE deleted_at IS NULL;
CREATE INDEX credit_notes_invoice ON credit_notes (invoice_id) WHERE deleted_at IS NULL;
CREATE INDEX credit_notes_customer ON credit_notes (customer_id, created_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX credit_notes__number_key ON credit_notes (number) WHERE number IS NOT NULL;

-- What customers paid.
CREATE TABLE payments (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    number text COLLATE "C",
    customer_id uuid NOT NULL,
    amount jsonb NOT NULL,
    method text COLLATE "C" NOT NULL,
    received_on date,
    reference text COLLATE "C",
    allocations jsonb NOT NULL,
    allocate_by text COLLATE "C" NOT NULL,
    notes text COLLATE "C",
    status text COLLATE "C" NOT NULL,
    unallocated jsonb,
    refunded jsonb,
    reversed_at timestamptz,
    reversed_by uuid,
    reversal_reason text COLLATE "C",
    currency text COLLATE "C" NOT NULL,
    amount_units bigint NOT NULL,
    unallocated_units bigint NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz,
    CHECK (unallocated_units >= 0)
);
CREATE INDEX payments_created_at ON payments (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX payments_updated_at ON payments (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX payments_owner ON payments (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX payments_unit ON payments (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX payments_search ON payments USING gin (search gin_trgm_ops);
CREATE INDEX payments_number ON payments (number, id) WHERE deleted_at IS NULL;
CREATE INDEX payments_received_on ON payments (received_on, id) WHERE deleted_at IS NULL;
CREATE INDEX payments_customer ON payments (customer_id, created_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX payments__number_key ON payments (number) WHERE number IS NOT NULL;
CREATE UNIQUE INDEX payments__reference_key ON payments (method, reference) WHERE reference IS NOT NULL AND status = 'received' AND deleted_at IS NULL;

-- For which invoices a payment is, or was.
CREATE TABLE payment_allocations (
    invoice_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    PRIMARY KEY (invoice_id, payment_id)
);

-- The ledger of customers. What one owes is the sum of the amounts of a currency.
CREATE TABLE ledger_entries (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    customer_id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,
    on_date date NOT NULL,
    amount jsonb NOT NULL,
    number text COLLATE "C",
    invoice_id uuid,
    credit_note_id uuid,
    payment_id uuid,
    currency text COLLATE "C" NOT NULL,
    amount_units bigint NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX ledger_entries_created_at ON ledger_entries (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX ledger_entries_updated_at ON ledger_entries (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX ledger_entries_owner ON ledger_entries (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX ledger_entries_unit ON ledger_entries (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX ledger_entries_on_date ON ledger_entries (on_date, id) WHERE deleted_at IS NULL;
CREATE INDEX ledger_entries_customer ON ledger_entries (customer_id, currency, on_date, id) WHERE deleted_at IS NULL;

-- Contracts, for which notice is given or which are renewed.
CREATE TABLE contracts (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    number text COLLATE "C",
    customer_id uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    starts_on date NOT NULL,
    term_months bigint,
    calendar text COLLATE "C" NOT NULL,
    ends_on date,
    notice_days bigint NOT NULL,
    currency text COLLATE "C" NOT NULL,
    value jsonb,
    lines jsonb NOT NULL,
    renewal text COLLATE "C" NOT NULL,
    renewal_term_months bigint,
    renewal_percent text COLLATE "C",
    renewal_lead_days bigint NOT NULL,
    renewal_pipeline_id uuid,
    order_id uuid,
    opportunity_id uuid,
    notes text,
    line_totals jsonb NOT NULL,
    totals jsonb,
    renewal_due_on date,
    renewal_opportunity_id uuid,
    renewal_task_id uuid,
    previous_id uuid,
    next_id uuid,
    anchor_on date,
    anchor_months bigint NOT NULL,
    steps bigint NOT NULL,
    activated_at timestamptz,
    activated_by uuid,
    notice_on date,
    closed_on date,
    reason text,
    value_units bigint,
    value_micros bigint,
    value_currency text COLLATE "C",
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX contracts_created_at ON contracts (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contracts_updated_at ON contracts (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contracts_owner ON contracts (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contracts_unit ON contracts (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contracts_search ON contracts USING gin (search gin_trgm_ops);
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
    contract_id uuid NOT NULL PRIMARY KEY,
    raised_at timestamptz NOT NULL
);

-- What was paid back to customers.
CREATE TABLE refunds (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    number text COLLATE "C",
    payment_id uuid,
    credit_note_id uuid,
    customer_id uuid,
    amount jsonb,
    method text COLLATE "C" NOT NULL,
    refunded_on date,
    reference text COLLATE "C",
    notes text,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX refunds_created_at ON refunds (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX refunds_updated_at ON refunds (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX refunds_owner ON refunds (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX refunds_unit ON refunds (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX refunds_search ON refunds USING gin (search gin_trgm_ops);
CREATE INDEX refunds_number ON refunds (number, id) WHERE deleted_at IS NULL;
CREATE INDEX refunds_refunded_on ON refunds (refunded_on, id) WHERE deleted_at IS NULL;
CREATE INDEX refunds_customer ON refunds (customer_id, created_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX refunds__number_key ON refunds (number) WHERE number IS NOT NULL;
CREATE UNIQUE INDEX refunds__reference_key ON refunds (method, reference) WHERE reference IS NOT NULL AND deleted_at IS NULL;

-- What customers ask for.
CREATE TABLE purchase_requests (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    number text COLLATE "C",
    customer_id uuid NOT NULL,
    opportunity_id uuid,
    status text COLLATE "C" NOT NULL,
    currency text COLLATE "C" NOT NULL,
    lines jsonb NOT NULL,
    reference text COLLATE "C",
    requested_on date,
    ship_to text,
    notes text,
    decided_at timestamptz,
    decided_by uuid,
    reason text,
    order_id uuid,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX purchase_requests_created_at ON purchase_requests (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX purchase_requests_updated_at ON purchase_requests (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX purchase_requests_owner ON purchase_requests (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX purchase_requests_unit ON purchase_requests (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX purchase_requests_search ON purchase_requests USING gin (search gin_trgm_ops);
CREATE INDEX purchase_requests_number ON purchase_requests (number, id) WHERE deleted_at IS NULL;
CREATE INDEX purchase_requests_requested_on ON purchase_requests (requested_on, id) WHERE deleted_at IS NULL;
CREATE INDEX purchase_requests_decided_at ON purchase_requests (decided_at, id) WHERE deleted_at IS NULL;
CREATE INDEX purchase_requests_customer ON purchase_requests (customer_id, created_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX purchase_requests__number_key ON purchase_requests (number) WHERE number IS NOT NULL;
CREATE INDEX purchase_requests_trash ON purchase_requests (deleted_at) WHERE deleted_at IS NOT NULL;

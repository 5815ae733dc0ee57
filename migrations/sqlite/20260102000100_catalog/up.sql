-- Categories of products, a tree.
CREATE TABLE product_categories (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    name TEXT NOT NULL,
    name_en TEXT,
    name_fa TEXT,
    parent_id BLOB,
    description TEXT,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX product_categories_created_at ON product_categories (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX product_categories_updated_at ON product_categories (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX product_categories_owner ON product_categories (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX product_categories_unit ON product_categories (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX product_categories_name ON product_categories (name, id) WHERE deleted_at IS NULL;
CREATE INDEX product_categories_parent ON product_categories (parent_id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE product_categories_search USING fts5 (search, content = 'product_categories', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER product_categories_search_insert AFTER INSERT ON product_categories BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('product_categories', new.rowid, NULL);
END;
CREATE TRIGGER product_categories_search_delete AFTER DELETE ON product_categories BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('product_categories', old.rowid, old.search);
END;
CREATE TRIGGER product_categories_search_update AFTER UPDATE OF search ON product_categories WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('product_categories', old.rowid, old.search);
END;
-- What we sell.
CREATE TABLE products (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    sku TEXT NOT NULL,
    name TEXT NOT NULL,
    name_en TEXT,
    name_fa TEXT,
    description TEXT,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    category_id BLOB,
    unit TEXT NOT NULL,
    whole_units BOOLEAN NOT NULL,
    stocked BOOLEAN NOT NULL,
    cost TEXT,
    list_price TEXT,
    price_quantity TEXT NOT NULL,
    tax_category TEXT NOT NULL,
    gtin TEXT,
    attributes TEXT NOT NULL,
    variant_by TEXT NOT NULL,
    parent_id BLOB,
    parts TEXT NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX products_created_at ON products (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX products_updated_at ON products (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX products_owner ON products (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX products_unit ON products (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX products__sku_key ON products (sku) WHERE deleted_at IS NULL;
CREATE INDEX products_sku ON products (sku, id) WHERE deleted_at IS NULL;
CREATE INDEX products_name ON products (name, id) WHERE deleted_at IS NULL;
CREATE INDEX products_category ON products (category_id) WHERE deleted_at IS NULL;
CREATE INDEX products_parent ON products (parent_id) WHERE deleted_at IS NULL;
CREATE INDEX products_kind ON products (kind) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE products_search USING fts5 (search, content = 'products', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER products_search_insert AFTER INSERT ON products BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('products', new.rowid, NULL);
END;
CREATE TRIGGER products_search_delete AFTER DELETE ON products BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('products', old.rowid, old.search);
END;
CREATE TRIGGER products_search_update AFTER UPDATE OF search ON products WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('products', old.rowid, old.search);
END;
-- What can be chosen of configurable products.
CREATE TABLE configuration_models (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    product_id BLOB NOT NULL,
    active BOOLEAN NOT NULL,
    groups TEXT NOT NULL,
    rules TEXT NOT NULL,
    attributes TEXT NOT NULL,
    components TEXT NOT NULL,
    operations TEXT NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX configuration_models_created_at ON configuration_models (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX configuration_models_updated_at ON configuration_models (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX configuration_models_owner ON configuration_models (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX configuration_models_unit ON configuration_models (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX configuration_models__product_id_key ON configuration_models (product_id) WHERE deleted_at IS NULL;
-- Lists of prices.
CREATE TABLE price_books (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    name TEXT NOT NULL,
    currency TEXT NOT NULL,
    country TEXT,
    province TEXT,
    customer_group TEXT,
    group_id BLOB,
    from_date DATE,
    to_date DATE,
    priority BIGINT NOT NULL,
    active BOOLEAN NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX price_books_created_at ON price_books (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX price_books_updated_at ON price_books (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX price_books_owner ON price_books (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX price_books_unit ON price_books (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX price_books_name ON price_books (name, id) WHERE deleted_at IS NULL;
CREATE INDEX price_books_currency ON price_books (currency, id) WHERE deleted_at IS NULL;
CREATE INDEX price_books_priority ON price_books (priority, id) WHERE deleted_at IS NULL;
CREATE INDEX price_books_group ON price_books (group_id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE price_books_search USING fts5 (search, content = 'price_books', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER price_books_search_insert AFTER INSERT ON price_books BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('price_books', new.rowid, NULL);
END;
CREATE TRIGGER price_books_search_delete AFTER DELETE ON price_books BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('price_books', old.rowid, old.search);
END;
CREATE TRIGGER price_books_search_update AFTER UPDATE OF search ON price_books WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('price_books', old.rowid, old.search);
END;
-- Prices of products in lists.
CREATE TABLE price_book_entries (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    price_book_id BLOB NOT NULL,
    product_id BLOB NOT NULL,
    price TEXT,
    tier_mode TEXT NOT NULL,
    tiers TEXT NOT NULL,
    price_quantity TEXT NOT NULL,
    from_date DATE,
    to_date DATE,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX price_book_entries_created_at ON price_book_entries (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX price_book_entries_updated_at ON price_book_entries (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX price_book_entries_owner ON price_book_entries (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX price_book_entries_unit ON price_book_entries (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX price_book_entries__from_date_key ON price_book_entries (price_book_id, product_id, from_date) WHERE deleted_at IS NULL AND from_date IS NOT NULL;
CREATE UNIQUE INDEX price_book_entries__product_id_key ON price_book_entries (price_book_id, product_id) WHERE deleted_at IS NULL AND from_date IS NULL;
CREATE INDEX price_book_entries_product ON price_book_entries (product_id) WHERE deleted_at IS NULL;
CREATE INDEX price_book_entries_from_date ON price_book_entries (from_date, id) WHERE deleted_at IS NULL;
-- What makes things cheaper for a while.
CREATE TABLE promotions (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    name TEXT NOT NULL,
    name_en TEXT,
    name_fa TEXT,
    kind TEXT NOT NULL,
    applies_to TEXT NOT NULL,
    percent TEXT,
    amount TEXT,
    buy_quantity TEXT,
    get_quantity TEXT,
    parts TEXT NOT NULL,
    product_ids TEXT NOT NULL,
    category_ids TEXT NOT NULL,
    condition TEXT,
    from_date DATE,
    to_date DATE,
    priority BIGINT NOT NULL,
    stacking TEXT NOT NULL,
    coupon_only BOOLEAN NOT NULL,
    active BOOLEAN NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX promotions_created_at ON promotions (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX promotions_updated_at ON promotions (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX promotions_owner ON promotions (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX promotions_unit ON promotions (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX promotions_name ON promotions (name, id) WHERE deleted_at IS NULL;
CREATE INDEX promotions_priority ON promotions (priority, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE promotions_search USING fts5 (search, content = 'promotions', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER promotions_search_insert AFTER INSERT ON promotions BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('promotions', new.rowid, NULL);
END;
CREATE TRIGGER promotions_search_delete AFTER DELETE ON promotions BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('promotions', old.rowid, old.search);
END;
CREATE TRIGGER promotions_search_update AFTER UPDATE OF search ON promotions WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('promotions', old.rowid, old.search);
END;
-- Codes by which promotions hold.
CREATE TABLE coupons (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    code TEXT NOT NULL,
    promotion_id BLOB NOT NULL,
    customer_id BLOB,
    max_uses BIGINT,
    max_uses_per_customer BIGINT,
    from_date DATE,
    to_date DATE,
    active BOOLEAN NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX coupons_created_at ON coupons (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX coupons_updated_at ON coupons (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX coupons_owner ON coupons (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX coupons_unit ON coupons (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX coupons__code_key ON coupons (code) WHERE deleted_at IS NULL;
CREATE INDEX coupons_code ON coupons (code, id) WHERE deleted_at IS NULL;
CREATE INDEX coupons_promotion ON coupons (promotion_id) WHERE deleted_at IS NULL;
CREATE INDEX coupons_customer ON coupons (customer_id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE coupons_search USING fts5 (search, content = 'coupons', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER coupons_search_insert AFTER INSERT ON coupons BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('coupons', new.rowid, NULL);
END;
CREATE TRIGGER coupons_search_delete AFTER DELETE ON coupons BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('coupons', old.rowid, old.search);
END;
CREATE TRIGGER coupons_search_update AFTER UPDATE OF search ON coupons WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('coupons', old.rowid, old.search);
END;
-- What was used of coupons.
CREATE TABLE coupon_redemptions (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    coupon_id BLOB NOT NULL,
    customer_id BLOB,
    reference TEXT,
    used_on DATE,
    released_at INTEGER,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX coupon_redemptions_created_at ON coupon_redemptions (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX coupon_redemptions_updated_at ON coupon_redemptions (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX coupon_redemptions_owner ON coupon_redemptions (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX coupon_redemptions_unit ON coupon_redemptions (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX coupon_redemptions_uses ON coupon_redemptions (coupon_id, customer_id, released_at) WHERE deleted_at IS NULL;
CREATE INDEX coupon_redemptions_customer ON coupon_redemptions (customer_id) WHERE deleted_at IS NULL;
CREATE INDEX coupon_redemptions_reference ON coupon_redemptions (reference, id) WHERE deleted_at IS NULL;
-- Rates of tax by place and date.
CREATE TABLE taxes (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    name TEXT NOT NULL,
    country TEXT NOT NULL,
    province TEXT,
    category TEXT NOT NULL,
    percent TEXT NOT NULL,
    from_date DATE,
    to_date DATE,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX taxes_created_at ON taxes (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX taxes_updated_at ON taxes (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX taxes_owner ON taxes (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX taxes_unit ON taxes (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX taxes_name ON taxes (name, id) WHERE deleted_at IS NULL;
CREATE INDEX taxes_country ON taxes (country, id) WHERE deleted_at IS NULL;
-- When sums are due.
CREATE TABLE payment_terms (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    name TEXT NOT NULL,
    name_en TEXT,
    name_fa TEXT,
    net_days BIGINT NOT NULL,
    instalments TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX payment_terms_created_at ON payment_terms (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX payment_terms_updated_at ON payment_terms (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX payment_terms_owner ON payment_terms (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX payment_terms_unit ON payment_terms (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX payment_terms_name ON payment_terms (name, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE payment_terms_search USING fts5 (search, content = 'payment_terms', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER payment_terms_search_insert AFTER INSERT ON payment_terms BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('payment_terms', new.rowid, NULL);
END;
CREATE TRIGGER payment_terms_search_delete AFTER DELETE ON payment_terms BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('payment_terms', old.rowid, old.search);
END;
CREATE TRIGGER payment_terms_search_update AFTER UPDATE OF search ON payment_terms WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('payment_terms', old.rowid, old.search);
END;
-- Up to which discount roles let quotes through.
CREATE TABLE discount_limits (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    role_id BLOB NOT NULL,
    max_percent TEXT NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX discount_limits_created_at ON discount_limits (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX discount_limits_updated_at ON discount_limits (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX discount_limits_owner ON discount_limits (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX discount_limits_unit ON discount_limits (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX discount_limits__role_id_key ON discount_limits (role_id) WHERE deleted_at IS NULL;
-- Who approves in whose place.
CREATE TABLE approval_delegations (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    from_user_id BLOB NOT NULL,
    to_user_id BLOB NOT NULL,
    from_date DATE NOT NULL,
    to_date DATE NOT NULL,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX approval_delegations_created_at ON approval_delegations (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX approval_delegations_updated_at ON approval_delegations (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX approval_delegations_owner ON approval_delegations (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX approval_delegations_unit ON approval_delegations (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX approval_delegations_to ON approval_delegations (to_user_id, to_date) WHERE deleted_at IS NULL;
-- Offers to customers, each version a row.
CREATE TABLE quotes (
    id BLOB NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    updated_by BLOB,
    owner_id BLOB,
    unit_id BLOB,
    number TEXT NOT NULL,
    revision BIGINT NOT NULL,
    previous_id BLOB,
    status TEXT NOT NULL,
    customer_id BLOB NOT NULL,
    opportunity_id BLOB,
    title TEXT NOT NULL,
    language TEXT NOT NULL,
    currency TEXT NOT NULL,
    valid_until DATE,
    lines TEXT NOT NULL,
    discounts TEXT NOT NULL,
    charges TEXT NOT NULL,
    coupons TEXT NOT NULL,
    payment_term_id BLOB,
    rounding_step TEXT,
    terms_text TEXT,
    pricing TEXT,
    options TEXT NOT NULL,
    total TEXT,
    discount_percent TEXT NOT NULL,
    submitted_by BLOB,
    approvals TEXT NOT NULL,
    sent_at INTEGER,
    sent_to TEXT,
    acceptance TEXT,
    declined_reason TEXT,
    order_id BLOB,
    converted_at INTEGER,
    external_ids TEXT NOT NULL,
    custom TEXT NOT NULL,
    search TEXT NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX quotes_opportunity ON quotes (opportunity_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX quotes_created_at ON quotes (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX quotes_updated_at ON quotes (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX quotes_owner ON quotes (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX quotes_unit ON quotes (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX quotes__revision_key ON quotes (number, revision) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX quotes__previous_id_key ON quotes (previous_id) WHERE deleted_at IS NULL;
CREATE INDEX quotes_number ON quotes (number, id) WHERE deleted_at IS NULL;
CREATE INDEX quotes_title ON quotes (title, id) WHERE deleted_at IS NULL;
CREATE INDEX quotes_status ON quotes (status, id) WHERE deleted_at IS NULL;
CREATE INDEX quotes_valid_until ON quotes (valid_until, id) WHERE deleted_at IS NULL;
CREATE INDEX quotes_discount_percent ON quotes (discount_percent, id) WHERE deleted_at IS NULL;
CREATE INDEX quotes_customer ON quotes (customer_id, created_at, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE quotes_search USING fts5 (search, content = 'quotes', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER quotes_search_insert AFTER INSERT ON quotes BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('quotes', new.rowid, NULL);
END;
CREATE TRIGGER quotes_search_delete AFTER DELETE ON quotes BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('quotes', old.rowid, old.search);
END;
CREATE TRIGGER quotes_search_update AFTER UPDATE OF search ON quotes WHEN old.search <> new.search BEGIN
    INSERT OR IGNORE INTO pending_search VALUES ('quotes', old.rowid, old.search);
END;

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

-- Categories of products, a tree.
CREATE TABLE product_categories (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    name text COLLATE "C" NOT NULL,
    name_en text,
    name_fa text,
    parent_id uuid,
    description text,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX product_categories_created_at ON product_categories (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX product_categories_updated_at ON product_categories (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX product_categories_owner ON product_categories (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX product_categories_unit ON product_categories (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX product_categories_name ON product_categories (name, id) WHERE deleted_at IS NULL;
CREATE INDEX product_categories_parent ON product_categories (parent_id) WHERE deleted_at IS NULL;
CREATE INDEX product_categories_search ON product_categories USING gin (search gin_trgm_ops);
-- What we sell.
CREATE TABLE products (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    sku text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    name_en text,
    name_fa text,
    description text,
    kind text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    category_id uuid,
    unit text COLLATE "C" NOT NULL,
    whole_units boolean NOT NULL,
    stocked boolean NOT NULL,
    cost jsonb,
    list_price jsonb,
    price_quantity text COLLATE "C" NOT NULL,
    tax_category text COLLATE "C" NOT NULL,
    gtin text COLLATE "C",
    attributes jsonb NOT NULL,
    variant_by jsonb NOT NULL,
    parent_id uuid,
    parts jsonb NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
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
CREATE INDEX products_search ON products USING gin (search gin_trgm_ops);

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
-- What can be chosen of configurable products.
CREATE TABLE configuration_models (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    product_id uuid NOT NULL,
    active boolean NOT NULL,
    groups jsonb NOT NULL,
    rules jsonb NOT NULL,
    attributes jsonb NOT NULL,
    components jsonb NOT NULL,
    operations jsonb NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX configuration_models_created_at ON configuration_models (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX configuration_models_updated_at ON configuration_models (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX configuration_models_owner ON configuration_models (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX configuration_models_unit ON configuration_models (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX configuration_models__product_id_key ON configuration_models (product_id) WHERE deleted_at IS NULL;
-- Lists of prices.
CREATE TABLE price_books (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    name text COLLATE "C" NOT NULL,
    currency text COLLATE "C" NOT NULL,
    country text COLLATE "C",
    province text COLLATE "C",
    customer_group text COLLATE "C",
    group_id uuid,
    from_date date,
    to_date date,
    priority bigint NOT NULL,
    active boolean NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX price_books_created_at ON price_books (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX price_books_updated_at ON price_books (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX price_books_owner ON price_books (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX price_books_unit ON price_books (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX price_books_name ON price_books (name, id) WHERE deleted_at IS NULL;
CREATE INDEX price_books_currency ON price_books (currency, id) WHERE deleted_at IS NULL;
CREATE INDEX price_books_priority ON price_books (priority, id) WHERE deleted_at IS NULL;
CREATE INDEX price_books_group ON price_books (group_id) WHERE deleted_at IS NULL;
CREATE INDEX price_books_search ON price_books USING gin (search gin_trgm_ops);
-- Prices of products in lists.
CREATE TABLE price_book_entries (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    price_book_id uuid NOT NULL,
    product_id uuid NOT NULL,
    price jsonb,
    tier_mode text COLLATE "C" NOT NULL,
    tiers jsonb NOT NULL,
    price_quantity text COLLATE "C" NOT NULL,
    from_date date,
    to_date date,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
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
    kind text COLLATE "C" NOT NULL,
    applies_to text COLLATE "C" NOT NULL,
    percent text COLLATE "C",
    amount jsonb,
    buy_quantity text COLLATE "C",
    get_quantity text COLLATE "C",
    parts jsonb NOT NULL,
    product_ids jsonb NOT NULL,
    category_ids jsonb NOT NULL,
    condition text,
    from_date date,
    to_date date,
    priority bigint NOT NULL,
    stacking text COLLATE "C" NOT NULL,
    coupon_only boolean NOT NULL,
    active boolean NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX promotions_created_at ON promotions (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX promotions_updated_at ON promotions (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX promotions_owner ON promotions (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX promotions_unit ON promotions (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX promotions_name ON promotions (name, id) WHERE deleted_at IS NULL;
CREATE INDEX promotions_priority ON promotions (priority, id) WHERE deleted_at IS NULL;
CREATE INDEX promotions_search ON promotions USING gin (search gin_trgm_ops);
-- Codes by which promotions hold.
CREATE TABLE coupons (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    code text COLLATE "C" NOT NULL,
    promotion_id uuid NOT NULL,
    customer_id uuid,
    max_uses bigint,
    max_uses_per_customer bigint,
    from_date date,
    to_date date,
    active boolean NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX coupons_created_at ON coupons (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX coupons_updated_at ON coupons (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX coupons_owner ON coupons (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX coupons_unit ON coupons (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX coupons__code_key ON coupons (code) WHERE deleted_at IS NULL;
CREATE INDEX coupons_code ON coupons (code, id) WHERE deleted_at IS NULL;
CREATE INDEX coupons_promotion ON coupons (promotion_id) WHERE deleted_at IS NULL;
CREATE INDEX coupons_customer ON coupons (customer_id) WHERE deleted_at IS NULL;
CREATE INDEX coupons_search ON coupons USING gin (search gin_trgm_ops);
-- What was used of coupons.
CREATE TABLE coupon_redemptions (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    coupon_id uuid NOT NULL,
    customer_id uuid,
    reference text COLLATE "C",
    used_on date,
    released_at timestamptz,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
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
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    name text COLLATE "C" NOT NULL,
    country text COLLATE "C" NOT NULL,
    province text COLLATE "C",
    category text COLLATE "C" NOT NULL,
    percent text COLLATE "C" NOT NULL,
    from_date date,
    to_date date,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX taxes_created_at ON taxes (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX taxes_updated_at ON taxes (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX taxes_owner ON taxes (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX taxes_unit ON taxes (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX taxes_name ON taxes (name, id) WHERE deleted_at IS NULL;
CREATE INDEX taxes_country ON taxes (country, id) WHERE deleted_at IS NULL;
-- When sums are due.
CREATE TABLE payment_terms (
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
    net_days bigint NOT NULL,
    instalments jsonb NOT NULL,
    active boolean NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX payment_terms_created_at ON payment_terms (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX payment_terms_updated_at ON payment_terms (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX payment_terms_owner ON payment_terms (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX payment_terms_unit ON payment_terms (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX payment_terms_name ON payment_terms (name, id) WHERE deleted_at IS NULL;
CREATE INDEX payment_terms_search ON payment_terms USING gin (search gin_trgm_ops);
-- Up to which discount roles let quotes through.
CREATE TABLE discount_limits (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    role_id uuid NOT NULL,
    max_percent text COLLATE "C" NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX discount_limits_created_at ON discount_limits (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX discount_limits_updated_at ON discount_limits (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX discount_limits_owner ON discount_limits (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX discount_limits_unit ON discount_limits (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX discount_limits__role_id_key ON discount_limits (role_id) WHERE deleted_at IS NULL;
-- Who approves in whose place.
CREATE TABLE approval_delegations (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    from_user_id uuid NOT NULL,
    to_user_id uuid NOT NULL,
    from_date date NOT NULL,
    to_date date NOT NULL,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX approval_delegations_created_at ON approval_delegations (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX approval_delegations_updated_at ON approval_delegations (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX approval_delegations_owner ON approval_delegations (owner_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX approval_delegations_unit ON approval_delegations (unit_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX approval_delegations_to ON approval_delegations (to_user_id, to_date) WHERE deleted_at IS NULL;
-- Offers to customers, each version a row.
CREATE TABLE quotes (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    owner_id uuid,
    unit_id uuid,
    number text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    previous_id uuid,
    status text COLLATE "C" NOT NULL,
    customer_id uuid NOT NULL,
    opportunity_id uuid,
    title text COLLATE "C" NOT NULL,
    language text COLLATE "C" NOT NULL,
    currency text COLLATE "C" NOT NULL,
    valid_until date,
    lines jsonb NOT NULL,
    discounts jsonb NOT NULL,
    charges jsonb NOT NULL,
    coupons jsonb NOT NULL,
    payment_term_id uuid,
    rounding_step text COLLATE "C",
    terms_text text,
    pricing jsonb,
    options jsonb NOT NULL,
    total jsonb,
    discount_percent text COLLATE "C" NOT NULL,
    submitted_by uuid,
    approvals jsonb NOT NULL,
    sent_at timestamptz,
    sent_to text,
    acceptance jsonb,
    declined_reason text,
    order_id uuid,
    converted_at timestamptz,
    external_ids jsonb NOT NULL,
    custom jsonb NOT NULL,
    search text NOT NULL,
    deleted_at timestamptz
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
CREATE INDEX quotes_search ON quotes USING gin (search gin_trgm_ops);

-- What a deal with lines comes to by product: at most one row for each, and one without product for what is in no catalogue.
CREATE TABLE opportunity_products (
    opportunity_id BLOB NOT NULL,
    place BIGINT NOT NULL,
    product_id BLOB,
    amount_units BIGINT NOT NULL,
    amount_micros BIGINT NOT NULL,
    PRIMARY KEY (opportunity_id, place)
) WITHOUT ROWID;
CREATE INDEX opportunity_products_product ON opportunity_products (product_id, opportunity_id, amount_units, amount_micros);

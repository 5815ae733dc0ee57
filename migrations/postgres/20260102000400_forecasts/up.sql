-- What a deal with lines comes to by product: at most one row for each, and one without product for what is in no catalogue.
CREATE TABLE opportunity_products (
    opportunity_id uuid NOT NULL,
    place bigint NOT NULL,
    product_id uuid,
    amount_units bigint NOT NULL,
    amount_micros bigint NOT NULL,
    PRIMARY KEY (opportunity_id, place)
);
CREATE INDEX opportunity_products_product ON opportunity_products (product_id, opportunity_id, amount_units, amount_micros);

DROP TABLE opportunity_products;

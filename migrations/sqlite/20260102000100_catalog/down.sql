DROP TABLE products_search;
DROP TABLE products;
DROP TABLE product_categories_search;
DROP TABLE product_categories;

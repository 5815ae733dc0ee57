DROP TABLE templates_search;
DROP TABLE templates;

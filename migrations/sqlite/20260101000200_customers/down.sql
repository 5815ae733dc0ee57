DROP TABLE group_members;
DROP TABLE groups;
DROP TABLE relationships;
DROP TABLE customer_keys;
DROP TABLE customers;

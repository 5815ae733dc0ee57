DROP TABLE group_history;
DROP TABLE group_rules;
DROP TABLE group_matches;
DROP TABLE group_members;
DROP TABLE groups;
DROP TABLE relationships;
DROP TABLE customer_keys;
DROP TABLE customers;

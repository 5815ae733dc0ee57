DROP TABLE custom_fields;
DROP TABLE jobs;
DROP TABLE settings;
DROP TABLE idempotency_keys;
DROP TABLE custom_values;
DROP TABLE external_ids;
DROP TABLE change_seals;
DROP TABLE changes;

DROP TABLE retention_runs;
DROP TABLE retention_rules;
DROP TABLE erasure_lifts;
DROP TABLE erased_records;
DROP TABLE erased_identifiers;
DROP TABLE erasures;
DROP TABLE consents;

DROP TABLE import_rows;
DROP TABLE import_checkpoints;
DROP TABLE imports;

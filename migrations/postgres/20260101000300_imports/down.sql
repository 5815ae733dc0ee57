DROP TABLE bulk_actions;
DROP TABLE work_rows;
DROP TABLE import_checkpoints;
DROP TABLE imports;

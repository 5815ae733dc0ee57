DROP TABLE merged_records;
DROP TABLE merge_steps;
DROP TABLE merges;

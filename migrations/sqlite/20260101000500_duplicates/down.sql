DROP TABLE duplicate_keys;
DROP TABLE duplicates;
DROP TABLE merged_records;
DROP TABLE merge_steps;
DROP TABLE merges;

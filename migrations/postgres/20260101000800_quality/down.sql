DROP TABLE suggestions;
DROP TABLE data_sources;
DROP TABLE quality_profiles;

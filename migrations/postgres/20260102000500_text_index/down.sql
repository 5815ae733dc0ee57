-- The text indexes of PostgreSQL stay as they are. A statement, because there must be one.
SELECT 1;

DROP TABLE series_counters;
DROP TABLE number_series;

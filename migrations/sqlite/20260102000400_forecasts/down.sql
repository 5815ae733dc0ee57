DROP TABLE forecast_snapshot_deals;
DROP TABLE forecast_snapshots;
DROP TABLE forecast_adjustments;
DROP TABLE quotas;
DROP TABLE opportunity_products;

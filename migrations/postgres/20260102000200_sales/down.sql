DROP TABLE opportunity_contacts;
DROP TABLE opportunity_competitors;
DROP TABLE opportunity_stages;
DROP TABLE opportunities;
DROP TABLE competitors;
DROP TABLE stages;
DROP TABLE pipelines;

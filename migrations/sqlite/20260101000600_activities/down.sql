DROP TABLE tasks_search;
DROP TABLE tasks;
DROP TABLE interaction_parties;
DROP TABLE interactions_search;
DROP TABLE interactions;

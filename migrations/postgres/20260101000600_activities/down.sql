DROP TABLE tasks;
DROP TABLE interaction_parties;
DROP TABLE interactions;

DROP TABLE interaction_parties;
DROP TABLE interactions;

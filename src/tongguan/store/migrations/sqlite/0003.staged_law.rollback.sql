DROP TABLE staged_law;

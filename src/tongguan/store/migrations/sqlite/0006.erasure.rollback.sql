DROP TABLE restrictions;
DROP TABLE forgetting;
DROP INDEX events_subject;

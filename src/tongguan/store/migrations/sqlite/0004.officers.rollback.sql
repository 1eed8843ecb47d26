DROP TABLE prices;
DROP INDEX officer_queue_office;
DROP TABLE officer_queue;
DROP TABLE pauses;

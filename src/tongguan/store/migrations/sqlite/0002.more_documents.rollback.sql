DROP TABLE arrivals;
DROP INDEX documents_invt_no;
ALTER TABLE documents DROP COLUMN invt_no;

-- Documents of more kinds: inventories are found by their number, waybills in the warehouse entry lists they stand in.
-- packed_text(state, name) is a function of our own (store/database.py).
-- depends: 0001.clearing

ALTER TABLE documents ADD COLUMN invt_no TEXT NOT NULL DEFAULT '';  -- of a request: the inventory that it names

UPDATE documents SET invt_no = packed_text(state, 'invt_no') WHERE kind = 'inventory';

CREATE INDEX documents_invt_no ON documents (invt_no) WHERE invt_no <> '';

CREATE TABLE arrivals (             -- the lines of the stored warehouse entry lists
    waybill_key TEXT NOT NULL,
    operator    TEXT NOT NULL,      -- operatorCode of the list
    arrival     BLOB NOT NULL,      -- msgpack of clearance.model.Arrival
    PRIMARY KEY (waybill_key, operator)
) STRICT, WITHOUT ROWID;

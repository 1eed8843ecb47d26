-- Copies of filed data for recorded subscribers: which events each of them may read.
-- depends: 0001.clearing

CREATE TABLE copies (
    dxp_id     TEXT    NOT NULL,    -- of the subscriber
    event_no   INTEGER NOT NULL,    -- the event that filed the record
    subject_no INTEGER NOT NULL,
    PRIMARY KEY (dxp_id, event_no)
) STRICT, WITHOUT ROWID;

-- Erasure: what the gateways are still to destroy, and the cases that are stored only while a legal minimum runs.
-- depends: 0001.clearing

CREATE INDEX events_subject ON events (subject_no);

CREATE TABLE forgetting (           -- filings of erased subjects; the gateways work this list off
    task_no   INTEGER PRIMARY KEY,
    filing_id TEXT    NOT NULL,
    what      TEXT    NOT NULL CHECK (what IN ('packed', 'raw')),  -- raw: the last case of the message is erased
    event_no  INTEGER NOT NULL,     -- the tombstone that put it here
    UNIQUE (filing_id, what)
) STRICT;

CREATE TABLE restrictions (         -- cases that are shown to auditors only
    case_id  TEXT    PRIMARY KEY,
    kind     TEXT    NOT NULL,      -- of the subject that was named
    key      TEXT    NOT NULL,
    until    TEXT    NOT NULL,      -- the last day, in China, of the period that runs
    law_row  TEXT    NOT NULL,      -- of that period
    event_no INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

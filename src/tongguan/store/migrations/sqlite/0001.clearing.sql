-- The clearing schema. Only the engine writes it. Amounts are whole 1e-5 yuan (or 1e-5 of a stock unit), times are
-- wall nanoseconds UTC, keys are the parts as filed joined with U+001F (which XML cannot carry), digests are raw bytes.

CREATE TABLE subjects (             -- whatever has a chain of events of its own
    subject_no  INTEGER PRIMARY KEY,
    part        INTEGER NOT NULL,   -- fnv1a32(orderNo) % 64, of the first key where there is no orderNo
    kind        TEXT    NOT NULL,   -- order, payment, waybill, inventory, filing, registry, law, party
    key         TEXT    NOT NULL,
    case_id     TEXT    NOT NULL,   -- opaque; shared by the subjects of one order (a keyed hash of its key)
    person_key  BLOB,               -- wrapped by the master key; NULL once erased
    rest_key    BLOB    NOT NULL,
    head_event  INTEGER NOT NULL,
    head_digest BLOB    NOT NULL,   -- log entry of the head event
    events      INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX subjects_key ON subjects (kind, key);

CREATE TABLE documents (            -- each filed document as it stands
    subject_no  INTEGER PRIMARY KEY,
    part        INTEGER NOT NULL,
    kind        TEXT    NOT NULL,
    order_key   TEXT    NOT NULL,   -- '' for a waybill, which is found by its own key only
    waybill_key TEXT    NOT NULL,   -- of an inventory, else ''
    live        INTEGER NOT NULL,   -- 1 while it stands in the way of another inventory of the same order or waybill
    status      TEXT    NOT NULL,
    deleted     INTEGER NOT NULL,
    used_by     TEXT    NOT NULL,
    app_time    TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    digest      BLOB    NOT NULL,   -- SHA-256 of the packed record
    state       BLOB    NOT NULL,   -- msgpack of the Document without its record and what was said of it
    said        BLOB,               -- its last receipts and problems, sealed with the subject's person key: an officer's
                                    -- free text may be among them
    record      BLOB                -- sealed with the subject's person key; NULL once erased
) STRICT;
CREATE INDEX documents_order ON documents (part, order_key, kind) WHERE order_key <> '';
CREATE INDEX documents_waybill ON documents (waybill_key) WHERE waybill_key <> '';

CREATE TABLE event_shapes (         -- the field names of events, each list once
    shape_no INTEGER PRIMARY KEY,
    digest   BLOB    NOT NULL UNIQUE,
    names    BLOB    NOT NULL       -- msgpack: one list of names for each part
) STRICT;

CREATE TABLE events (
    event_no       INTEGER PRIMARY KEY,  -- without gaps from 1
    subject_no     INTEGER NOT NULL,
    cause          TEXT    NOT NULL,     -- record, refused, command, due, wake, snapshot
    at_ns          INTEGER NOT NULL,     -- wall time of the cut
    format         INTEGER NOT NULL,
    shape_no       INTEGER NOT NULL,
    digests        BLOB    NOT NULL,     -- 32 bytes for each name of the shape, in its order
    entry          BLOB    NOT NULL,     -- 33 bytes
    former_entry   BLOB    NOT NULL,     -- of the former event of the subject; empty for the first
    person_secrets BLOB    NOT NULL,     -- 32 bytes for each part, sealed with the subject's person key; empty once erased
    rest_secrets   BLOB    NOT NULL,     -- the same, rest key
    sealed         BLOB    NOT NULL,     -- msgpack: (person, rest) of each part, sealed by their secrets
    filing_id      TEXT    NOT NULL,
    record_no      INTEGER NOT NULL
) STRICT;

CREATE TABLE accounts (
    account       TEXT    PRIMARY KEY,
    kind          TEXT    NOT NULL,      -- quota, guarantee, stock
    held          INTEGER NOT NULL,
    used          INTEGER NOT NULL,
    account_limit INTEGER NOT NULL,
    CHECK (held >= 0 AND used >= 0 AND held + used <= account_limit)
) STRICT, WITHOUT ROWID;

CREATE TABLE awaits (               -- inventories that wait for something
    kind      TEXT NOT NULL,
    key       TEXT NOT NULL,
    inventory TEXT NOT NULL,
    PRIMARY KEY (kind, key, inventory)
) STRICT, WITHOUT ROWID;

CREATE TABLE wakes (                -- inventories to be looked at again
    wake_no   INTEGER PRIMARY KEY,
    inventory TEXT NOT NULL,
    by_kind   TEXT NOT NULL,
    by_key    TEXT NOT NULL
) STRICT;

CREATE TABLE due (                  -- what time itself will bring
    at_ns INTEGER NOT NULL,
    kind  TEXT    NOT NULL,
    key   TEXT    NOT NULL,
    what  TEXT    NOT NULL,
    PRIMARY KEY (at_ns, kind, key, what)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (               -- receipts by exchange id, one row for each event
    dxp_id     TEXT    NOT NULL,
    event_no   INTEGER NOT NULL,
    subject_no INTEGER NOT NULL,
    at_ns      INTEGER NOT NULL,
    sealed     BLOB    NOT NULL,    -- msgpack list of (index in the event, receipt), sealed with the subject's rest key
    PRIMARY KEY (dxp_id, event_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE filings (              -- which events a filing became
    filing_id   TEXT    PRIMARY KEY,
    first_event INTEGER NOT NULL,
    events      INTEGER NOT NULL,
    about       BLOB    NOT NULL    -- msgpack of filing_about: type, sender, digest, place of the raw bytes
) STRICT, WITHOUT ROWID;

CREATE TABLE numbers (scope TEXT PRIMARY KEY, next INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE positions (            -- how far each inbox is decided
    inbox  TEXT    PRIMARY KEY,
    id     INTEGER NOT NULL,
    record INTEGER NOT NULL         -- 0: all records of that row
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshots (
    digest TEXT PRIMARY KEY,        -- SHA-256, lower-case hex
    kind   TEXT NOT NULL,           -- registry, law
    packed BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE in_force (
    event_no INTEGER PRIMARY KEY,   -- the event that brought it into force
    kind     TEXT    NOT NULL,
    digest   TEXT    NOT NULL
) STRICT;

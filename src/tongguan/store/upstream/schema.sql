-- upstream.db; see the modules beside this file.
CREATE TABLE IF NOT EXISTS seal (id INTEGER PRIMARY KEY CHECK (id = 1), wrapped BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS tokens (dxp_id TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS places (source TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS forwards (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,  -- the order in which filings go up
    filing_id    TEXT    NOT NULL UNIQUE,
    inbox        TEXT    NOT NULL,
    sender       TEXT    NOT NULL,
    message_type TEXT    NOT NULL,
    cop_msg_id   TEXT    NOT NULL,
    raw_file     TEXT    NOT NULL,
    raw_offset   INTEGER NOT NULL,
    raw_length   INTEGER NOT NULL,
    state        TEXT    NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sending', 'sent', 'refused')),
    attempts     INTEGER NOT NULL DEFAULT 0,
    at_ns        INTEGER NOT NULL DEFAULT 0,
    answer       TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX IF NOT EXISTS forwards_state ON forwards (state, seq) WHERE state <> 'sent';
CREATE INDEX IF NOT EXISTS forwards_cop_msg_id ON forwards (cop_msg_id) WHERE cop_msg_id <> '';
CREATE INDEX IF NOT EXISTS forwards_sender ON forwards (sender);
CREATE TABLE IF NOT EXISTS messages (
    message_no   INTEGER PRIMARY KEY AUTOINCREMENT,  -- the order in which filers get them
    dxp_id       TEXT    NOT NULL,                   -- '' when nobody could be named
    message_type TEXT    NOT NULL,
    source       TEXT    NOT NULL,
    received_ns  INTEGER NOT NULL,
    returns      INTEGER NOT NULL,
    sealed       BLOB    NOT NULL                    -- the XML message, byte for byte; empty once erased
) STRICT;
CREATE INDEX IF NOT EXISTS messages_dxp ON messages (dxp_id, message_no);
CREATE TABLE IF NOT EXISTS returns (
    return_no    INTEGER PRIMARY KEY AUTOINCREMENT,
    message_no   INTEGER NOT NULL,
    identity     BLOB    NOT NULL UNIQUE,            -- SHA-256 of whom it is for and all that it says
    dxp_id       TEXT    NOT NULL,
    message_type TEXT    NOT NULL,
    document     TEXT    NOT NULL,                   -- the elements that name the document
    status       TEXT    NOT NULL,
    codes        TEXT    NOT NULL,                   -- found in the text, joined by blanks
    invt_no      TEXT    NOT NULL,
    at_ns        INTEGER NOT NULL,
    day          TEXT    NOT NULL,                   -- in China
    sealed       BLOB    NOT NULL                    -- msgpack of all elements with their texts
) STRICT;
CREATE INDEX IF NOT EXISTS returns_document ON returns (message_type, document);
CREATE INDEX IF NOT EXISTS returns_message ON returns (message_no);
CREATE INDEX IF NOT EXISTS returns_day ON returns (day);
CREATE INDEX IF NOT EXISTS returns_invt_no ON returns (invt_no) WHERE invt_no <> '';
CREATE TABLE IF NOT EXISTS answers (
    event_no     INTEGER NOT NULL,
    place        INTEGER NOT NULL,
    message_type TEXT    NOT NULL,
    document     TEXT    NOT NULL,
    status       TEXT    NOT NULL,
    codes        TEXT    NOT NULL,
    rules        TEXT    NOT NULL,
    invt_no      TEXT    NOT NULL,
    at_ns        INTEGER NOT NULL,
    day          TEXT    NOT NULL,
    PRIMARY KEY (event_no, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS answers_document ON answers (message_type, document);
CREATE INDEX IF NOT EXISTS answers_day ON answers (day);

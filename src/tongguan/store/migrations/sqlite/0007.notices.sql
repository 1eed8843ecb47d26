-- What parties were told of their rows in the registry that end.
-- depends: 0001.clearing

CREATE TABLE notices (
    notice_no  INTEGER PRIMARY KEY,
    party_code TEXT    NOT NULL,
    what       TEXT    NOT NULL,    -- expires_soon, expired
    item       TEXT    NOT NULL,    -- registration, certificate, guarantee
    name       TEXT    NOT NULL,    -- number of the certificate, kind of the guarantee
    over_ns    INTEGER NOT NULL,    -- from when on it is not valid any more
    event_no   INTEGER NOT NULL,
    at_ns      INTEGER NOT NULL,
    UNIQUE (party_code, what, item, name, over_ns)
) STRICT;

-- Changes of law that wait for a second person, and what became of them. Their bytes lie in snapshots.
-- depends: 0001.clearing

CREATE TABLE staged_law (
    digest       TEXT    PRIMARY KEY,   -- SHA-256 of the snapshot that would come into force
    base         TEXT    NOT NULL,      -- of the snapshot it was made against
    maker        TEXT    NOT NULL,
    retroactive  INTEGER NOT NULL,
    staged_event INTEGER NOT NULL,
    state        TEXT    NOT NULL,      -- open, in_force, withdrawn
    checker      TEXT    NOT NULL,      -- who approved or withdrew it; '' while open
    ended_event  INTEGER NOT NULL       -- 0 while open
) STRICT, WITHOUT ROWID;

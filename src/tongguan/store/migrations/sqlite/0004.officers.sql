-- What officers work with: pauses of release, the queue of cases that wait for a person, and prices of released goods.
-- queue_column(state, name) is a function of our own (store/casework.py).
-- depends: 0003.staged_law

CREATE TABLE pauses (               -- each pause of release, open or ended
    pause_id     TEXT    PRIMARY KEY,   -- id of the command that set it
    office       TEXT    NOT NULL,      -- what it is for; '' is any
    lane         TEXT    NOT NULL,
    goods        TEXT    NOT NULL,
    origin       TEXT    NOT NULL,
    party        TEXT    NOT NULL,
    agency       TEXT    NOT NULL,
    actor        TEXT    NOT NULL,
    at_ns        INTEGER NOT NULL,
    resumed_by   TEXT    NOT NULL,      -- '' while open
    resumed_ns   INTEGER NOT NULL       -- 0 while open
) STRICT, WITHOUT ROWID;

CREATE TABLE officer_queue (        -- documents that wait for a person
    subject_no INTEGER PRIMARY KEY,
    kind       TEXT    NOT NULL,
    office     TEXT    NOT NULL,
    officer    TEXT    NOT NULL,        -- who has it; '' is nobody yet
    agencies   TEXT    NOT NULL,        -- blanks between them and around them
    why        TEXT    NOT NULL,        -- words with blanks between them: holds, questions, requests
    since_ns   INTEGER NOT NULL,
    until_ns   INTEGER NOT NULL         -- when an open question ends; 0 without one
) STRICT;
CREATE INDEX officer_queue_office ON officer_queue (office, since_ns);

INSERT INTO officer_queue (subject_no, kind, office, officer, agencies, why, since_ns, until_ns)
SELECT subject_no, kind, queue_column(state, 'office'), queue_column(state, 'officer'), queue_column(state, 'agencies'),
       queue_column(state, 'why'), queue_column(state, 'since_ns'), queue_column(state, 'until_ns')
FROM documents
WHERE kind = 'inventory' AND deleted = 0 AND queue_column(state, 'office') IS NOT NULL;

CREATE TABLE prices (               -- unit prices of released goods, for telling outliers
    gcode       TEXT    NOT NULL,
    unit        TEXT    NOT NULL,       -- of the deal
    currency    TEXT    NOT NULL,
    released_ns INTEGER NOT NULL,
    subject_no  INTEGER NOT NULL,       -- the inventory
    gnum        INTEGER NOT NULL,
    price       INTEGER NOT NULL,       -- whole 1e-5 of the currency
    PRIMARY KEY (gcode, unit, currency, released_ns, subject_no, gnum)
) STRICT, WITHOUT ROWID;

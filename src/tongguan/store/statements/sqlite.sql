-- name: find_documents
-- Subjects, and their documents where there are any, by kind and key; the keys come as JSON pairs.
SELECT s.subject_no, s.part, s.kind, s.key, s.case_id, s.person_key, s.rest_key, s.head_event, s.head_digest, s.events,
       d.state, d.record, d.said
FROM json_each(?) AS wanted
JOIN subjects AS s ON s.kind = wanted.value ->> 0 AND s.key = wanted.value ->> 1
LEFT JOIN documents AS d ON d.subject_no = s.subject_no;

-- name: find_by_order
-- Payments and inventories of some orders; parts and order keys come as JSON pairs.
SELECT d.order_key, d.kind, s.key
FROM json_each(?) AS wanted
JOIN documents AS d ON d.part = wanted.value ->> 0 AND d.order_key = wanted.value ->> 1 AND d.order_key <> ''
JOIN subjects AS s ON s.subject_no = d.subject_no
WHERE d.kind IN ('payment', 'inventory')
ORDER BY d.subject_no;

-- name: find_users
-- Live inventories that name some waybills; waybill keys come as a JSON list.
SELECT d.waybill_key, s.key
FROM json_each(?) AS wanted
JOIN documents AS d ON d.waybill_key = wanted.value AND d.waybill_key <> ''
JOIN subjects AS s ON s.subject_no = d.subject_no
WHERE d.live = 1
ORDER BY d.subject_no;

-- name: find_accounts
-- Balances by account name, a JSON list.
SELECT a.account, a.held, a.used, a.account_limit
FROM json_each(?) AS wanted JOIN accounts AS a ON a.account = wanted.value;

-- name: find_awaits
-- Who waits for some things; JSON pairs of kind and key.
SELECT a.kind, a.key, a.inventory
FROM json_each(?) AS wanted
JOIN awaits AS a ON a.kind = wanted.value ->> 0 AND a.key = wanted.value ->> 1;

-- name: find_due
-- What has fallen due, oldest first.
SELECT at_ns, kind, key, what FROM due WHERE at_ns <= ? ORDER BY at_ns, kind, key, what LIMIT ?;

-- name: find_wakes
-- The next inventories to be looked at again.
SELECT wake_no, inventory, by_kind, by_key FROM wakes ORDER BY wake_no LIMIT ?;

-- name: all_positions
-- How far each inbox is decided.
SELECT inbox, id, record FROM positions;

-- name: all_numbers
-- The next number of every scope; a few thousand rows at most, kept in memory by the engine.
SELECT scope, next FROM numbers;

-- name: all_shapes
-- The lists of field names that events have had.
SELECT shape_no, digest FROM event_shapes;

-- name: snapshots_in_force
-- The newest snapshot of each kind.
SELECT f.kind, s.digest, s.packed
FROM in_force AS f JOIN snapshots AS s ON s.digest = f.digest
WHERE f.event_no = (SELECT max(event_no) FROM in_force WHERE kind = f.kind);

-- name: put_subject
-- Write a subject as it stands after the batch.
INSERT INTO subjects (subject_no, part, kind, key, case_id, person_key, rest_key, head_event, head_digest, events)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (subject_no) DO UPDATE
SET head_event = excluded.head_event, head_digest = excluded.head_digest, events = excluded.events;

-- name: put_document
-- Write a document with a new record.
INSERT INTO documents (subject_no, part, kind, order_key, waybill_key, live, status, deleted, used_by, app_time, version,
                       digest, state, said, record)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (subject_no) DO UPDATE
SET part = excluded.part, order_key = excluded.order_key, waybill_key = excluded.waybill_key, live = excluded.live,
    status = excluded.status, deleted = excluded.deleted, used_by = excluded.used_by, app_time = excluded.app_time,
    version = excluded.version, digest = excluded.digest, state = excluded.state, said = excluded.said, record = excluded.record;

-- name: put_state
-- Write a document whose record has not changed: its sealed bytes stay.
UPDATE documents SET live = ?, status = ?, deleted = ?, used_by = ?, version = ?, state = ?, said = ? WHERE subject_no = ?;

-- name: put_shape
-- Remember a new list of field names.
INSERT INTO event_shapes (shape_no, digest, names) VALUES (?, ?, ?);

-- name: put_event
-- Append one event.
INSERT INTO events (event_no, subject_no, cause, at_ns, format, shape_no, digests, entry, former_entry, person_secrets,
                    rest_secrets, sealed, filing_id, record_no)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: put_account
-- Write a balance as it stands after the batch; the table's CHECK is the last word.
INSERT INTO accounts (account, kind, held, used, account_limit) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (account) DO UPDATE
SET held = excluded.held, used = excluded.used, account_limit = excluded.account_limit;

-- name: put_await
-- An inventory waits for something.
INSERT OR IGNORE INTO awaits (kind, key, inventory) VALUES (?, ?, ?);

-- name: drop_await
-- It has come.
DELETE FROM awaits WHERE kind = ? AND key = ? AND inventory = ?;

-- name: put_wake
-- Queue an inventory to be looked at again.
INSERT INTO wakes (wake_no, inventory, by_kind, by_key) VALUES (?, ?, ?, ?);

-- name: drop_wakes
-- Take off the queue what this batch has looked at.
DELETE FROM wakes WHERE wake_no <= ?;

-- name: put_due
-- Something will fall due.
INSERT OR IGNORE INTO due (at_ns, kind, key, what) VALUES (?, ?, ?, ?);

-- name: drop_due
-- It has been dealt with.
DELETE FROM due WHERE at_ns = ? AND kind = ? AND key = ? AND what = ?;

-- name: put_outbox
-- Receipts of one event for one exchange id.
INSERT INTO outbox (dxp_id, event_no, subject_no, at_ns, sealed) VALUES (?, ?, ?, ?, ?);

-- name: put_filing
-- Which events a filing became; a replay may come to a long filing in several batches.
INSERT INTO filings (filing_id, first_event, events, about) VALUES (?, ?, ?, ?)
ON CONFLICT (filing_id) DO UPDATE SET events = events + excluded.events;

-- name: put_number
-- The next number of a scope.
INSERT INTO numbers (scope, next) VALUES (?, ?) ON CONFLICT (scope) DO UPDATE SET next = excluded.next;

-- name: move_events
-- Compare and set the next event number: whoever comes second changes no row.
UPDATE numbers SET next = ? WHERE scope = 'event' AND next = ?;

-- name: first_position
-- An inbox that was never read starts at 0.
INSERT OR IGNORE INTO positions (inbox, id, record) VALUES (?, 0, 0);

-- name: move_position
-- Compare and set the position of an inbox: whoever comes second changes no row.
UPDATE positions SET id = ?, record = 0 WHERE inbox = ? AND id = ? AND record = 0;

-- name: put_snapshot
-- Keep a snapshot by its digest.
INSERT OR IGNORE INTO snapshots (digest, kind, packed) VALUES (?, ?, ?);

-- name: put_in_force
-- From this event on the snapshot is in force.
INSERT INTO in_force (event_no, kind, digest) VALUES (?, ?, ?);

-- name: read_outbox
-- Receipts of one exchange id from an event on.
SELECT o.event_no, o.at_ns, o.sealed, o.subject_no, s.rest_key
FROM outbox AS o JOIN subjects AS s ON s.subject_no = o.subject_no
WHERE o.dxp_id = ? AND o.event_no >= ? ORDER BY o.event_no LIMIT ?;

-- name: read_filing
-- A decided filing.
SELECT first_event, events, about FROM filings WHERE filing_id = ?;

-- name: read_events
-- Events of a range of numbers with the keys that open them.
SELECT e.event_no, e.subject_no, e.cause, e.at_ns, e.format, h.names, e.digests, e.entry, e.former_entry, e.person_secrets,
       e.rest_secrets, e.sealed, e.filing_id, e.record_no, s.kind, s.key, s.person_key, s.rest_key
FROM events AS e
JOIN event_shapes AS h ON h.shape_no = e.shape_no
JOIN subjects AS s ON s.subject_no = e.subject_no
WHERE e.event_no BETWEEN ? AND ? ORDER BY e.event_no;

-- name: read_accounts
-- Sums by kind of account.
SELECT kind, count(*), sum(held), sum(used) FROM accounts GROUP BY kind ORDER BY kind;

-- name: read_counts
-- Documents by kind and status.
SELECT kind, status, count(*) FROM documents GROUP BY kind, status;

-- name: last_event
-- The number of the newest event.
SELECT coalesce(max(event_no), 0) FROM events;

-- name: list_documents
-- All documents of a kind, in the order in which they were first filed.
SELECT d.subject_no, s.person_key, d.state, d.record, d.said
FROM documents AS d JOIN subjects AS s ON s.subject_no = d.subject_no
WHERE d.kind = ? ORDER BY d.subject_no;

-- name: list_addressees
-- Exchange ids that got receipts from some event on.
SELECT DISTINCT dxp_id FROM outbox WHERE event_no >= ? ORDER BY dxp_id;

-- name: first_event_number
-- A store without events starts at 1.
INSERT OR IGNORE INTO numbers (scope, next) VALUES ('event', 1);

-- name: filing_about
-- What may be told of a filing in clear.
SELECT about FROM filings WHERE filing_id = ?;

-- name: subject_origin
-- A subject without what its events made of it.
SELECT subject_no, part, kind, key, case_id, person_key, rest_key FROM subjects WHERE subject_no = ?;

-- name: snapshot
-- A snapshot by its digest.
SELECT packed FROM snapshots WHERE digest = ? AND kind = ?;

-- name: find_documents
-- Subjects, and their documents where there are any, by kind and key; the keys come as JSON pairs.
SELECT s.subject_no, s.part, s.kind, s.key, s.case_id, s.person_key, s.rest_key, s.head_event, s.head_digest, s.events,
       d.state, d.record, d.said
FROM json_each(?) AS wanted
JOIN subjects AS s ON s.kind = wanted.value ->> 0 AND s.key = wanted.value ->> 1
LEFT JOIN documents AS d ON d.subject_no = s.subject_no;

-- name: find_by_order
-- Payments, inventories and requests of some orders; parts and order keys come as JSON pairs.
SELECT d.order_key, d.kind, s.key
FROM json_each(?) AS wanted
JOIN documents AS d ON d.part = wanted.value ->> 0 AND d.order_key = wanted.value ->> 1 AND d.order_key <> ''
JOIN subjects AS s ON s.subject_no = d.subject_no
WHERE d.kind <> 'order'
ORDER BY d.subject_no;

-- name: find_users
-- Live inventories that name some waybills; waybill keys come as a JSON list.
SELECT d.waybill_key, s.key
FROM json_each(?) AS wanted
JOIN documents AS d ON d.waybill_key = wanted.value AND d.waybill_key <> ''
JOIN subjects AS s ON s.subject_no = d.subject_no
WHERE d.live = 1
ORDER BY d.subject_no;

-- name: find_by_invt_no
-- Inventories by their numbers, a JSON list.
SELECT d.invt_no, s.key
FROM json_each(?) AS wanted
JOIN documents AS d ON d.invt_no = wanted.value AND d.invt_no <> ''
JOIN subjects AS s ON s.subject_no = d.subject_no
WHERE d.kind = 'inventory';

-- name: find_arrivals
-- In which warehouse entry lists some waybills stand; waybill keys come as a JSON list.
SELECT a.waybill_key, a.operator, a.arrival
FROM json_each(?) AS wanted JOIN arrivals AS a ON a.waybill_key = wanted.value;

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
SET person_key = excluded.person_key, head_event = excluded.head_event, head_digest = excluded.head_digest,
    events = excluded.events;

-- name: put_document
-- Write a document with a new record.
INSERT INTO documents (subject_no, part, kind, order_key, waybill_key, invt_no, live, status, deleted, used_by,
                       app_time, version, digest, state, said, record)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (subject_no) DO UPDATE
SET part = excluded.part, order_key = excluded.order_key, waybill_key = excluded.waybill_key,
    invt_no = excluded.invt_no, live = excluded.live,
    status = excluded.status, deleted = excluded.deleted, used_by = excluded.used_by, app_time = excluded.app_time,
    version = excluded.version, digest = excluded.digest, state = excluded.state, said = excluded.said, record = excluded.record;

-- name: put_state
-- Write a document whose record has not changed: its sealed bytes stay.
UPDATE documents SET invt_no = ?, live = ?, status = ?, deleted = ?, used_by = ?, version = ?, state = ?, said = ?
WHERE subject_no = ?;

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

-- name: put_arrival
-- A waybill stands in a warehouse entry list of this operator.
INSERT INTO arrivals (waybill_key, operator, arrival) VALUES (?, ?, ?)
ON CONFLICT (waybill_key, operator) DO UPDATE SET arrival = excluded.arrival;

-- name: drop_arrival
-- It does not any more.
DELETE FROM arrivals WHERE waybill_key = ? AND operator = ?;

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

-- name: put_copy
-- A subscriber may read the record of an event.
INSERT INTO copies (dxp_id, event_no, subject_no) VALUES (?, ?, ?);

-- name: erased_between
-- The subjects that were erased by events of a range.
SELECT s.kind, s.key FROM events AS e JOIN subjects AS s ON s.subject_no = e.subject_no
WHERE e.event_no BETWEEN ? AND ? AND e.cause = 'erased' ORDER BY e.event_no;

-- name: read_copies
-- Events whose records one subscriber may read, after a number.
SELECT event_no FROM copies WHERE dxp_id = ? AND event_no > ? ORDER BY event_no LIMIT ?;

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

-- name: all_pauses
-- All pauses of release there ever were; a few.
SELECT pause_id, office, lane, goods, origin, party, agency, actor, at_ns, resumed_by, resumed_ns FROM pauses;

-- name: put_pause
-- A pause as it stands after the batch.
INSERT INTO pauses (pause_id, office, lane, goods, origin, party, agency, actor, at_ns, resumed_by, resumed_ns)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (pause_id) DO UPDATE SET resumed_by = excluded.resumed_by, resumed_ns = excluded.resumed_ns;

-- name: put_queue
-- A document that waits for a person, as it stands after the batch.
INSERT INTO officer_queue (subject_no, kind, office, officer, agencies, why, since_ns, until_ns)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (subject_no) DO UPDATE
SET office = excluded.office, officer = excluded.officer, agencies = excluded.agencies, why = excluded.why,
    since_ns = excluded.since_ns, until_ns = excluded.until_ns;

-- name: drop_queue
-- It waits no more.
DELETE FROM officer_queue WHERE subject_no = ?;

-- name: read_queue
-- Documents that wait for a person, oldest first: of an office and agency ('' for all), of an officer (NULL for all).
SELECT q.kind, s.key, s.case_id, q.office, q.officer, q.agencies, q.why, q.since_ns, q.until_ns, d.status, d.version,
       d.order_key
FROM officer_queue AS q
JOIN subjects AS s ON s.subject_no = q.subject_no
JOIN documents AS d ON d.subject_no = q.subject_no
WHERE (? = '' OR q.office = ?) AND instr(q.agencies, ?) > 0 AND (? IS NULL OR q.officer = ?)
ORDER BY q.since_ns, q.subject_no LIMIT ?;

-- name: put_price
-- The unit price of released goods.
INSERT INTO prices (gcode, unit, currency, released_ns, subject_no, gnum, price) VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: find_prices
-- The newest prices of some goods.
SELECT released_ns, subject_no, gnum, price FROM prices WHERE gcode = ? AND unit = ? AND currency = ?
ORDER BY released_ns DESC, subject_no DESC, gnum DESC LIMIT ?;

-- name: put_notice
-- A party is told of a row in the registry that ends.
INSERT INTO notices (notice_no, party_code, what, item, name, over_ns, event_no, at_ns)
VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: notices_of_party
-- What a party was told.
SELECT notice_no, party_code, what, item, name, over_ns, event_no, at_ns FROM notices WHERE party_code = ?
ORDER BY notice_no;

-- name: read_notices
-- What parties were told, of one party ('' for all), after a number.
SELECT notice_no, party_code, what, item, name, over_ns, event_no, at_ns FROM notices
WHERE (? = '' OR party_code = ?) AND notice_no > ? ORDER BY notice_no LIMIT ?;

-- name: read_outbox
-- Receipts of one exchange id from an event on.
SELECT o.event_no, o.at_ns, o.sealed, o.subject_no, s.rest_key
FROM outbox AS o JOIN subjects AS s ON s.subject_no = o.subject_no
WHERE o.dxp_id = ? AND o.event_no >= ? ORDER BY o.event_no LIMIT ?;

-- name: first_outbox_since
-- The first event with receipts for one exchange id that was decided at a time or later; walks over all of them.
SELECT min(event_no) FROM outbox WHERE dxp_id = ? AND at_ns >= ?;

-- name: event_time_from
-- When the first event from a number on was decided.
SELECT at_ns FROM events WHERE event_no >= ? ORDER BY event_no LIMIT 1;

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

-- name: all_staged_law
-- Changes of law that were ever staged, in the order of their staging.
SELECT digest, base, maker, retroactive, staged_event, state, checker, ended_event FROM staged_law ORDER BY staged_event;

-- name: put_staged_law
-- A change of law as it stands after the batch.
INSERT INTO staged_law (digest, base, maker, retroactive, staged_event, state, checker, ended_event)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (digest) DO UPDATE
SET base = excluded.base, maker = excluded.maker, retroactive = excluded.retroactive, staged_event = excluded.staged_event,
    state = excluded.state, checker = excluded.checker, ended_event = excluded.ended_event;

-- name: snapshot_digests
-- The digests of all snapshots of a kind.
SELECT digest FROM snapshots WHERE kind = ? ORDER BY digest;

-- name: law_in_force
-- The digest of the law in force.
SELECT digest FROM in_force WHERE kind = 'law' ORDER BY event_no DESC LIMIT 1;

-- name: events_between
-- The first and the last event between two times.
SELECT min(event_no), max(event_no) FROM events WHERE at_ns >= ? AND at_ns < ?;

-- name: last_cases
-- The cases that something happened to last.
SELECT case_id FROM subjects WHERE kind IN ('order', 'inventory') GROUP BY case_id ORDER BY max(head_event) DESC LIMIT ?;

-- name: orders_of_platform
-- The order numbers that a platform's orders of some days have, by the range of their keys and of their filing times.
SELECT s.key FROM subjects AS s JOIN documents AS d ON d.subject_no = s.subject_no
WHERE s.kind = 'order' AND s.key >= ? AND s.key < ? AND d.deleted = 0 AND d.app_time >= ? AND d.app_time < ?
  AND d.status IN ('2', '120')
ORDER BY s.key;

-- name: events_of_subject
-- What of a subject's events up to a number is to be erased.
SELECT event_no, filing_id, person_secrets, sealed FROM events WHERE subject_no = ? AND event_no <= ? ORDER BY event_no;

-- name: blank_event
-- An event without what names a person.
UPDATE events SET person_secrets = x'', sealed = ? WHERE event_no = ?;

-- name: drop_document
-- A document whose person is erased.
DELETE FROM documents WHERE subject_no = ?;

-- name: drop_receipts
-- The receipts of one event for one exchange id.
DELETE FROM outbox WHERE dxp_id = ? AND event_no = ?;

-- name: drop_receipts_of_event
-- The receipts of one event for everybody; walks over all of them.
DELETE FROM outbox WHERE event_no = ?;

-- name: put_forgetting
-- The packed content of a filing is to be destroyed.
INSERT OR IGNORE INTO forgetting (filing_id, what, event_no) VALUES (?, 'packed', ?);

-- name: put_forgetting_raw
-- So are the raw bytes of a message, once there is a tombstone up to this one for all that its records became.
INSERT OR IGNORE INTO forgetting (filing_id, what, event_no)
SELECT f.filing_id, 'raw', ?
FROM filings AS f
WHERE f.filing_id = ? AND f.filing_id GLOB 'G*'
  AND NOT EXISTS (
    SELECT 1 FROM events AS e
    WHERE e.event_no BETWEEN f.first_event AND f.first_event + f.events - 1
      AND NOT EXISTS (
        SELECT 1 FROM events AS t
        WHERE t.subject_no = e.subject_no AND t.cause = 'erased' AND t.event_no > e.event_no AND t.event_no <= ?
      )
  );

-- name: read_forgetting
-- What one inbox is to destroy after a task, in order; the first two values bound its filing ids.
SELECT t.task_no, t.filing_id, t.what, f.about
FROM forgetting AS t JOIN filings AS f ON f.filing_id = t.filing_id
WHERE t.filing_id >= ? AND t.filing_id < ? AND t.task_no > ? ORDER BY t.task_no;

-- name: raw_kept_back
-- Messages whose raw bytes wait for the last of their cases.
SELECT count(*) FROM forgetting AS t
WHERE t.what = 'packed' AND t.filing_id GLOB 'G*'
  AND NOT EXISTS (SELECT 1 FROM forgetting AS o WHERE o.filing_id = t.filing_id AND o.what = 'raw');

-- name: put_restriction
-- A case is stored only.
INSERT INTO restrictions (case_id, kind, key, until, law_row, event_no) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (case_id) DO UPDATE
SET until = excluded.until, law_row = excluded.law_row, event_no = excluded.event_no;

-- name: drop_restriction
-- It has been erased.
DELETE FROM restrictions WHERE case_id = ?;

-- name: find_restriction
-- Until when a case is stored only.
SELECT until, law_row FROM restrictions WHERE case_id = ?;

-- name: all_restrictions
-- All cases that are stored only.
SELECT case_id, kind, key, until, law_row, event_no FROM restrictions ORDER BY case_id;

-- name: subject_by_number
-- A subject by its number.
SELECT kind, key, case_id FROM subjects WHERE subject_no = ?;

-- name: subjects_of_case_in_full
-- The subjects of one case that have a person, with what periods hang on; walks over all of them.
SELECT s.case_id, s.subject_no, s.kind, s.key, d.state, e.at_ns
FROM subjects AS s
JOIN events AS e ON e.event_no = s.head_event
LEFT JOIN documents AS d ON d.subject_no = s.subject_no
WHERE s.case_id = ? AND s.person_key IS NOT NULL ORDER BY s.subject_no;

-- name: subjects_by_case
-- All subjects that have a person, case by case, with what periods hang on; sorts all of them.
SELECT s.case_id, s.subject_no, s.kind, s.key, d.state, e.at_ns
FROM subjects AS s
JOIN events AS e ON e.event_no = s.head_event
LEFT JOIN documents AS d ON d.subject_no = s.subject_no
WHERE s.person_key IS NOT NULL ORDER BY s.case_id, s.subject_no;

-- name: count_subjects
-- How many subjects have a person.
SELECT count(*) FROM subjects WHERE person_key IS NOT NULL;

-- name: count_tombstones
-- How many subjects have none any more.
SELECT count(*) FROM subjects WHERE person_key IS NULL;

-- name: last_tombstones
-- Where the chain of each erased subject has its last tombstone; walks over all events.
SELECT e.subject_no, max(e.event_no), s.kind, s.key
FROM events AS e JOIN subjects AS s ON s.subject_no = e.subject_no
WHERE e.cause = 'erased' GROUP BY e.subject_no;

-- name: filings_between
-- Where the raw messages of a range of filing ids lie.
SELECT filing_id, about FROM filings WHERE filing_id BETWEEN ? AND ?;

-- name: has_restrictions
-- Whether the state knows of cases that are stored only; earlier versions did not.
SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'restrictions';

-- name: erased_at
-- When a subject that has no person any more came to its tombstone.
SELECT max(e.at_ns)
FROM subjects AS s JOIN events AS e ON e.subject_no = s.subject_no AND e.cause = 'erased'
WHERE s.kind = ? AND s.key = ? AND s.person_key IS NULL
HAVING max(e.at_ns) IS NOT NULL;

-- name: up_key
-- The wrapped key that seals what this file holds.
SELECT wrapped FROM seal;

-- name: up_put_key
-- Keep the key, once.
INSERT INTO seal (id, wrapped) VALUES (1, ?);

-- name: up_put_token
-- The token of one exchange id at the upstream; '*' stands for all that have none of their own.
INSERT INTO tokens (dxp_id, sealed) VALUES (?, ?) ON CONFLICT (dxp_id) DO UPDATE SET sealed = excluded.sealed;

-- name: up_drop_token
-- Forget a token.
DELETE FROM tokens WHERE dxp_id = ?;

-- name: up_token
-- One token.
SELECT sealed FROM tokens WHERE dxp_id = ?;

-- name: up_token_ids
-- Whose tokens there are.
SELECT dxp_id FROM tokens ORDER BY dxp_id;

-- name: up_place
-- How far a source has been read.
SELECT at FROM places WHERE source = ?;

-- name: up_places
-- How far every source of one kind has been read.
SELECT source, at FROM places WHERE source GLOB ? ORDER BY source;

-- name: up_put_place
-- Move on in a source.
INSERT INTO places (source, at) VALUES (?, ?) ON CONFLICT (source) DO UPDATE SET at = excluded.at;

-- name: up_start_place
-- Where a source begins; one that has begun is left alone.
INSERT OR IGNORE INTO places (source, at) VALUES (?, ?);

-- name: up_put_forward
-- A filing that is to be forwarded; one that is known is left alone.
INSERT OR IGNORE INTO forwards (filing_id, inbox, sender, message_type, cop_msg_id, raw_file, raw_offset, raw_length)
VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: up_waiting
-- What waits to be forwarded, oldest first.
SELECT seq, filing_id, inbox, sender, message_type, cop_msg_id, raw_file, raw_offset, raw_length FROM forwards
WHERE state = 'waiting' AND seq > ? AND sender NOT IN (SELECT value FROM json_each(?)) ORDER BY seq LIMIT ?;

-- name: up_sending
-- One filing is about to be sent: from now on the upstream may have it.
UPDATE forwards SET state = 'sending', attempts = attempts + 1 WHERE seq = ?;

-- name: up_settle
-- What became of a filing that was sent.
UPDATE forwards SET state = ?, at_ns = ?, answer = ? WHERE seq = ?;

-- name: up_in_doubt
-- Filings that were being sent when the last forwarder ended: they are sent again.
UPDATE forwards SET state = 'waiting' WHERE state = 'sending';

-- name: up_forward
-- Where one filing stands.
SELECT state, attempts, at_ns, answer FROM forwards WHERE filing_id = ?;

-- name: up_counts
-- Filings by state.
SELECT state, count(*) FROM forwards GROUP BY state;

-- name: up_refused
-- Filings that the upstream did not take.
SELECT filing_id, sender, message_type, at_ns, answer FROM forwards WHERE state = 'refused' ORDER BY seq DESC LIMIT ?;

-- name: up_senders
-- Everybody whose filings were forwarded.
SELECT DISTINCT sender FROM forwards ORDER BY sender;

-- name: up_sender_of
-- Who sent a transport message, newest first: a format error names nothing else.
SELECT sender FROM forwards WHERE cop_msg_id = ? ORDER BY seq DESC LIMIT 1;

-- name: up_known_return
-- Whether this very receipt is recorded.
SELECT 1 FROM returns WHERE identity = ?;

-- name: up_put_message
-- One message of the upstream as it came.
INSERT INTO messages (dxp_id, message_type, source, received_ns, returns, sealed) VALUES (?, ?, ?, ?, ?, ?);

-- name: up_put_return
-- One receipt of a message.
INSERT INTO returns (message_no, identity, dxp_id, message_type, document, status, codes, invt_no, at_ns, day, sealed)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: up_messages
-- Messages for one exchange id after a number, in order.
SELECT message_no, dxp_id, message_type, source, received_ns, sealed FROM messages
WHERE dxp_id = ? AND message_no > ? AND sealed <> x'' ORDER BY message_no LIMIT ?;

-- name: up_all_messages
-- Messages for everybody after a number, in order.
SELECT message_no, dxp_id, message_type, source, received_ns, sealed FROM messages
WHERE message_no > ? AND sealed <> x'' ORDER BY message_no LIMIT ?;

-- name: up_first_message
-- The first message for one exchange id that came at a time or later.
SELECT min(message_no) FROM messages WHERE dxp_id = ? AND received_ns >= ?;

-- name: up_newest_message
-- The newest message.
SELECT coalesce(max(message_no), 0) FROM messages;

-- name: up_recorded
-- How many messages and receipts are recorded, and how many of the messages nobody could be named for.
SELECT (SELECT count(*) FROM messages), (SELECT count(*) FROM returns), (SELECT count(*) FROM messages WHERE dxp_id = '');

-- name: up_forget_returns
-- What the upstream said of one document is destroyed; that it spoke, and with which status, stays.
UPDATE returns SET sealed = x'' WHERE message_type = ? AND document = ? AND sealed <> x'';

-- name: up_forget_messages
-- Messages of which nothing is left that could be told are destroyed.
UPDATE messages SET sealed = x'' WHERE sealed <> x''
AND message_no IN (SELECT message_no FROM returns WHERE message_type = ? AND document = ?)
AND NOT EXISTS (SELECT 1 FROM returns AS r WHERE r.message_no = messages.message_no AND r.sealed <> x'');

-- name: up_cop_msg_id
-- Under which transport id a filing went up.
SELECT cop_msg_id FROM forwards WHERE filing_id = ?;

-- name: up_put_answer
-- A receipt of our own decision, to be held against the upstream's.
INSERT OR IGNORE INTO answers (event_no, place, message_type, document, status, codes, rules, invt_no, at_ns, day)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: up_documents
-- Documents of which either side spoke on a day of a range.
SELECT message_type, document FROM returns WHERE day BETWEEN ?1 AND ?2 AND document <> ''
UNION
SELECT message_type, document FROM answers WHERE day BETWEEN ?1 AND ?2
ORDER BY message_type, document;

-- name: up_theirs
-- Everything that the upstream said of one document, in order.
SELECT status, codes, at_ns, day, sealed, invt_no FROM returns WHERE message_type = ? AND document = ? ORDER BY at_ns, return_no;

-- name: up_ours
-- Everything that we said of one document, in order.
SELECT status, codes, rules, at_ns, day, invt_no FROM answers WHERE message_type = ? AND document = ?
ORDER BY event_no, place;

-- name: up_bills
-- The upstream's tax bills of a range of days.
SELECT document, invt_no, status, at_ns, day, sealed FROM returns
WHERE message_type = 'CEB816Message' AND sealed <> x'' AND day BETWEEN ? AND ? ORDER BY return_no;

-- name: up_inventory_of
-- Which inventory the upstream gave a number to.
SELECT document FROM returns WHERE message_type = 'CEB622Message' AND invt_no = ? LIMIT 1;

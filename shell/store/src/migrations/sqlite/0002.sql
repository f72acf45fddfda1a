-- The call table and its lists, laid out for ten million calls.
--
-- A call's id says when it was made: microseconds since 1970, shifted by ten bits that tell calls
-- of one microsecond apart. So the table is in the order of creation, every index is, within
-- equal keys, in that order too, and a new call is an append. Identifiers are their 16 bytes,
-- accounts and states small numbers, and an E.164 number is the integer of its digits: an entry
-- of an index has some twenty bytes. The view `call` shows all of it in the API's words, for a
-- person with the sqlite3 program.
--
-- Indexes come in pairs, for calls that live (status below 4) and for calls that have ended. A
-- new call and a change of its state touch the small ones only, whose pages are always at hand;
-- an ended call enters the large ones once. The state is part of the key: a list without a state
-- is the merge of one ordered part for each state, a list with a state is one of those parts,
-- however rare it is.

CREATE TABLE call_account (
    id  INTEGER PRIMARY KEY,
    sid BLOB NOT NULL UNIQUE
);

CREATE TABLE call_row (
    id                     INTEGER PRIMARY KEY,
    sid                    BLOB NOT NULL,
    account                INTEGER NOT NULL,
    parent                 BLOB,
    number                 BLOB,
    called                 NOT NULL,
    caller                 NOT NULL,
    status                 INTEGER NOT NULL,
    direction              INTEGER NOT NULL,
    date_updated           INTEGER NOT NULL,
    start_time             INTEGER,
    answer_time            INTEGER,
    end_time               INTEGER,
    duration_secs          INTEGER,
    forwarded_from         TEXT,
    caller_name            TEXT,
    sip_response_code      INTEGER,
    sip_call_id            TEXT,
    status_callback        TEXT,
    status_callback_method TEXT,
    status_callback_events TEXT,
    queue_time_ms          INTEGER NOT NULL,
    answered_by            TEXT,
    price                  INTEGER,    -- hundred-thousandths of price_unit
    price_unit             TEXT
);

INSERT INTO call_account (sid) SELECT DISTINCT unhex(substr(account, 3)) FROM call;

INSERT INTO call_row
SELECT (date_created << 10) | (row_number() OVER (PARTITION BY date_created ORDER BY sid) - 1),
       unhex(substr(sid, 3)),
       (SELECT id FROM call_account WHERE call_account.sid = unhex(substr(call.account, 3))),
       unhex(substr(parent, 3)),
       unhex(substr(number, 3)),
       iif(called GLOB '+[1-9]*' AND substr(called, 2) NOT GLOB '*[^0-9]*',
           CAST(substr(called, 2) AS INTEGER), called),
       iif(caller GLOB '+[1-9]*' AND substr(caller, 2) NOT GLOB '*[^0-9]*',
           CAST(substr(caller, 2) AS INTEGER), caller),
       CASE status WHEN 'queued' THEN 0 WHEN 'initiated' THEN 1 WHEN 'ringing' THEN 2
           WHEN 'in-progress' THEN 3 WHEN 'completed' THEN 4 WHEN 'busy' THEN 5
           WHEN 'no-answer' THEN 6 WHEN 'failed' THEN 7 WHEN 'canceled' THEN 8 END,
       CASE direction WHEN 'inbound' THEN 0 WHEN 'outbound-api' THEN 1
           WHEN 'outbound-dial' THEN 2 END,
       date_updated, start_time, answer_time, end_time, duration_secs, forwarded_from,
       caller_name, sip_response_code, sip_call_id, status_callback, status_callback_method,
       status_callback_events, 0, NULL, NULL, NULL
FROM call;

CREATE UNIQUE INDEX call_live  ON call_row (sid) WHERE status < 4;
CREATE UNIQUE INDEX call_ended ON call_row (sid) WHERE status >= 4;

-- Ladders lie beside their calls, by the same id.
CREATE TABLE call_story (
    call  INTEGER PRIMARY KEY,
    rungs TEXT NOT NULL
);
INSERT INTO call_story
SELECT call_row.id, story.rungs FROM story
JOIN call_row ON call_row.sid = unhex(substr(story.call, 3));

-- One journal of requests to customers' applications, in the order they were answered; an entry
-- goes with its call.
CREATE TABLE journal (
    id            INTEGER PRIMARY KEY,
    account       INTEGER NOT NULL,
    call          INTEGER NOT NULL,
    method        TEXT NOT NULL,
    url           TEXT NOT NULL,
    parameters    TEXT NOT NULL,    -- form-encoded, in the order they were sent
    response_code INTEGER,
    content_type  TEXT,
    response_body TEXT,
    duration_ms   INTEGER NOT NULL,
    date          INTEGER NOT NULL
);
INSERT INTO journal
SELECT web_event.id, call_row.account, call_row.id, method, url, parameters, response_code,
       content_type, response_body, duration_ms, date
FROM web_event JOIN call_row ON call_row.sid = unhex(substr(web_event.call, 3));
CREATE INDEX journal_by_call ON journal (call);
CREATE INDEX journal_in_order ON journal (account);

DROP TABLE web_event;
DROP TABLE story;
DROP TABLE call;

CREATE INDEX call_live_in_order   ON call_row (account, status) WHERE status < 4;
CREATE INDEX call_ended_in_order  ON call_row (account, status) WHERE status >= 4;
CREATE INDEX call_live_by_called  ON call_row (account, called, status) WHERE status < 4;
CREATE INDEX call_ended_by_called ON call_row (account, called, status) WHERE status >= 4;
CREATE INDEX call_live_by_caller  ON call_row (account, caller, status) WHERE status < 4;
CREATE INDEX call_ended_by_caller ON call_row (account, caller, status) WHERE status >= 4;
CREATE INDEX call_by_parent ON call_row (parent) WHERE parent IS NOT NULL;
CREATE INDEX call_by_start  ON call_row (account, start_time) WHERE start_time IS NOT NULL;
CREATE INDEX call_by_called_start ON call_row (account, called, start_time)
    WHERE start_time IS NOT NULL;
CREATE INDEX call_by_caller_start ON call_row (account, caller, start_time)
    WHERE start_time IS NOT NULL;
CREATE INDEX call_by_end    ON call_row (account, end_time) WHERE end_time IS NOT NULL;

CREATE VIEW call AS
SELECT 'CA' || lower(hex(sid)) AS sid,
       (SELECT 'AC' || lower(hex(call_account.sid)) FROM call_account
        WHERE call_account.id = call_row.account) AS account,
       iif(parent IS NULL, NULL, 'CA' || lower(hex(parent))) AS parent,
       iif(number IS NULL, NULL, 'PN' || lower(hex(number))) AS number,
       iif(typeof(called) = 'integer', '+' || called, called) AS called,
       iif(typeof(caller) = 'integer', '+' || caller, caller) AS caller,
       CASE status WHEN 0 THEN 'queued' WHEN 1 THEN 'initiated' WHEN 2 THEN 'ringing'
           WHEN 3 THEN 'in-progress' WHEN 4 THEN 'completed' WHEN 5 THEN 'busy'
           WHEN 6 THEN 'no-answer' WHEN 7 THEN 'failed' WHEN 8 THEN 'canceled' END AS status,
       CASE direction WHEN 0 THEN 'inbound' WHEN 1 THEN 'outbound-api'
           WHEN 2 THEN 'outbound-dial' END AS direction,
       id >> 10 AS date_created, date_updated, start_time, answer_time, end_time, duration_secs,
       forwarded_from, caller_name, sip_response_code, sip_call_id, status_callback,
       status_callback_method, status_callback_events, queue_time_ms, answered_by, price,
       price_unit
FROM call_row;

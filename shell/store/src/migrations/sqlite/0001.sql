-- Times are microseconds since 1970 in UTC, identifiers their 34 characters, so that a person
-- with the sqlite3 program can read every table.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE account (
    sid           TEXT PRIMARY KEY,
    auth_token    BLOB NOT NULL,    -- sealed with the key file
    friendly_name TEXT NOT NULL,
    date_created  INTEGER NOT NULL,
    date_updated  INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE number (
    sid                    TEXT PRIMARY KEY,
    account                TEXT NOT NULL,
    phone_number           TEXT NOT NULL UNIQUE,
    friendly_name          TEXT NOT NULL,
    voice_url              TEXT,
    voice_method           TEXT NOT NULL,
    voice_fallback_url     TEXT,
    voice_fallback_method  TEXT NOT NULL,
    status_callback        TEXT,
    status_callback_method TEXT NOT NULL,
    date_created           INTEGER NOT NULL,
    date_updated           INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX number_in_order ON number (account, date_created, sid);

-- Columns behind status_callback_events never change once they are known, or change seldom; the
-- indexed ones among them are written once, so that a change of status touches no index but the
-- one of live calls.
CREATE TABLE call (
    sid                    TEXT PRIMARY KEY,
    account                TEXT NOT NULL,
    parent                 TEXT,
    number                 TEXT,
    called                 TEXT NOT NULL,
    caller                 TEXT NOT NULL,
    status                 TEXT NOT NULL,
    direction              TEXT NOT NULL,
    date_created           INTEGER NOT NULL,
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
    status_callback_events TEXT
) WITHOUT ROWID;
CREATE INDEX call_in_order ON call (account, date_created, sid);
CREATE INDEX call_by_called ON call (account, called, date_created, sid);
CREATE INDEX call_by_caller ON call (account, caller, date_created, sid);
CREATE INDEX call_by_parent ON call (parent) WHERE parent IS NOT NULL;
CREATE INDEX call_alive ON call (date_created) WHERE end_time IS NULL;

CREATE TABLE recording (
    sid           TEXT PRIMARY KEY,
    account       TEXT NOT NULL,
    call          TEXT NOT NULL,
    source        TEXT NOT NULL,
    status        TEXT NOT NULL,
    channels      INTEGER NOT NULL,
    track         TEXT NOT NULL,
    start_time    INTEGER NOT NULL,
    duration_secs INTEGER,
    error_code    INTEGER,
    date_created  INTEGER NOT NULL,
    date_updated  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX recording_in_order ON recording (account, date_created, sid);
CREATE INDEX recording_by_call ON recording (call, date_created, sid);
CREATE INDEX recording_unfinished ON recording (date_created)
    WHERE status IN ('in-progress', 'processing');

CREATE TABLE notification (
    sid            TEXT PRIMARY KEY,
    account        TEXT NOT NULL,
    call           TEXT NOT NULL,
    level          INTEGER NOT NULL,    -- 0 error, 1 warning
    code           INTEGER NOT NULL,
    text           TEXT NOT NULL,
    request_method TEXT,
    request_url    TEXT,
    date           INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX notification_in_order ON notification (account, date, sid);
CREATE INDEX notification_by_call ON notification (call, date, sid);

CREATE TABLE web_event (
    id            INTEGER PRIMARY KEY,
    account       TEXT NOT NULL,
    call          TEXT NOT NULL,
    method        TEXT NOT NULL,
    url           TEXT NOT NULL,
    parameters    TEXT NOT NULL,    -- form-encoded, in the order they were sent
    response_code INTEGER,
    content_type  TEXT,
    response_body TEXT,
    duration_ms   INTEGER NOT NULL,
    date          INTEGER NOT NULL
);
CREATE INDEX web_event_by_call ON web_event (call, id);

-- What has been promised to customers and is not known to be delivered.
CREATE TABLE callback (
    place      INTEGER PRIMARY KEY,    -- the order of the promises
    id         BLOB NOT NULL UNIQUE,
    account    TEXT NOT NULL,
    call       TEXT NOT NULL,
    method     TEXT NOT NULL,
    url        TEXT NOT NULL,
    parameters TEXT NOT NULL
);

-- The ladder of an ended call: who sent what to whom, a rung per line.
CREATE TABLE story (
    call  TEXT PRIMARY KEY,
    rungs TEXT NOT NULL
) WITHOUT ROWID;

-- Applications, caller identifiers.

ALTER TABLE number ADD COLUMN application TEXT;
ALTER TABLE number ADD COLUMN caller_id_lookup INTEGER NOT NULL DEFAULT 0;

CREATE TABLE application (
    sid                     TEXT PRIMARY KEY,
    account                 TEXT NOT NULL,
    friendly_name           TEXT NOT NULL,
    voice_url               TEXT,
    voice_method            TEXT NOT NULL,
    voice_fallback_url      TEXT,
    voice_fallback_method   TEXT NOT NULL,
    status_callback         TEXT,
    status_callback_method  TEXT NOT NULL,
    caller_id_lookup        INTEGER NOT NULL,
    sms_url                 TEXT,
    sms_method              TEXT NOT NULL,
    sms_fallback_url        TEXT,
    sms_fallback_method     TEXT NOT NULL,
    sms_status_callback     TEXT,
    message_status_callback TEXT,
    public_connect          INTEGER NOT NULL,
    date_created            INTEGER NOT NULL,
    date_updated            INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX application_in_order ON application (account, date_created, sid);

-- Numbers of others that an account may show, because whoever answers them has agreed. One
-- number can be verified by several accounts, by each once.
CREATE TABLE outgoing_caller_id (
    sid           TEXT PRIMARY KEY,
    account       TEXT NOT NULL,
    phone_number  TEXT NOT NULL,
    friendly_name TEXT NOT NULL,
    date_created  INTEGER NOT NULL,
    date_updated  INTEGER NOT NULL,
    UNIQUE (account, phone_number)
) WITHOUT ROWID;
CREATE INDEX outgoing_caller_id_in_order ON outgoing_caller_id (account, date_created, sid);

-- The journal of the wire: each request to a customer's application, retries and redirects too.

-- An account's rows lie together and in order: its id, then a number that rises (see
-- webhook.rs). So the newest page, the row that must go and the rows that are too old are each
-- found by a few steps down one tree, and a full journal costs no more than an empty one.
CREATE TABLE webhook (
    id               INTEGER PRIMARY KEY,
    sid              BLOB NOT NULL,
    call             INTEGER NOT NULL,    -- the id of its row in call_row
    kind             TEXT NOT NULL,
    date             INTEGER NOT NULL,
    attempt          INTEGER NOT NULL,
    redirects        INTEGER NOT NULL,
    method           TEXT NOT NULL,
    status           INTEGER,             -- of the answer
    error            INTEGER,
    url              TEXT NOT NULL,
    token            TEXT NOT NULL,
    replay_of        BLOB,
    kept             INTEGER NOT NULL,    -- 1: answered without being asked
    timing           BLOB NOT NULL,       -- seven numbers of four bytes, microseconds
    headers          TEXT NOT NULL,       -- lines, name and value
    body             TEXT NOT NULL,
    cut              INTEGER NOT NULL,    -- 1: the request's body was longer, 2: the answer's, 3: both
    signed           TEXT,
    signed_hash      BLOB,
    error_text       TEXT,
    response_headers TEXT,
    response_body    TEXT,
    original         BLOB                 -- null: as shown; empty: gone; else sealed with the key file
);
CREATE UNIQUE INDEX webhook_by_sid ON webhook (sid);
CREATE INDEX webhook_of_call ON webhook (call);

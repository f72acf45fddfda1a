-- Accounts, their settings and their keys.

ALTER TABLE account ADD COLUMN owner TEXT;                -- the account that made it
ALTER TABLE account ADD COLUMN secondary_token BLOB;      -- sealed with the key file
ALTER TABLE account ADD COLUMN test_sid TEXT;
ALTER TABLE account ADD COLUMN test_token BLOB;           -- sealed with the key file
ALTER TABLE account ADD COLUMN status TEXT NOT NULL DEFAULT 'active';
ALTER TABLE account ADD COLUMN kind TEXT NOT NULL DEFAULT 'Full';
ALTER TABLE account ADD COLUMN calls_per_second INTEGER NOT NULL DEFAULT 1;
ALTER TABLE account ADD COLUMN requests_at_once INTEGER NOT NULL DEFAULT 1024;
ALTER TABLE account ADD COLUMN retention_days INTEGER NOT NULL DEFAULT 396;
ALTER TABLE account ADD COLUMN public_media INTEGER NOT NULL DEFAULT 0;

CREATE TABLE api_key (
    sid           TEXT PRIMARY KEY,
    account       TEXT NOT NULL,
    friendly_name TEXT NOT NULL,
    secret_hash   BLOB NOT NULL,       -- SHA-256; the secret itself is nowhere
    main          INTEGER NOT NULL,    -- 1: may do what the account's token may
    date_created  INTEGER NOT NULL,
    date_updated  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX api_key_in_order ON api_key (account, date_created, sid);

-- Calls that wait for their turn.

-- What is known of a call before it has left, beside its row. Nothing is asked of this table but
-- all of it, in order, at start; so a row costs one append and its removal one deletion.
CREATE TABLE waiting (
    place INTEGER PRIMARY KEY,    -- of one account's calls the lowest leaves first
    call  BLOB NOT NULL,          -- its identifier, as call_row has it
    plan  BLOB NOT NULL           -- form-encoded, and sealed: it can hold a SIP password
);

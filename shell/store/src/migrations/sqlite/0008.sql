-- The outbox has a line for each host, read from its front; and nothing waits in it for ever.

-- Rows of an older program share the line without a name, and count as put off for long enough.
ALTER TABLE callback ADD COLUMN host TEXT NOT NULL DEFAULT '';
ALTER TABLE callback ADD COLUMN made INTEGER NOT NULL DEFAULT 0;
CREATE INDEX callback_by_host ON callback (host, place);

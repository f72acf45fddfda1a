-- The call table and its lists.

ALTER TABLE call ADD COLUMN queue_time_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE call ADD COLUMN answered_by TEXT;
ALTER TABLE call ADD COLUMN price INTEGER;    -- hundred-thousandths of price_unit
ALTER TABLE call ADD COLUMN price_unit TEXT;

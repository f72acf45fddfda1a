-- Recordings that a request begins, pauses and stops, and who is told of them.

ALTER TABLE recording ADD COLUMN callback TEXT;
ALTER TABLE recording ADD COLUMN callback_method TEXT;
ALTER TABLE recording ADD COLUMN callback_events TEXT;

DROP INDEX recording_unfinished;
CREATE INDEX recording_unfinished ON recording (date_created)
    WHERE status IN ('in-progress', 'paused', 'stopped', 'processing');
-- What is to be forgotten is found without looking at what is not.
CREATE INDEX recording_deleted ON recording (date_updated) WHERE status = 'deleted';

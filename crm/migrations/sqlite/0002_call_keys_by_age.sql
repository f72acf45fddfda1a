-- Keys of calls are thrown away when they are old.
CREATE INDEX idx_call_keys_age ON call_keys (created_at) WHERE call_log_id IS NOT NULL;

-- Keys of calls are thrown away when they are old. The service may delete nothing by itself: this
-- is all that it can do, and an organization's own key stays.
CREATE INDEX idx_call_keys_age ON crm.call_keys (created_at) WHERE call_log_id IS NOT NULL;

CREATE FUNCTION crm_private.forget_call_keys(older_than timestamptz)
RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    WITH gone AS (
        DELETE FROM crm.call_keys k
        WHERE k.call_log_id IS NOT NULL AND k.created_at < older_than
        RETURNING 1
    )
    SELECT count(*) FROM gone
$$;

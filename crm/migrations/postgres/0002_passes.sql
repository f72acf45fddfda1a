-- Whose transaction it is: a setting that only the service can make, because it carries an HMAC
-- under a key that its role can't read. All of these run as the owner of the tables.

CREATE SCHEMA crm_private;

CREATE TABLE crm_private.pass_key (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    -- The blocks that an HMAC's two hashes begin with (RFC 2104 section 2).
    inner_pad bytea NOT NULL,
    outer_pad bytea NOT NULL
);

-- The user and the organization that the pass names, each perhaps empty. Null where there is no
-- pass, where it isn't genuine or was made for another connection, and where the user isn't a
-- member of the organization (any more).
CREATE FUNCTION crm_private.pass() RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    parts text[] := string_to_array(current_setting('crm.pass', true), '.');
    key crm_private.pass_key%ROWTYPE;
    message bytea;
BEGIN
    IF array_length(parts, 1) IS DISTINCT FROM 3 THEN
        RETURN NULL;
    END IF;
    SELECT * INTO key FROM crm_private.pass_key;
    message := convert_to(parts[1] || '.' || parts[2] || '.' || pg_backend_pid(), 'UTF8');
    IF encode(sha256(key.outer_pad || sha256(key.inner_pad || message)), 'hex')
        IS DISTINCT FROM parts[3] THEN
        RETURN NULL;
    END IF;
    IF parts[1] <> '' AND parts[2] <> '' AND NOT EXISTS (
        SELECT FROM crm.user_organizations m
        WHERE m.organization_id = parts[2]::uuid AND m.user_id = parts[1]::uuid
            AND m.removed_at IS NULL
    ) THEN
        RETURN NULL;
    END IF;
    RETURN parts;
END
$$;

CREATE FUNCTION crm_private.current_organization() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$ SELECT nullif((crm_private.pass())[2], '')::uuid $$;

CREATE FUNCTION crm_private.current_user_id() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$ SELECT nullif((crm_private.pass())[1], '')::uuid $$;

-- Whether the pass is a user's who may set the organization's credentials.
CREATE FUNCTION crm_private.may_configure() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM crm.user_organizations m
        WHERE m.organization_id = crm_private.current_organization()
            AND m.user_id = crm_private.current_user_id()
            AND m.role IN ('owner', 'admin')
    )
$$;

-- Where a callback's key leads. Whoever asks has to know the key.
CREATE FUNCTION crm_private.by_call_key(hash bytea)
RETURNS TABLE (organization_id uuid, call_log_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$ SELECT k.organization_id, k.call_log_id FROM crm.call_keys k WHERE k.key_hash = hash $$;

-- Who signs in with an address, and what the password has to match.
CREATE FUNCTION crm_private.sign_in(address text)
RETURNS TABLE (password_hash text, id uuid, name text, email text, locale text)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT u.password_hash, u.id, u.name, u.email, u.locale
    FROM crm.users u WHERE u.email = address
$$;

-- The organizations, as bare identifiers, for what the service does by itself after a restart.
CREATE FUNCTION crm_private.every_organization() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$ SELECT o.id FROM crm.organizations o $$;

-- Each organization's count of changes, by which a process learns what another one changed.
CREATE FUNCTION crm_private.every_revision()
RETURNS TABLE (organization_id uuid, revision bigint)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$ SELECT r.organization_id, r.revision FROM crm.organization_revisions r $$;

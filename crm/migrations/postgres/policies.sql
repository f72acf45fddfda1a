-- Who may do what. Carried out anew by each `migrate`, in one transaction, with {service} for the
-- role that the service connects as: what stands here is what holds.
--
-- The policies name the organization as `(SELECT …)`, so that the pass is checked once for each
-- statement and not for each row. There is none for the role's own sake: without a pass it sees
-- no row at all.

REVOKE ALL ON SCHEMA crm, crm_private FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA crm, crm_private FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA crm_private FROM PUBLIC;

REVOKE ALL ON ALL TABLES IN SCHEMA crm, crm_private FROM {service};
GRANT USAGE ON SCHEMA crm, crm_private TO {service};
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA crm_private TO {service};
GRANT SELECT ON crm.migrations, crm.organizations, crm.user_organizations TO {service};
GRANT SELECT, UPDATE ON crm.organization_revisions TO {service};
-- No hash of a password.
GRANT SELECT (id, name, folded, email, locale, created_at), UPDATE (locale) ON crm.users
    TO {service};
GRANT SELECT, INSERT, UPDATE ON crm.contacts, crm.opportunities, crm.organization_integrations,
    crm.call_logs TO {service};
-- Keys are written, found by one function, and thrown away when they are old by another.
GRANT INSERT ON crm.call_keys TO {service};

DO $$
DECLARE
    target text;
    found record;
BEGIN
    FOR found IN SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'crm' LOOP
        EXECUTE format('DROP POLICY %I ON crm.%I', found.policyname, found.tablename);
    END LOOP;
    FOREACH target IN ARRAY ARRAY['organizations', 'organization_revisions', 'users',
        'user_organizations', 'contacts', 'opportunities', 'organization_integrations',
        'call_logs', 'call_keys'] LOOP
        EXECUTE format('ALTER TABLE crm.%I ENABLE ROW LEVEL SECURITY', target);
        EXECUTE format('ALTER TABLE crm.%I FORCE ROW LEVEL SECURITY', target);
    END LOOP;
END
$$;

-- Organizations and people: the one that the pass names; and a user's own, to choose from.
CREATE POLICY read ON crm.organizations FOR SELECT TO {service} USING (
    id = (SELECT crm_private.current_organization())
    OR id IN (
        SELECT m.organization_id FROM crm.user_organizations m
        WHERE m.user_id = (SELECT crm_private.current_user_id()) AND m.removed_at IS NULL
    )
);
CREATE POLICY read ON crm.user_organizations FOR SELECT TO {service} USING (
    organization_id = (SELECT crm_private.current_organization())
    OR user_id = (SELECT crm_private.current_user_id())
);
CREATE POLICY read ON crm.users FOR SELECT TO {service} USING (
    id = (SELECT crm_private.current_user_id())
    OR EXISTS (
        SELECT FROM crm.user_organizations m
        WHERE m.user_id = users.id
            AND m.organization_id = (SELECT crm_private.current_organization())
    )
);
CREATE POLICY change ON crm.users FOR UPDATE TO {service}
    USING (id = (SELECT crm_private.current_user_id()))
    WITH CHECK (id = (SELECT crm_private.current_user_id()));

CREATE POLICY read ON crm.organization_revisions FOR SELECT TO {service}
    USING (organization_id = (SELECT crm_private.current_organization()));
CREATE POLICY change ON crm.organization_revisions FOR UPDATE TO {service}
    USING (organization_id = (SELECT crm_private.current_organization()))
    WITH CHECK (organization_id = (SELECT crm_private.current_organization()));

-- Credentials: read for calls, set by owners and admins.
CREATE POLICY read ON crm.organization_integrations FOR SELECT TO {service}
    USING (organization_id = (SELECT crm_private.current_organization()));
CREATE POLICY add ON crm.organization_integrations FOR INSERT TO {service} WITH CHECK (
    organization_id = (SELECT crm_private.current_organization())
    AND (SELECT crm_private.may_configure())
);
CREATE POLICY change ON crm.organization_integrations FOR UPDATE TO {service}
    USING (
        organization_id = (SELECT crm_private.current_organization())
        AND (SELECT crm_private.may_configure())
    )
    WITH CHECK (
        organization_id = (SELECT crm_private.current_organization())
        AND (SELECT crm_private.may_configure())
    );
CREATE POLICY remove ON crm.organization_integrations FOR DELETE TO {service} USING (
    organization_id = (SELECT crm_private.current_organization())
    AND (SELECT crm_private.may_configure())
);

CREATE POLICY add ON crm.call_keys FOR INSERT TO {service}
    WITH CHECK (organization_id = (SELECT crm_private.current_organization()));

-- An organization's own rows. The service deletes none and has no right to; the policies are
-- there for whoever grants it.
DO $$
DECLARE
    target text;
    own constant text := 'organization_id = (SELECT crm_private.current_organization())';
BEGIN
    FOREACH target IN ARRAY ARRAY['contacts', 'opportunities', 'call_logs'] LOOP
        EXECUTE format('CREATE POLICY read ON crm.%I FOR SELECT TO {service} USING (%s)',
            target, own);
        EXECUTE format('CREATE POLICY add ON crm.%I FOR INSERT TO {service} WITH CHECK (%s)',
            target, own);
        EXECUTE format('CREATE POLICY change ON crm.%I FOR UPDATE TO {service} USING (%s) '
            'WITH CHECK (%s)', target, own, own);
        EXECUTE format('CREATE POLICY remove ON crm.%I FOR DELETE TO {service} USING (%s)',
            target, own);
    END LOOP;
END
$$;

-- The owner, on whom row-level security is forced too: what the functions above read, and what
-- the operator's commands write. No contact, no call, no credentials.
CREATE POLICY owner_read ON crm.organizations FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY owner_add ON crm.organizations FOR INSERT TO CURRENT_USER WITH CHECK (true);
CREATE POLICY owner_read ON crm.organization_revisions FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY owner_add ON crm.organization_revisions FOR INSERT TO CURRENT_USER
    WITH CHECK (true);
CREATE POLICY owner_read ON crm.users FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY owner_add ON crm.users FOR INSERT TO CURRENT_USER WITH CHECK (true);
CREATE POLICY owner_change ON crm.users FOR UPDATE TO CURRENT_USER USING (true);
CREATE POLICY owner_read ON crm.user_organizations FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY owner_add ON crm.user_organizations FOR INSERT TO CURRENT_USER WITH CHECK (true);
CREATE POLICY owner_change ON crm.user_organizations FOR UPDATE TO CURRENT_USER USING (true);
CREATE POLICY owner_read ON crm.call_keys FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY owner_remove ON crm.call_keys FOR DELETE TO CURRENT_USER
    USING (call_log_id IS NOT NULL);

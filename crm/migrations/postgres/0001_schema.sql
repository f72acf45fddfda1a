-- The same tables as in SQLite, in a schema of their own. `folded` columns hold what is searched,
-- without capitals and accents; they are compared byte by byte, as SQLite does.

CREATE SCHEMA crm;

CREATE TABLE crm.organizations (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- A count of changes for each organization, in which live views go on after a break. A table of
-- its own: it is written with each change, the organization hardly ever.
CREATE TABLE crm.organization_revisions (
    organization_id uuid PRIMARY KEY REFERENCES crm.organizations (id),
    revision bigint NOT NULL
);

CREATE TABLE crm.users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL,
    folded text COLLATE "C" NOT NULL,
    email text NOT NULL UNIQUE,
    password_hash text NOT NULL,
    locale text NOT NULL CHECK (locale IN ('pt-BR', 'en')),
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Who has left keeps the row, because the log refers to it.
CREATE TABLE crm.user_organizations (
    organization_id uuid NOT NULL REFERENCES crm.organizations (id),
    user_id uuid NOT NULL REFERENCES crm.users (id),
    role text NOT NULL CHECK (role IN ('owner', 'admin', 'agent')),
    created_at timestamptz NOT NULL DEFAULT now(),
    removed_at timestamptz,
    PRIMARY KEY (organization_id, user_id)
);
CREATE INDEX idx_user_organizations_user ON crm.user_organizations (user_id);

CREATE TABLE crm.contacts (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL REFERENCES crm.organizations (id),
    name text NOT NULL,
    company text,
    phone text NOT NULL,
    email text,
    sorted text COLLATE "C" NOT NULL,
    folded text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    -- What rows of the same organization refer to: no reference can cross to another.
    UNIQUE (organization_id, id)
);
CREATE INDEX idx_contacts_sorted ON crm.contacts (organization_id, sorted, id);
CREATE INDEX idx_contacts_phone ON crm.contacts (organization_id, phone);

CREATE TABLE crm.opportunities (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL REFERENCES crm.organizations (id),
    contact_id uuid NOT NULL,
    title text NOT NULL,
    stage text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (organization_id, id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES crm.contacts (organization_id, id)
);
CREATE INDEX idx_opportunities_contact ON crm.opportunities (organization_id, contact_id);

CREATE TABLE crm.organization_integrations (
    organization_id uuid NOT NULL REFERENCES crm.organizations (id),
    integration_id text NOT NULL,
    account_sid text NOT NULL,
    auth_token_sealed bytea NOT NULL,
    phone_number text NOT NULL,
    agent_phone_number text NOT NULL,
    base_url text,
    call_key_sealed bytea NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, integration_id)
);

CREATE TABLE crm.call_logs (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL REFERENCES crm.organizations (id),
    contact_id uuid,
    -- None of a call that came in.
    user_id uuid,
    -- The leg that was asked for, or came in; none before the platform has said it.
    call_sid text,
    -- Of a leg that another call's document placed. The leg that this one placed is child_call_sid.
    parent_call_sid text,
    from_number text NOT NULL,
    to_number text NOT NULL,
    agent_number text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('inbound', 'outbound')),
    status text NOT NULL DEFAULT 'initiated' CHECK (status IN ('initiated', 'queued', 'ringing',
        'in-progress', 'completed', 'busy', 'no-answer', 'failed', 'canceled')),
    status_sequence bigint,
    stage text NOT NULL CHECK (stage IN ('asking', 'agent-calling', 'agent-ringing',
        'agent-connected', 'contact-calling', 'contact-ringing', 'live', 'ended')),
    outcome text CHECK (outcome IN ('talked', 'contact-busy', 'contact-no-answer',
        'contact-failed', 'agent-busy', 'agent-no-answer', 'agent-failed', 'canceled', 'failed')),
    duration_seconds integer,
    child_call_sid text,
    child_status text CHECK (child_status IN ('initiated', 'queued', 'ringing',
        'in-progress', 'completed', 'busy', 'no-answer', 'failed', 'canceled')),
    child_sequence bigint,
    connected_at timestamptz,
    child_ended_at timestamptz,
    talk_seconds integer,
    recording_url text,
    recording_sid text,
    recording_duration integer,
    error_code bigint,
    error_message text,
    started_at timestamptz NOT NULL,
    answered_at timestamptz,
    ended_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    notes text NOT NULL DEFAULT '',
    folded text COLLATE "C" NOT NULL,
    opportunity_id uuid,
    idempotency_key text,
    revision bigint NOT NULL,
    UNIQUE (organization_id, id),
    -- For each organization: one that claims another's identifier takes nothing from it.
    UNIQUE (organization_id, call_sid),
    UNIQUE (organization_id, user_id, idempotency_key),
    CHECK (direction = 'inbound' OR user_id IS NOT NULL),
    CHECK ((stage = 'ended') = (outcome IS NOT NULL)),
    FOREIGN KEY (organization_id, contact_id) REFERENCES crm.contacts (organization_id, id),
    FOREIGN KEY (organization_id, opportunity_id) REFERENCES crm.opportunities (organization_id, id),
    FOREIGN KEY (organization_id, user_id) REFERENCES crm.user_organizations (organization_id, user_id)
);
CREATE INDEX idx_call_logs_org ON crm.call_logs (organization_id, created_at DESC, id DESC);
CREATE INDEX idx_call_logs_contact ON crm.call_logs (organization_id, contact_id, created_at DESC);
CREATE INDEX idx_call_logs_user ON crm.call_logs (organization_id, user_id, created_at DESC);
CREATE INDEX idx_call_logs_call_sid ON crm.call_logs (call_sid);
CREATE INDEX idx_call_logs_child_call_sid ON crm.call_logs (child_call_sid);
CREATE INDEX idx_call_logs_created ON crm.call_logs (created_at DESC);
CREATE INDEX idx_call_logs_revision ON crm.call_logs (organization_id, revision);
CREATE INDEX idx_call_logs_unfinished ON crm.call_logs (organization_id) WHERE stage <> 'ended';
-- A user has one call at a time.
CREATE UNIQUE INDEX idx_call_logs_line ON crm.call_logs (organization_id, user_id)
    WHERE stage <> 'ended' AND direction = 'outbound';

-- The opaque keys in the addresses of callbacks, hashed. A key without a call is the
-- organization's, for calls that come in.
CREATE TABLE crm.call_keys (
    key_hash bytea PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES crm.organizations (id),
    call_log_id uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (organization_id, call_log_id) REFERENCES crm.call_logs (organization_id, id)
);

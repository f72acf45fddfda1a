-- The same tables as in PostgreSQL. Identifiers are text, moments milliseconds since 1970.
-- `folded` columns hold what is searched, without capitals and accents.

CREATE TABLE organizations (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- A count of changes for each organization, in which live views go on after a break. A table of
-- its own: it is written with each change, the organization hardly ever.
CREATE TABLE organization_revisions (
    organization_id TEXT PRIMARY KEY REFERENCES organizations (id),
    revision INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    locale TEXT NOT NULL CHECK (locale IN ('pt-BR', 'en')),
    created_at INTEGER NOT NULL
) STRICT;

-- Who has left keeps the row, because the log refers to it.
CREATE TABLE user_organizations (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'agent')),
    created_at INTEGER NOT NULL,
    removed_at INTEGER,
    PRIMARY KEY (organization_id, user_id)
) STRICT;
CREATE INDEX idx_user_organizations_user ON user_organizations (user_id);

CREATE TABLE contacts (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    company TEXT,
    phone TEXT NOT NULL,
    email TEXT,
    sorted TEXT NOT NULL,
    folded TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    -- What rows of the same organization refer to: no reference can cross to another.
    UNIQUE (organization_id, id)
) STRICT;
CREATE INDEX idx_contacts_sorted ON contacts (organization_id, sorted, id);
CREATE INDEX idx_contacts_phone ON contacts (organization_id, phone);

CREATE TABLE opportunities (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    contact_id TEXT NOT NULL,
    title TEXT NOT NULL,
    stage TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (organization_id, id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id)
) STRICT;
CREATE INDEX idx_opportunities_contact ON opportunities (organization_id, contact_id);

CREATE TABLE organization_integrations (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    integration_id TEXT NOT NULL,
    account_sid TEXT NOT NULL,
    auth_token_sealed BLOB NOT NULL,
    phone_number TEXT NOT NULL,
    agent_phone_number TEXT NOT NULL,
    base_url TEXT,
    call_key_sealed BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, integration_id)
) STRICT;

CREATE TABLE call_logs (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    contact_id TEXT,
    -- None of a call that came in.
    user_id TEXT,
    -- The leg that was asked for, or came in; none before the platform has said it.
    call_sid TEXT,
    -- Of a leg that another call's document placed. The leg that this one placed is child_call_sid.
    parent_call_sid TEXT,
    from_number TEXT NOT NULL,
    to_number TEXT NOT NULL,
    agent_number TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('inbound', 'outbound')),
    status TEXT NOT NULL DEFAULT 'initiated' CHECK (status IN ('initiated', 'queued', 'ringing',
        'in-progress', 'completed', 'busy', 'no-answer', 'failed', 'canceled')),
    status_sequence INTEGER,
    stage TEXT NOT NULL CHECK (stage IN ('asking', 'agent-calling', 'agent-ringing',
        'agent-connected', 'contact-calling', 'contact-ringing', 'live', 'ended')),
    outcome TEXT CHECK (outcome IN ('talked', 'contact-busy', 'contact-no-answer',
        'contact-failed', 'agent-busy', 'agent-no-answer', 'agent-failed', 'canceled', 'failed')),
    duration_seconds INTEGER,
    child_call_sid TEXT,
    child_status TEXT CHECK (child_status IN ('initiated', 'queued', 'ringing',
        'in-progress', 'completed', 'busy', 'no-answer', 'failed', 'canceled')),
    child_sequence INTEGER,
    connected_at INTEGER,
    child_ended_at INTEGER,
    talk_seconds INTEGER,
    recording_url TEXT,
    recording_sid TEXT,
    recording_duration INTEGER,
    error_code INTEGER,
    error_message TEXT,
    started_at INTEGER NOT NULL,
    answered_at INTEGER,
    ended_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    notes TEXT NOT NULL DEFAULT '',
    folded TEXT NOT NULL,
    opportunity_id TEXT,
    idempotency_key TEXT,
    revision INTEGER NOT NULL,
    UNIQUE (organization_id, id),
    -- For each organization: one that claims another's identifier takes nothing from it.
    UNIQUE (organization_id, call_sid),
    UNIQUE (organization_id, user_id, idempotency_key),
    CHECK (direction = 'inbound' OR user_id IS NOT NULL),
    CHECK ((stage = 'ended') = (outcome IS NOT NULL)),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id),
    FOREIGN KEY (organization_id, opportunity_id) REFERENCES opportunities (organization_id, id),
    FOREIGN KEY (organization_id, user_id) REFERENCES user_organizations (organization_id, user_id)
) STRICT;
CREATE INDEX idx_call_logs_org ON call_logs (organization_id, created_at DESC, id DESC);
CREATE INDEX idx_call_logs_contact ON call_logs (organization_id, contact_id, created_at DESC);
CREATE INDEX idx_call_logs_user ON call_logs (organization_id, user_id, created_at DESC);
CREATE INDEX idx_call_logs_call_sid ON call_logs (call_sid);
CREATE INDEX idx_call_logs_child_call_sid ON call_logs (child_call_sid);
CREATE INDEX idx_call_logs_created ON call_logs (created_at DESC);
CREATE INDEX idx_call_logs_revision ON call_logs (organization_id, revision);
CREATE INDEX idx_call_logs_unfinished ON call_logs (organization_id) WHERE stage <> 'ended';
-- A user has one call at a time.
CREATE UNIQUE INDEX idx_call_logs_line ON call_logs (organization_id, user_id)
    WHERE stage <> 'ended' AND direction = 'outbound';

-- The opaque keys in the addresses of callbacks, hashed. A key without a call is the
-- organization's, for calls that come in.
CREATE TABLE call_keys (
    key_hash BLOB PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    call_log_id TEXT,
    created_at INTEGER NOT NULL,
    FOREIGN KEY (organization_id, call_log_id) REFERENCES call_logs (organization_id, id)
) STRICT;

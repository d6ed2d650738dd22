-- Accounts. A user without a password is a creator of items, and cannot sign in.
ALTER TABLE users
    ADD COLUMN password_hash  varchar(255),
    ADD COLUMN role           varchar(10) NOT NULL DEFAULT 'member',
    ADD COLUMN disabled_at    timestamptz,
    ADD COLUMN email          varchar(320),
    ADD CONSTRAINT users_role CHECK (role IN ('admin', 'member'));

-- Of every secret below, only the SHA-256 digest is stored.

CREATE TABLE sessions (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    token_hash    bytea NOT NULL UNIQUE,
    user_id       uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at    timestamptz NOT NULL DEFAULT now(),
    last_seen_at  timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz NOT NULL,
    address       varchar(50) NOT NULL,
    agent         varchar(200) NOT NULL
);
CREATE INDEX idx_sessions_user ON sessions (user_id);

CREATE TABLE api_tokens (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name          varchar(100) NOT NULL,
    prefix        varchar(12) NOT NULL,
    token_hash    bytea NOT NULL UNIQUE,
    user_id       uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    scope         varchar(10) NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz,
    last_used_at  timestamptz,
    CONSTRAINT api_tokens_scope CHECK (scope IN ('read', 'write', 'admin'))
);
CREATE INDEX idx_api_tokens_user ON api_tokens (user_id);

-- Accounts of other services, by which a user signs in.
CREATE TABLE identities (
    issuer      varchar(500) NOT NULL,
    subject     varchar(255) NOT NULL,
    user_id     uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX idx_identities_user ON identities (user_id);

-- Links that work once: the first administrator's, and those with which a password is chosen.
CREATE TABLE one_time_links (
    token_hash  bytea PRIMARY KEY,
    purpose     varchar(10) NOT NULL,
    user_id     uuid REFERENCES users (id) ON DELETE CASCADE,
    created_at  timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,
    CONSTRAINT one_time_links_purpose CHECK (
        purpose = 'setup' AND user_id IS NULL OR purpose = 'password' AND user_id IS NOT NULL
    )
);
CREATE INDEX idx_one_time_links_user ON one_time_links (user_id);

-- Attempts to sign in that did not succeed. `account` is a digest of the name that was typed: it
-- may be a password in the wrong field.
CREATE TABLE sign_in_failures (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account  bytea NOT NULL,
    address  varchar(50) NOT NULL,
    at       timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX idx_sign_in_failures_address ON sign_in_failures (address, at);
CREATE INDEX idx_sign_in_failures_at ON sign_in_failures (at);

-- Who did what. Names stay when users go.
CREATE TABLE audit_log (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor_id  uuid REFERENCES users (id) ON DELETE SET NULL,
    actor     varchar(255),
    via       varchar(10) NOT NULL,
    action    varchar(40) NOT NULL,
    subject   varchar(300),
    address   varchar(50)
);
CREATE INDEX idx_audit_log_at ON audit_log (at);
CREATE INDEX idx_audit_log_actor ON audit_log (actor_id, id DESC);

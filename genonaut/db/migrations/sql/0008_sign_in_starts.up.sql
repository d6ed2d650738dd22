-- Sign-ins that began and are at a provider, each for ten minutes at most. `back` is the page of
-- ours to return to.
CREATE TABLE sign_in_starts (
    token_hash  bytea PRIMARY KEY,
    provider    varchar(40) NOT NULL,
    back        varchar(2000) NOT NULL,
    address     varchar(50) NOT NULL,
    expires_at  timestamptz NOT NULL
);
CREATE INDEX idx_sign_in_starts_address ON sign_in_starts (address, expires_at);
CREATE INDEX idx_sign_in_starts_expires ON sign_in_starts (expires_at);

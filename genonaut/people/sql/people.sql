-- Sessions, tokens and attempts to sign in.

-- name: find
-- The users of the valid sessions and tokens with these digests. `is_stale` says that the time of
-- their last use should be written again.
SELECT
    sessions.token_hash AS digest, 'session' AS via, sessions.id AS key_id,
    users.id AS user_id, users.username, users.role,
    CASE users.role WHEN 'admin' THEN 'admin' ELSE 'write' END AS scope,
    sessions.last_seen_at < now() - interval '1 hour' AS is_stale
FROM sessions JOIN users ON users.id = sessions.user_id
WHERE sessions.token_hash = ANY (CAST(:digests AS bytea[]))
  AND sessions.expires_at > now() AND users.disabled_at IS NULL
UNION ALL
SELECT
    api_tokens.token_hash, 'token', api_tokens.id,
    users.id, users.username, users.role, api_tokens.scope,
    coalesce(api_tokens.last_used_at < now() - interval '1 minute', true)
FROM api_tokens JOIN users ON users.id = api_tokens.user_id
WHERE api_tokens.token_hash = ANY (CAST(:digests AS bytea[]))
  AND (api_tokens.expires_at IS NULL OR api_tokens.expires_at > now())
  AND users.disabled_at IS NULL;

-- name: touch_session
-- A session was used, so it lasts on. Requests that come at once do not wait for one another.
UPDATE sessions SET last_seen_at = now(), expires_at = now() + make_interval(secs => :seconds)
WHERE id = (
    SELECT id FROM sessions WHERE id = :id AND last_seen_at < now() - interval '1 hour'
    FOR UPDATE SKIP LOCKED
);

-- name: touch_token
UPDATE api_tokens SET last_used_at = now()
WHERE id = (SELECT id FROM api_tokens WHERE id = :id FOR UPDATE SKIP LOCKED);

-- name: keep_newest_sessions
-- End a user's expired sessions, and those beyond the number that one user may have.
DELETE FROM sessions
WHERE user_id = :user_id AND (expires_at <= now() OR id NOT IN (
    SELECT id FROM sessions WHERE user_id = :user_id ORDER BY last_seen_at DESC LIMIT :most
));

-- name: take_turns
-- Attempts from one address take turns, so that many at once are counted like many in a row.
SELECT pg_advisory_xact_lock(hashtextextended('sign-in from ' || :address, 0));

-- name: forget_old_failures
DELETE FROM sign_in_failures
WHERE address = :address AND at < clock_timestamp() - make_interval(secs => :seconds);

-- name: recent_failures
-- How many attempts failed from an address, and how many of these with one account. Failures with a
-- time in the future, which a wrong clock left, do not count.
SELECT count(*) AS of_address, count(*) FILTER (WHERE account = :account) AS of_account
FROM sign_in_failures
WHERE address = :address
  AND at BETWEEN clock_timestamp() - make_interval(secs => :seconds) AND clock_timestamp();

-- name: prune_failures
-- Delete what is of no more use.
DELETE FROM sign_in_failures WHERE at < now() - interval '1 hour';

-- name: prune_sessions
DELETE FROM sessions WHERE expires_at <= now();

-- name: prune_links
DELETE FROM one_time_links WHERE expires_at <= now();

-- name: prune_tokens
DELETE FROM api_tokens WHERE expires_at < now() - make_interval(days => :days);

-- name: prune_searches
DELETE FROM search_history WHERE last_searched_at < now() - make_interval(days => :days);

-- name: prune_audit
DELETE FROM audit_log
WHERE at < now() - make_interval(days => :days) OR id <= (
    SELECT id FROM audit_log ORDER BY id DESC OFFSET :entries LIMIT 1
);

-- name: forget_sign_in_starts
-- Make room for one that begins: expired ones go, and the oldest of too many.
DELETE FROM sign_in_starts
WHERE expires_at <= now()
   OR token_hash IN (
        SELECT token_hash FROM sign_in_starts WHERE address = :address
        ORDER BY expires_at DESC OFFSET :of_address
   )
   OR expires_at < (
        SELECT expires_at FROM sign_in_starts ORDER BY expires_at DESC OFFSET :all LIMIT 1
   );

-- name: take_turns_of_an_account
-- Two requests that say something of the same account elsewhere take turns.
SELECT pg_advisory_xact_lock(hashtextextended('account of ' || :issuer || ' ' || :subject, 0));

-- name: find_named
-- The users with these names, which a proxy says.
SELECT id AS user_id, username, role, disabled_at IS NOT NULL AS is_disabled
FROM users WHERE username = ANY (CAST(:names AS text[]));

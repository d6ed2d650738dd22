-- Always in the same order: two imports may wait for each other, but never deadlock.
INSERT INTO users (username)
SELECT DISTINCT username
FROM import_batch
ORDER BY username
ON CONFLICT (username) DO NOTHING;

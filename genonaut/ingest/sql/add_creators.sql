-- In one order always, so that two imports wait for each other at worst, and never deadlock.
INSERT INTO users (username)
SELECT DISTINCT username
FROM import_batch
ORDER BY username
ON CONFLICT (username) DO NOTHING;

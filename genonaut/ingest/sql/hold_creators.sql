-- None of them can be deleted until this transaction ends. Always in the same order: two imports may
-- wait for each other, but never deadlock.
SELECT users.username
FROM users
WHERE username IN (SELECT username FROM import_batch)
ORDER BY username
FOR KEY SHARE;

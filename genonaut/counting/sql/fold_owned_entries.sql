-- Keys whose row of {{ owner }} is being deleted at this moment are skipped, and their entries wait
-- for the next fold: waiting for the row could deadlock. A key whose row is gone gets no new count.
-- (It has one only if the foreign key was bypassed, and that may come to zero. Then
-- {{ name }}_forget_owner enters what it was, and `counts_forgotten` the opposite.)
-- Written so that no plan compares rows with rows one by one, even without statistics about them.
owners_staying AS MATERIALIZED (
    SELECT {{ owner_id }} AS id FROM {{ owner }}
    WHERE {{ owner_id }} IN (SELECT {{ key }} FROM {{ ledger }})
    FOR KEY SHARE SKIP LOCKED
),
owners_leaving AS MATERIALIZED (
    SELECT {{ owner_id }} AS id FROM {{ owner }}
    WHERE {{ owner_id }} IN (SELECT {{ key }} FROM {{ ledger }} EXCEPT SELECT id FROM owners_staying)
),
entries_taken AS (
    DELETE FROM {{ ledger }} AS entry
    WHERE NOT EXISTS (SELECT FROM owners_leaving WHERE owners_leaving.id = entry.{{ key }})
    RETURNING entry.{{ key }}, entry.{{ category }}, entry.delta
),

-- An item that existed before has kept its id, and keeps its tags.
SELECT DISTINCT name
FROM import_batch AS batch
JOIN content_items_all USING (id, source_type)
CROSS JOIN unnest(batch.tags) AS name;

DROP STATISTICS content_items_model, content_items_sampler, content_items_loras,
    content_items_auto_model, content_items_auto_sampler, content_items_auto_loras;
DROP INDEX idx_content_loras;
DROP INDEX idx_content_sampler;
DROP FUNCTION content_facets(text, timestamptz, jsonb);
DROP FUNCTION content_loras(jsonb);
DROP FUNCTION utc_month(timestamptz);

DROP INDEX idx_content_loras;
DROP INDEX idx_content_sampler;
DROP FUNCTION content_facets(text, timestamptz, jsonb);
DROP FUNCTION lora_facets(text, text[]);
DROP FUNCTION content_loras(jsonb);
DROP FUNCTION listed_names(jsonb);
DROP FUNCTION utc_month(timestamptz);

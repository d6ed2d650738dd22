DROP INDEX idx_content_seed;
DROP INDEX idx_content_model;

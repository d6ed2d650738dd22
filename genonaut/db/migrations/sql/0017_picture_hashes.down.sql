DROP TABLE not_duplicates;
DROP INDEX idx_content_file;
DROP TABLE picture_hashes;
DROP FUNCTION likeness_distance, likeness_pieces;

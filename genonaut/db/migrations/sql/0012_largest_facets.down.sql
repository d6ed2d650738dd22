DROP INDEX idx_gen_source_largest;
DROP INDEX idx_tag_cardinality_largest;
DROP INDEX idx_facet_largest;

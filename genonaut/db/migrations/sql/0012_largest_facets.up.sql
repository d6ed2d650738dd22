-- The largest counts of each facet, without reading the others: a gallery may have a hundred
-- thousand models, LoRAs, tags or creators, of which a page shows the first few.

CREATE INDEX idx_facet_largest
    ON facet_stats (split_part(facet, ' ', 1), split_part(facet, ' ', 2), count DESC)
    WHERE user_id IS NULL;
CREATE INDEX idx_tag_cardinality_largest
    ON tag_cardinality_stats (content_source, cardinality DESC);
CREATE INDEX idx_gen_source_largest
    ON gen_source_stats (source_type, count DESC)
    WHERE user_id IS NOT NULL;

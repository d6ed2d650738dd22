-- CASCADE also drops the triggers that call these functions.
DROP FUNCTION {{ in_schema }}{{ name }}_count_insert() CASCADE;
DROP FUNCTION {{ in_schema }}{{ name }}_count_update() CASCADE;
DROP FUNCTION {{ in_schema }}{{ name }}_count_delete() CASCADE;
DROP FUNCTION {{ in_schema }}{{ name }}_count_truncate() CASCADE;
{% if owner %}
DROP FUNCTION {{ in_schema }}{{ name }}_forget_owner() CASCADE;
DROP FUNCTION {{ in_schema }}{{ name }}_forget_everything() CASCADE;
{% endif %}
DROP FUNCTION {{ in_schema }}{{ name }}_place_triggers();

{% if each_value %}
DROP VIEW {{ values }};
{% endif %}
DROP VIEW {{ view }};
DROP TABLE {{ refreshes }};
DROP TABLE {{ ledger }};
DROP TABLE {{ stats }};

#!/bin/sh
# For compose.replica.yaml: PostgreSQL's image runs this once, on a new volume, as it does
# create-database.sql. On a database that is there, run it in the container, and reload the rules.
set -eu
# psql takes the password from the environment, so it is never among the arguments of a process.
psql --set=ON_ERROR_STOP=1 --username=postgres --dbname=postgres <<'SQL'
\getenv replication DB_REPLICATION_PASSWORD
CREATE ROLE genonaut_replication LOGIN REPLICATION PASSWORD :'replication';
SELECT pg_create_physical_replication_slot('standby', true);
SQL
# The image lets every role in with its password, but no replication.
echo 'host replication genonaut_replication samenet scram-sha-256' >> "$PGDATA/pg_hba.conf"

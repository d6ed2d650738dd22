-- For the compose file: PostgreSQL's image runs this once, as the superuser, on a new volume.
-- Genonaut's role owns its database and is no superuser. psql takes the password from the
-- environment, so it is never among the arguments of a process.
\getenv password DB_PASSWORD
CREATE ROLE genonaut LOGIN PASSWORD :'password';
CREATE DATABASE genonaut OWNER genonaut;

-- For the compose file: PostgreSQL's image runs this once, as the superuser, on a new volume.
-- None of the roles is a superuser; `genonaut db roles` gives the last three their rights.
-- psql takes the passwords from the environment, so they are never among the arguments of a process.
\getenv owner DB_OWNER_PASSWORD
\getenv app DB_APP_PASSWORD
\getenv counting DB_COUNTING_PASSWORD
CREATE ROLE genonaut LOGIN PASSWORD :'owner';
CREATE ROLE genonaut_app LOGIN PASSWORD :'app';
CREATE ROLE genonaut_counting LOGIN PASSWORD :'counting';
CREATE ROLE genonaut_read LOGIN; -- for monitoring: no sign-in until it gets a password
CREATE DATABASE genonaut OWNER genonaut;

DROP TABLE library_seen;
DROP TABLE library_files;
DROP TABLE library_roots;

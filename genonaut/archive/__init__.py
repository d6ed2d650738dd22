"""A gallery as a folder of files: written by an export, and taken back by an import."""

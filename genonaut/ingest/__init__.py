"""Importing real collections: tables of prompts, the open-prompts data, folders of PNG files."""

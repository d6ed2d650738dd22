"""The image files: where they are, and their thumbnails. It knows files, not programs."""

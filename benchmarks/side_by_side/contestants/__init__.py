"""Who is measured. Each is a small file with the same few verbs: see `base`."""

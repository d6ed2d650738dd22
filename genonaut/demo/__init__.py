"""Demo data: a gallery generated from word lists, identical on every machine."""

"""Demo data: a gallery to look at, made of words, the same on every machine."""

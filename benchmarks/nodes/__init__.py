"""What a distributed gallery sends to its nodes: statements and rows, and how that grows."""

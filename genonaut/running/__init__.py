"""Running processes: the supervisor, the listening socket, signals, and printed output."""

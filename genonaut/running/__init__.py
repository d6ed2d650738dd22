"""Running processes: the supervisor, the listening socket, signals, what is printed."""

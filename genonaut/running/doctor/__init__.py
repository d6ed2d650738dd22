"""What `genonaut doctor` checks: the machine, the settings, folders, ports and servers."""

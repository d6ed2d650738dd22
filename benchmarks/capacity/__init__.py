"""How far a gallery goes: servers, processes and disk, computed from measured costs."""

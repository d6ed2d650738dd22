"""Every way of counting, measured side by side: `make bench`. See `docs/benchmark.md`."""

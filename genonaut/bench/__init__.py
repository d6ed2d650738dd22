"""Every way of counting, measured side by side: `genonaut bench`. See `benchmarks/RESULTS.md`."""

"""The page with the results: figures looked up, tables, plots, targets."""

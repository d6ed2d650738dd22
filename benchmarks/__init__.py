"""Measurements. Each asserts the right answer before it reports a figure."""

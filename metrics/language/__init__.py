"""What definitions mean: the catalog, its faults, and the expressions of analysts."""

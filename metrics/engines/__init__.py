"""Where facts are counted: one file for each engine."""

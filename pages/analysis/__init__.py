"""One metric in depth, and the list of all."""

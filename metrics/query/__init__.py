"""Numbers on demand: cuts by dimension, and the rows behind a number."""

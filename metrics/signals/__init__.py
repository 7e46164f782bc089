"""What the history of a metric says about its latest value."""

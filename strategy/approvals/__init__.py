"""What waits for a decision, and what the clock moved up."""

"""What we intend: objectives and how they hang together."""

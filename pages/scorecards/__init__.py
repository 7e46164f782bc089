"""What each role opens first: scores and what needs attention."""

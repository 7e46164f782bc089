"""Scores, statuses, roll-up and waterfall: pure functions that know no metric, unit or objective by name."""

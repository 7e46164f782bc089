"""From states to the value table: kinds of metric, targets, verdicts."""

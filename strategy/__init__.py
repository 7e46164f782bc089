"""What we intend and do: objectives, links, scorecards, and what people wrote. Knows metrics by key only."""

"""The facts of the demo company, one module a domain; the story that they tell stands in `story.py` as data."""

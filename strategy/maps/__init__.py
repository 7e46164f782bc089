"""The strategy map: cause-effect links between objectives, and what the lint of the strategy may pass over."""

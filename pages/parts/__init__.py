"""Widgets that pages share; each owns its keys in the session."""

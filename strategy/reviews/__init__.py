"""Reviews, their minutes, decisions and packs."""

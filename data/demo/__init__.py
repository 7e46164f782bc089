"""The demo company: a complete workspace, whose facts a seeded generator makes."""

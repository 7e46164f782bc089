"""Objectives, what measures them, key results, versions of the plan."""

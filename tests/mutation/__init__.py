"""Breaks the compiler, the evaluation and the scoring on purpose, and sees whether the tests notice."""

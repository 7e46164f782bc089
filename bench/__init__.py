"""Benchmarks: each a module with `run(arguments)` that yields figures, mostly ratios within one run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured number: what it is, how much, in which unit (`x` for a ratio, `ms`, `s`, `MB`)."""

    name: str
    value: float
    unit: str

    def __str__(self) -> str:
        """The line that is printed: `figure: <name> <value> <unit>`, four significant digits."""
        return f"figure: {self.name} {self.value:.4g} {self.unit}"
